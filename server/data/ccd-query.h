/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* Named queries outside of a request: names of parameters, and the arguments of a statement. */

/* The prefix of a source: "call" for CCD_FROM_CALL. */
const char *ccd_param_source_name(ccd_param_source source);

/* The value of :arg.<name> in @args, which end with a row whose name is NULL and may be NULL.
 * False: not given. */
bool ccd_arg_find(const ccd_arg *args, const char *name, const char **ret);

/* Values for a statement outside of a request besides @args; NULL means SQL NULL. */
typedef struct ccd_own_args {
  const char *organization_id; /* :call.organization_id */
  const char *job_id;          /* :call.job_id */
} ccd_own_args;

/**
 * Collect the arguments of a statement outside of a request: :arg.x from @args, :call.x from @own.
 *
 * CC_ERR_INTERNAL: a parameter without a value, or more than @most parameters.
 * @ret: space for @most values
 */
cc_status ccd_query_args(const ccd_query *query,
                         const ccd_own_args *own,
                         const ccd_arg *args,
                         int most,
                         const char **ret,
                         cc_error *reterr) CC_MUSTCHECK;
