/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-voter-profile.h"
#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "server/voters/ccd-table-guess.h"

/* Mapping profiles: from JSON, checked, and matched with a file. */

/**
 * Read a profile.
 *
 * @ret: in @arena
 * @reterr: every error with its JSON pointer
 *
 * Statuses as cc_decode.
 */
cc_status ccd_profile_parse(const char *json,
                            size_t length,
                            cc_arena *arena,
                            cc_voter_profile **ret,
                            cc_error_list *reterr) CC_MUSTCHECK;

/* What the field table cannot say (a district needs a key, …): for a profile that came in through
 * the API and is decoded already. @prefix: pointer of the profile inside the body, "" at its root.
 */
cc_status ccd_profile_check(const cc_voter_profile *profile,
                            const char *prefix,
                            cc_error_list *reterr) CC_MUSTCHECK;

/* The profiles that ship, compiled in. NULL behind the last. */
typedef struct ccd_shipped_profile {
  const char *key; /* "nc", "fl", "generic" */
  const char *json;
  size_t length;
} ccd_shipped_profile;

extern const ccd_shipped_profile ccd_shipped_profiles[];
const ccd_shipped_profile *ccd_profile_shipped(const char *key);

/* The profile's format for ccd_table_open; what the profile leaves open is taken from @guess (may
 * be NULL). Widths in @arena. */
cc_status ccd_profile_format(const cc_voter_profile *profile,
                             const ccd_table_guess *guess,
                             cc_arena *arena,
                             ccd_table_format *ret) CC_MUSTCHECK;

/* Does the name begin as the mapping's prefix says? "<date>" is any name that is a date. */
bool ccd_profile_prefix(const cc_voter_mapping *mapping, const char *column);

/* Does the profile leave the column out on purpose? */
bool ccd_profile_ignores(const cc_voter_profile *profile, const char *column);

/* How much of the file the profile knows, 0 to 100: with a header the share of its columns that are
 * used or left out on purpose, else whether their number fits and dates are dates. 0: a required
 * column is missing. */
int ccd_profile_score(const cc_voter_profile *profile, const ccd_table_guess *guess);

/* Do two names of columns mean the same? Letters and digits count, case does not. */
bool ccd_column_same(const char *a, const char *b);
