/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"
#include "common/codec/cc-type.h"

/* What was run. */
typedef struct ccd_migrated {
  int migrations;
  int functions; /* files of functions */
} ccd_migrated;

/**
 * Bring a database up to date: the migrations NNNN_name.sql that it lacks, in order, forward only,
 * and then the files of functions, views and triggers that changed (see ccd_functions_apply).
 * Everything in one transaction, under an advisory lock, with lock_timeout. Migrations already
 * applied must have the checksum that was recorded.
 *
 * @url: connection of the owner's role (MIGRATION_DATABASE_URL)
 * @folder: db/migrations
 * @functions_folder: db/functions
 * @types: whose fields the functions are made from; NULL behind the last; NULL: none
 * @ret: zero after a failure; may be NULL
 */
cc_status ccd_migrate(const char *url,
                      const char *folder,
                      const char *functions_folder,
                      const cc_type *const types[],
                      ccd_migrated *ret,
                      cc_error *reterr) CC_MUSTCHECK;
