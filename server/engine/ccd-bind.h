/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* The parameters of statements that run inside a request: which value each name stands for. See
 * docs/internals/queries.md. */

typedef struct ccd_bindings ccd_bindings;

/* Why @route cannot give @param to its .query, as the end of a sentence; NULL: it can. */
const char *ccd_bind_fault(const ccd_route *route, const ccd_param *param);

/* Look up once, for every route of @router, which fields the parameters of its .query name. */
cc_status
ccd_bindings_new(const ccd_router *router, ccd_bindings **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_bindings_free(ccd_bindings *bindings);

/* The arguments of a query; :arg.x from @args, which may be NULL. @ret has room for
 * query->n_params. */
cc_status ccd_exchange_args(const ccd_exchange *exchange,
                            const ccd_query *query,
                            const ccd_arg *args,
                            const char **ret,
                            cc_error *reterr) CC_MUSTCHECK;
