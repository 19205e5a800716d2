/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-voter-profile.h"
#include "server/voters/ccd-voter-row.h"

/* Binds the columns of a file to the fields of a voter, as a mapping profile describes it. */

/* How a column of the file is used. */
typedef struct ccd_voter_use {
  const char *name;
  int field; /* cc_voter_field that the column fills; 0: the profile does not use the column */
  const char *key; /* key of district, history, custom or column; NULL: none */
  bool mark;       /* the column marks confidential voters */
  bool ignored;    /* the profile ignores the column on purpose */
  int64_t values;  /* cells so far that are not blank */
  int64_t lost;    /* cells of these whose value was not imported */
} ccd_voter_use;

/**
 * Bind a profile to the columns of a file.
 *
 * @profile: a checked profile, which must outlive the mapper
 * @columns: names of the file's columns (ccd_table_columns); copied. If the profile has a layout,
 * the names of the layout are used instead.
 * @ret: free with ccd_voter_mapper_free
 *
 * Returns CC_ERR_INVALID when required columns are missing, or the file has none of the profile's
 * columns. @reterr receives one error for each, with the JSON pointer in the profile.
 */
cc_status ccd_voter_mapper_new(const cc_voter_profile *profile,
                               const char *const *columns,
                               size_t n_columns,
                               ccd_voter_mapper **ret,
                               cc_error_list *reterr) CC_MUSTCHECK;
void ccd_voter_mapper_free(ccd_voter_mapper *mapper);

/* Returns the columns of the file in their order, with counts over the rows that were mapped so
 * far. The result is valid as long as the mapper. */
const ccd_voter_use *ccd_voter_mapper_uses(const ccd_voter_mapper *mapper, size_t *ret_n);

CC_DEFINE_AUTO(ccd_voter_mapper, ccd_voter_mapper_free)
