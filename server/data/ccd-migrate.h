/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"
#include "common/codec/cc-type.h"

/* What was run. */
typedef struct ccd_migrated {
  int migrations;
  int functions; /* number of files of functions */
} ccd_migrated;

/**
 * Update a database: apply missing migrations NNNN_name.sql in order, forward only, and then the
 * files of functions, views and triggers that changed (see ccd_functions_apply). Everything happens
 * in one transaction, under an advisory lock, with lock_timeout. Applied migrations must have the
 * recorded checksum.
 *
 * @url: connection of the owner's role (MIGRATION_DATABASE_URL)
 * @folder: db/migrations
 * @functions_folder: db/functions
 * @types: types whose fields the functions use; NULL-terminated; NULL: none
 * @ret: zero after a failure; may be NULL
 */
cc_status ccd_migrate(const char *url,
                      const char *folder,
                      const char *functions_folder,
                      const cc_type *const types[],
                      ccd_migrated *ret,
                      cc_error *reterr) CC_MUSTCHECK;
