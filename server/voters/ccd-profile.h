/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-voter-profile.h"
#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "server/voters/ccd-table-guess.h"

/* Mapping profiles, which map the columns of a file to voter fields: parsing, checking, and rating
 * how well they fit a file. */

/**
 * Parse and check a profile.
 *
 * @ret: allocated in @arena
 * @reterr: gets all errors, each with its JSON pointer
 *
 * Returns the statuses of cc_decode.
 */
cc_status ccd_profile_parse(const char *json,
                            size_t length,
                            cc_arena *arena,
                            cc_voter_profile **ret,
                            cc_error_list *reterr) CC_MUSTCHECK;

/* Check a decoded profile against the rules that the field table cannot express (for example, a
 * district needs a key).
 * @prefix: JSON pointer of the profile in the request; "" if the profile is the whole document */
cc_status ccd_profile_check(const cc_voter_profile *profile,
                            const char *prefix,
                            cc_error_list *reterr) CC_MUSTCHECK;

/* The shipped profiles from the folder server/voters/profiles, compiled into the program by
 * embed-profiles.py. The last element has a NULL key. */
typedef struct ccd_shipped_profile {
  const char *key; /* the name of the profile's file without .json: "nc", "fl", "generic" */
  const char *json;
  size_t length;
} ccd_shipped_profile;

extern const ccd_shipped_profile ccd_shipped_profiles[];

/* Returns the shipped profile with this key; NULL when no profile has this key. */
const ccd_shipped_profile *ccd_profile_shipped(const char *key);

/* Set @ret to the format to pass to ccd_table_open. Settings that the profile does not contain
 * are taken from @guess, which may be NULL. The widths are allocated in @arena. */
cc_status ccd_profile_format(const cc_voter_profile *profile,
                             const ccd_table_guess *guess,
                             cc_arena *arena,
                             ccd_table_format *ret) CC_MUSTCHECK;

/* Returns whether the column's name begins with the mapping's prefix. The prefix "<date>" matches
 * every name that is a date. */
bool ccd_profile_prefix(const cc_voter_mapping *mapping, const char *column);

/* Returns whether the profile lists the column in "ignore". */
bool ccd_profile_ignores(const cc_voter_profile *profile, const char *column);

/* Rate how well the profile fits the file, from 0 to 100. For a file with a header, the score is
 * the percentage of the columns that the profile uses or lists in "ignore"; 0 when a required
 * column is missing. A file without a header must have the number of columns of the layout, and
 * valid dates. */
int ccd_profile_score(const cc_voter_profile *profile, const ccd_table_guess *guess);

/* Returns whether two column names are equal. Only letters (without regard to case), digits and
 * non-ASCII characters are compared. */
bool ccd_column_same(const char *a, const char *b);
