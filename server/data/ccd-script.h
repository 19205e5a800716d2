/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>

#include "common/base/cc-status.h"
#include "common/codec/cc-type.h"

/* SQL files: reading, expanding and running them. Used by the migrator and by commands. */

#define CCD_CHECKSUM_TEXT 65 /* SHA-256 in hexadecimal, with NUL */

/* One SQL file of db/migrations or db/functions. */
typedef struct ccd_script {
  char *file; /* name relative to the folder: "0001_base.sql", "events/door.sql" */
  char *sql;
  char checksum[CCD_CHECKSUM_TEXT];
} ccd_script;

/* Free the members of @script. */
void ccd_script_done(ccd_script *script);

/* Read @script->file, which must be set, below @folder: fills sql and checksum. */
cc_status ccd_script_read(const char *folder, ccd_script *script, cc_error *reterr) CC_MUSTCHECK;

/* Expand the parts of @script that are made from types, see ccd_parts_expand. The checksum is
 * computed from the expanded text, so that it changes when a type changes. */
cc_status
ccd_script_expand(ccd_script *script, const cc_type *const types[], cc_error *reterr) CC_MUSTCHECK;

/**
 * Run statements and drop their results.
 *
 * @script: names the file in an error message; may be NULL
 * @ret_state: SQLSTATE of a failure, "" without one; may be NULL
 */
cc_status ccd_script_exec(PGconn *pg,
                          const char *sql,
                          const ccd_script *script,
                          char ret_state[6],
                          cc_error *reterr) CC_MUSTCHECK;

/**
 * Run one statement with up to three text parameters.
 *
 * @ret: its rows, cleared by the caller; NULL: not needed
 */
cc_status ccd_script_query(PGconn *pg,
                           const char *sql,
                           const char *const args[],
                           int n,
                           PGresult **ret,
                           cc_error *reterr) CC_MUSTCHECK;
