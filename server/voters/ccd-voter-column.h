/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/codec/cc-type.h"
#include "server/voters/ccd-table.h"

/* Columns of the voter that a profile fills by the mapping "column": the field table alone tells of
 * them. */

/* The field of cc_voter_type: a text, number or choice that files fill and no other mapping does.
 * NULL: @name is none. */
const cc_field *ccd_voter_other_column(const char *name);

/* Is @text, which is not empty, a value of the field? A choice becomes the text that it is named
 * by. Not for dates, whose forms differ. */
bool ccd_voter_column_value(const cc_field *field, ccd_slice *text);
