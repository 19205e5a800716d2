/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-import.h"
#include "server/voters/ccd-table-guess.h"

/* Chooses the mapping profile for a file of an import. */

typedef struct ccd_import_choice {
  cc_voter_profile *profile;
  const char *key; /* key of a shipped profile, or "own" for a profile of the organization */
  int score; /* result of ccd_profile_score; 0: not rated, because the import names the profile */
} ccd_import_choice;

/**
 * Choose the profile for a file: the profile that the import names, or else the profile with the
 * highest ccd_profile_score. When scores are equal, an own profile of the organization is preferred
 * to a shipped one.
 *
 * @ret: must be zeroed; its contents are allocated in @arena
 *
 * Returns CC_ERR_INVALID "no_profile" when no profile fits.
 */
cc_status ccd_import_choose(ccd_import *import,
                            cc_arena *arena,
                            const ccd_table_guess *guess,
                            ccd_import_choice *ret,
                            cc_error *reterr) CC_MUSTCHECK;
