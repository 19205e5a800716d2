/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/codec/cc-type.h"
#include "server/voters/ccd-table.h"

/* Voter columns that a profile fills with the mapping field "column". The import has no code for
 * the single columns: their names, kinds and limits come from the field table of cc_voter_type. */

/* Returns the field of cc_voter_type with this name if the mapping field "column" can fill it: a
 * CC_IMPORTED text, number or choice that no other mapping field fills. Otherwise returns NULL. */
const cc_field *ccd_voter_other_column(const char *name);

/* Returns whether @text, which must not be empty, is a valid value of the field. A choice is
 * replaced by its exact name. Must not be called for dates, because dates have several formats. */
bool ccd_voter_column_value(const cc_field *field, ccd_slice *text);
