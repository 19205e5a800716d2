/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"
#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"

/* Parts of SQL texts that are made from the fields of a type. Used by ccd-db-check.c and ccd-
 * script.c. */

/**
 * Copy SQL, replacing each part such as {Voter.imported+exported-residence: COALESCE(r.@, #)} by
 * its pattern, repeated for each field of the type that has the flags after + and none of those
 * after -. In the pattern @ is the column's name and # its empty value; without a pattern the names
 * are listed. Repetitions are separated by a comma, or by a blank when the pattern ends in a
 * semicolon. Line breaks are kept.
 *
 * @types: NULL-terminated; NULL: none
 * @out: the result is appended
 *
 * CC_ERR_NOT_FOUND: a part names a type that is not among @types. CC_ERR_INVALID: a malformed part.
 */
cc_status ccd_parts_expand(const char *sql,
                           const cc_type *const types[],
                           cc_str *out,
                           cc_error *reterr) CC_MUSTCHECK;
