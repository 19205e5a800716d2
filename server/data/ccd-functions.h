/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-script.h"

/* Applies the files of db/functions in the order of the file ORDER. */
typedef struct ccd_functions {
  ccd_script *items;
  size_t n;
} ccd_functions;

/* Read the files that @folder/ORDER lists, and fill their parts from @types (NULL-terminated;
 * NULL: none). */
cc_status ccd_functions_read(const char *folder,
                             const cc_type *const types[],
                             ccd_functions *ret,
                             cc_error *reterr) CC_MUSTCHECK;

void ccd_functions_done(ccd_functions *functions);

/**
 * Make the functions, views and triggers of the database equal to those of the files: run each file
 * whose checksum changed, in order, and drop definitions that no file contains any more. Called
 * inside the migrator's transaction. Definitions made by migrations are never dropped.
 *
 * CREATE OR REPLACE refuses another return type or other parameter names (42P13); then the
 * functions of that file are dropped first. When a view, policy or trigger depends on such a
 * function, this fails, and a migration must drop both.
 *
 * @ret_n: number of files that were run
 * @ret_state: SQLSTATE of a failure
 */
cc_status ccd_functions_apply(PGconn *pg,
                              const ccd_functions *functions,
                              int *ret_n,
                              char ret_state[6],
                              cc_error *reterr) CC_MUSTCHECK;
