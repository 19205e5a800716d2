/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* Binds the parameters of named queries to values of the request. See docs/internals/queries.md. */

typedef struct ccd_bindings ccd_bindings;

/* Return the reason why @route cannot supply a value for @param of its .query, as the end of a
 * sentence; NULL when it can. */
const char *ccd_bind_fault(const ccd_route *route, const ccd_param *param);

/* For every route of @router, look up once which fields the parameters of its .query name. */
cc_status
ccd_bindings_new(const ccd_router *router, ccd_bindings **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_bindings_free(ccd_bindings *bindings);

/* Collect the values of the query's parameters. The parameters :arg.x take their values from
 * @args, which may be NULL. @ret must have space for query->n_params values. */
cc_status ccd_exchange_args(const ccd_exchange *exchange,
                            const ccd_query *query,
                            const ccd_arg *args,
                            const char **ret,
                            cc_error *reterr) CC_MUSTCHECK;
