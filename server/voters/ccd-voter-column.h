/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/codec/cc-type.h"
#include "server/voters/ccd-table.h"

/* Voter columns that a profile fills with the mapping field "column". They have no code of their
 * own in the import: everything about them comes from the field table of cc_voter_type. */

/* Returns the field of cc_voter_type with this name if it can be filled by the mapping field
 * "column": a CC_IMPORTED text, number or choice that no other mapping field fills. Else returns
 * NULL. */
const cc_field *ccd_voter_other_column(const char *name);

/* Returns whether @text, which must not be empty, is a valid value of the field. The text of a
 * choice is replaced by its exact name. Must not be called for dates, which have several formats.
 */
bool ccd_voter_column_value(const cc_field *field, ccd_slice *text);
