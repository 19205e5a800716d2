/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-voter-profile.h"
#include "server/voters/ccd-voter-row.h"

/* Binds the columns of a file to the fields of a voter. */

/* What becomes of a column of the file. */
typedef struct ccd_voter_use {
  const char *name;
  int field;       /* cc_voter_field; 0: the profile has no use for it */
  const char *key; /* of district, history, custom and column; NULL: none */
  bool mark;       /* tells who is confidential */
  bool ignored;    /* the profile leaves it out on purpose */
  int64_t values;  /* cells so far that are not blank */
  int64_t lost;    /* of those, not taken */
} ccd_voter_use;

/**
 * @profile: checked; borrowed while the mapper lives
 * @columns: names of the file's columns (ccd_table_columns); not kept. A file without header takes
 *   the names of the profile's layout instead.
 *
 * CC_ERR_INVALID: a required column is missing, or none of the profile's is there; one error each,
 * named by its JSON pointer.
 */
cc_status ccd_voter_mapper_new(const cc_voter_profile *profile,
                               const char *const *columns,
                               size_t n_columns,
                               ccd_voter_mapper **ret,
                               cc_error_list *reterr) CC_MUSTCHECK;
void ccd_voter_mapper_free(ccd_voter_mapper *mapper);

/* The columns of the file in their order, counted over the rows that were mapped. Lives with the
 * mapper. */
const ccd_voter_use *ccd_voter_mapper_uses(const ccd_voter_mapper *mapper, size_t *ret_n);

CC_DEFINE_AUTO(ccd_voter_mapper, ccd_voter_mapper_free)
