/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-voter-profile.h"
#include "server/voters/ccd-voter-row.h"

/* Binds the columns of a file to the fields of a voter. */

/**
 * @profile: checked; borrowed while the mapper lives
 * @columns: names of the file's columns (ccd_table_columns); not kept. A file without header takes
 *   the names of the profile's layout instead.
 *
 * CC_ERR_INVALID: a required column is missing; one error each, named by its JSON pointer.
 */
cc_status ccd_voter_mapper_new(const cc_voter_profile *profile,
                               const char *const *columns,
                               size_t n_columns,
                               ccd_voter_mapper **ret,
                               cc_error_list *reterr) CC_MUSTCHECK;
void ccd_voter_mapper_free(ccd_voter_mapper *mapper);

CC_DEFINE_AUTO(ccd_voter_mapper, ccd_voter_mapper_free)
