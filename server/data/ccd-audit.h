/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

#include "common/base/cc-status.h"

/* Verification of the audit log, for the command `audit verify`. */

typedef struct ccd_audit_count {
  int64_t organizations, entries, problems;
} ccd_audit_count;

/* Called for every problem found, in order. */
typedef void
ccd_audit_problem_cb(void *data, int64_t organization, int64_t seq, const char *problem);

/**
 * Recompute the hash chain of every organization's audit log (docs/internals/audit-and-feed.md).
 *
 * @url: connection of the owner's role
 *
 * Returns CC_OK also when problems were found: see @ret.
 */
cc_status ccd_audit_verify(const char *url,
                           ccd_audit_problem_cb *callback,
                           void *data,
                           ccd_audit_count *ret,
                           cc_error *reterr) CC_MUSTCHECK;
