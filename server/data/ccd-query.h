/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* Named queries outside of a request: names of parameters, and the arguments of a statement. */

/* Name of a source as in the prefix of a parameter: "call" for CCD_FROM_CALL. */
const char *ccd_param_source_name(ccd_param_source source);

/* Find the value of :arg.<name> in @args, whose last row has the name NULL; @args may be NULL.
 * False: no such value. */
bool ccd_arg_find(const ccd_arg *args, const char *name, const char **ret);

/* The values of :call.… for a statement outside of a request; NULL means SQL NULL. */
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
