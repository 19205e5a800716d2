/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"
#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"

/**
 * Copy SQL, each part such as {Voter.imported+exported-residence: COALESCE(r.@, #)} replaced by its
 * pattern once per field of the type that has the flags behind + and none of those behind -. In the
 * pattern @ is the column's name and # what it holds when it holds nothing; without a pattern the
 * names alone. Between two stands a comma, or a blank where the pattern ends in a semicolon. Lines
 * stay what they were.
 *
 * @types: NULL behind the last; NULL: none
 * @out: what was there stays before it
 *
 * CC_ERR_NOT_FOUND: a part names a type that is not among @types. CC_ERR_INVALID: a part is wrong.
 */
cc_status ccd_parts_expand(const char *sql,
                           const cc_type *const types[],
                           cc_str *out,
                           cc_error *reterr) CC_MUSTCHECK;
