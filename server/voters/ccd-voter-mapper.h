/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-voter-profile.h"
#include "server/voters/ccd-voter-row.h"

/* Connects the columns of a file with the fields of a voter, as described by a mapping profile. */

/* How the profile uses a column of the file, and how many values of the column were imported. */
typedef struct ccd_voter_use {
  const char *name;
  int field; /* cc_voter_field that the column fills; 0: the profile does not use the column */
  const char *key; /* key of the mapping for district, history, custom or column; NULL: none */
  bool mark;       /* the column tells which voters are confidential */
  bool ignored;    /* the profile lists the column in "ignore" */
  int64_t values;  /* number of cells read so far that are not blank */
  int64_t lost;    /* number of these cells whose value was not imported */
} ccd_voter_use;

/**
 * Make a mapper that applies a profile to the columns of a file.
 *
 * @profile: a checked profile, which must outlive the mapper
 * @columns: names of the file's columns (ccd_table_columns); copied. If the profile has a layout,
 *   the names of the layout are used instead.
 * @ret: free with ccd_voter_mapper_free
 *
 * Returns CC_ERR_INVALID when required columns are missing, or the file has none of the profile's
 * columns. @reterr gets one error for each missing column, with the JSON pointer in the profile.
 */
cc_status ccd_voter_mapper_new(const cc_voter_profile *profile,
                               const char *const *columns,
                               size_t n_columns,
                               ccd_voter_mapper **ret,
                               cc_error_list *reterr) CC_MUSTCHECK;
void ccd_voter_mapper_free(ccd_voter_mapper *mapper);

/* Returns the columns of the file in the file's order, with counts over the rows mapped so far.
 * The result is valid as long as the mapper. */
const ccd_voter_use *ccd_voter_mapper_uses(const ccd_voter_mapper *mapper, size_t *ret_n);

CC_DEFINE_AUTO(ccd_voter_mapper, ccd_voter_mapper_free)
