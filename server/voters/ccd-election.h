/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "server/voters/ccd-date.h"

/* Names of elections, so that one election has one name whatever file it comes from. */

/* "11/05/2024 GENERAL" of "GENERAL-11/05/2024", "2024-11-05 General Election", "20241105 GE" and
 * "2024 General Election"; of "11/8/1994" too, which was the day of the general election. What has
 * no date stays, with its blanks collapsed. In @arena; NULL: no room. */
const char *ccd_election_name(ccd_slice text, cc_arena *arena);

/* Is the whole text a date, as the column of an election may be named? */
bool ccd_election_is_date(const char *text);
