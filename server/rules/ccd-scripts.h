/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/rules/cc-script-rule.h"
#include "server/engine/ccd-server.h"

/* Cache of scripts, for checking answers without a database query. A cached script may be
 * outdated: the check sends its version along, and the statement refuses an old one
 * (docs/decisions/0001). Thread-safe. */

/* One version of a script. Immutable and reference-counted. */
typedef struct ccd_script {
  cc_rule_script rules;
  int64_t organization_id;
  size_t bytes;
  cc_arena *arena; /* memory of all members and of this struct */
  int references;  /* atomic */
} ccd_script;

ccd_scripts *ccd_scripts_new(void);
void ccd_scripts_free(ccd_scripts *scripts);

/* Give back a reference. NULL is allowed. */
void ccd_script_release(ccd_script *script);

CC_DEFINE_AUTO(ccd_script, ccd_script_release)

/**
 * Find a cached script of the call's organization.
 *
 * @script_id: 0: the script that contains the step @step_id
 *
 * Returns a reference; NULL: not cached.
 */
ccd_script *ccd_scripts_find(ccd_call *call, int64_t script_id, int64_t step_id);

/**
 * Read a script from the database, and cache it.
 *
 * @inside: true: use the call's transaction; false: the statement runs in its own transaction
 * @ret: a reference; NULL when there is no such script; set on CC_OK only
 */
cc_status ccd_scripts_read(ccd_call *call,
                           bool inside,
                           int64_t script_id,
                           int64_t step_id,
                           ccd_script **ret,
                           cc_error *reterr) CC_MUSTCHECK;
