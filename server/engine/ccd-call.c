/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-call.h"
#include "server/engine/ccd-bind.h"

#include <inttypes.h>
#include <string.h>

#include "ccd-queries.h"
#include "common/base/cc-time.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-count.h"
#include "server/engine/ccd-exchange.h"

#define PARAMS_MAX 64

cc_status
ccd_call_query(ccd_call *call,
               const ccd_query *query,
               const ccd_arg *args,
               const ccd_rows **ret,
               cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  const char *values[PARAMS_MAX];
  if (!exchange->in_transaction || query->n_params > PARAMS_MAX)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "transaction",
                   "%s: the route has no transaction",
                   query->name);
  cc_status status = ccd_exchange_args(exchange, query, args, values, reterr);
  if (status == CC_OK)
    status = ccd_exchange_open(exchange, reterr);
  if (status != CC_OK)
    return status;
  return ccd_db_query(exchange->conn, query, values, ret, reterr);
}

cc_status
ccd_call_copy_out(ccd_call *call,
                  const ccd_query *query,
                  ccd_db_copy_cb *callback,
                  void *data,
                  cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  if (!exchange->in_transaction)
    return cc_fail(reterr, CC_ERR_INTERNAL, "copy", "%s: no transaction", query->name);
  cc_status status = ccd_exchange_open(exchange, reterr);
  return status == CC_OK ? ccd_db_copy_out(exchange->conn, query, callback, data, reterr) : status;
}

cc_status
ccd_call_give_back(ccd_call *call, cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  if (exchange->conn == NULL || exchange->idempotency_key != NULL)
    return CC_OK;
  cc_status status = exchange->opened ? ccd_db_commit(exchange->conn, reterr) : CC_OK;
  ccd_db_return(ccd_exchange_pool(exchange), exchange->conn);
  exchange->conn = NULL;
  exchange->opened = false;
  return status;
}

cc_status
ccd_call_query_in_own_tx(ccd_call *call,
                         ccd_tx tx,
                         const char *action,
                         const ccd_query *query,
                         const ccd_arg *args,
                         const ccd_rows **ret,
                         cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  const char *values[PARAMS_MAX];
  if (exchange->in_transaction || query->n_params > PARAMS_MAX)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "transaction",
                   "%s: the route has a transaction",
                   query->name);
  cc_status status = ccd_exchange_conn(exchange, reterr);
  if (status == CC_OK)
    status = ccd_exchange_args(exchange, query, args, values, reterr);
  if (status != CC_OK)
    return status;
  ccd_context context = exchange->context;
  context.tx = tx;
  context.action = action;
  for (int attempt = 1;; attempt++) {
    status = ccd_db_query_in_own_tx(exchange->conn, &context, query, values, ret, reterr);
    if (status == CC_OK || attempt == CCD_TRIES || !ccd_db_may_retry(exchange->conn))
      break;
  }
  exchange->wrote = exchange->wrote || (status == CC_OK && tx == CCD_WRITE);
  return status;
}

cc_time
ccd_call_received(const ccd_call *call)
{
  int64_t since = cc_time_monotonic() - call->exchange->request->started;
  return cc_time_now() - since;
}

cc_status
ccd_call_switch(ccd_call *call, int64_t organization_id, int64_t user_id, cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  const ccd_arg args[] = {
    {"organization", ccd_text_id(call->arena, organization_id)},
    {"person", ccd_text_id(call->arena, user_id)},
    {0},
  };
  exchange->context.organization_id = organization_id;
  exchange->context.user_id = user_id;
  return ccd_call_query(call, &ccd_q_context_switch, args, NULL, reterr);
}

void
ccd_call_revoke(ccd_call *call, ccd_revoked kind, int64_t id)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  if (exchange->n_revokes < CCD_REVOKES_MAX)
    exchange->revokes[exchange->n_revokes++] = (ccd_revoke){kind, id};
}

void
ccd_call_wake_jobs(ccd_call *call)
{
  ccd_exchange_of(call)->wake_jobs = true;
}

cc_status
ccd_call_limit(ccd_call *call, ccd_limit limit, const char *key, cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  ccd_limit_state state = {0};
  cc_status status =
    ccd_count(call->server, limit, key, /* weight= */ 1, call->arena, &state, reterr);
  /* The rate limit headers of the reply describe the limit with the fewest requests left. */
  if (exchange->limit.name == NULL || state.refused || state.remaining < exchange->limit.remaining)
    exchange->limit = state;
  return status;
}
