/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-script.h"

/* The files of db/functions in the order of its file ORDER. */
typedef struct ccd_functions {
  ccd_script *items;
  size_t n;
} ccd_functions;

/* Read the files that @folder/ORDER lists, and fill their parts from @types (NULL behind the last;
 * NULL: none). */
cc_status ccd_functions_read(const char *folder,
                             const cc_type *const types[],
                             ccd_functions *ret,
                             cc_error *reterr) CC_MUSTCHECK;

void ccd_functions_done(ccd_functions *functions);

/**
 * Make the functions, views and triggers of the database those of the files: run each file whose
 * checksum changed, in order, and drop what no file defines any more. Called inside the migrator's
 * transaction. Definitions that migrations make are never dropped.
 *
 * CREATE OR REPLACE refuses another return type or other parameter names (42P13); the functions of
 * that file are then dropped first. Where a view, a policy or a trigger needs such a function, this
 * fails, and a migration must drop both.
 *
 * @ret_n: how many files were run
 * @ret_state: SQLSTATE of a failure
 */
cc_status ccd_functions_apply(PGconn *pg,
                              const ccd_functions *functions,
                              int *ret_n,
                              char ret_state[6],
                              cc_error *reterr) CC_MUSTCHECK;
