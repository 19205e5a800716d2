/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* "call" of CCD_FROM_CALL. */
const char *ccd_param_source_name(ccd_param_source source);

/* The value of :arg.<name> in @args, which end with a NULL name and may be NULL. False: it is not
 * among them. */
bool ccd_arg_find(const ccd_arg *args, const char *name, const char **ret);

/* What a statement outside of a request is given besides its @args; NULL = SQL NULL. */
typedef struct ccd_own_args {
  const char *organization_id; /* :call.organization_id */
  const char *job_id;          /* :call.job_id */
} ccd_own_args;

/**
 * The arguments of a statement outside of a request: :arg.x from @args, :call.x from @own.
 *
 * CC_ERR_INTERNAL: a parameter that neither gives, or more than @most of them.
 * @ret: room for @most
 */
cc_status ccd_query_args(const ccd_query *query,
                         const ccd_own_args *own,
                         const ccd_arg *args,
                         int most,
                         const char **ret,
                         cc_error *reterr) CC_MUSTCHECK;
