/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-import.h"
#include "server/voters/ccd-table-guess.h"

/* A profile, and how it came to be taken. */
typedef struct ccd_import_choice {
  cc_voter_profile *profile;
  const char *key; /* of a shipped one, or "own" */
  int score;       /* 0: somebody named it */
} ccd_import_choice;

/**
 * The profile that the import names; else whichever knows most of the file's columns, one of the
 * organization's own before one that ships.
 *
 * @ret: zeroed; what it points to is in @arena
 *
 * CC_ERR_INVALID "no_profile": none fits.
 */
cc_status ccd_import_choose(ccd_import *import,
                            cc_arena *arena,
                            const ccd_table_guess *guess,
                            ccd_import_choice *ret,
                            cc_error *reterr) CC_MUSTCHECK;
