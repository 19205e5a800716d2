/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "server/voters/ccd-date.h"

/* Normalizes the names of elections, so that an election has the same name in all files. */

/* Returns the normalized name, allocated in @arena; NULL when the arena is at its limit. For
 * example "GENERAL-11/05/2024", "2024-11-05 General Election", "20241105 GE" and "2024 General
 * Election" become "11/05/2024 GENERAL". If the text is only a date, it becomes a general
 * election when a general election was on this day ("11/8/1994"). A name without a date is
 * returned unchanged, except that multiple blanks become one. */
const char *ccd_election_name(ccd_slice text, cc_arena *arena);

/* Returns whether the whole text is a date. In some files, the columns of elections have only a
 * date as their name. */
bool ccd_election_is_date(const char *text);
