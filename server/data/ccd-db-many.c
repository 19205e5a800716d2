/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-db-many.h"

#include <assert.h>

#include "server/data/ccd-db-private.h"

/* Runs reads of several requests in one round trip. */

/* Queue the settings of one read. The settings of the previous read are still in force, because
 * all reads share one transaction, so only values that differ are set. */
static bool
queue_ask(ccd_db_conn *conn, const ccd_ask *ask, const ccd_ask *before)
{
  const ccd_context *context = ask->context;
  bool same = before != NULL && before->context->organization_id == context->organization_id &&
              before->context->user_id == context->user_id;
  char organization[24], user[24];
  ccd_pipe_id(context->organization_id, organization);
  ccd_pipe_id(context->user_id, user);
  const char *role = ccd_pipe_role(conn, context);
  ccd_internal which = role != NULL ? CCD_ST_CONTEXT_READ_ROLE : CCD_ST_CONTEXT_READ;
  const char *args[] = {organization, user, role};
  return (same || ccd_pipe_internal(conn, which, args)) &&
         ccd_pipe_statement(conn, ask->query->index, ask->args, /* keep= */ true);
}

static bool
queue_asks(ccd_db_conn *conn, const ccd_ask *asks, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    int first = conn->n_steps;
    assert((asks[i].context->role == NULL) == (asks[0].context->role == NULL));
    if (!queue_ask(conn, &asks[i], i > 0 ? &asks[i - 1] : NULL))
      return false;
    for (int step = first; step < conn->n_steps; step++)
      conn->steps[step].ask = (int) i;
  }
  return PQpipelineSync(conn->pg) == 1;
}

/* Read the results of all steps; each result is stored in the ask to which its step belongs. */
static cc_status
read_asks(ccd_db_conn *conn, ccd_ask *asks, cc_error *reterr)
{
  for (int i = 0; i < conn->n_steps; i++) {
    ccd_ask *ask = &asks[conn->steps[i].ask];
    ccd_outcome out = {.status = ask->status,
                       .error = &ask->error,
                       .rows = &ask->rows,
                       .query = ask->query};
    conn->retry = false;
    cc_status status = ccd_pipe_read_step(conn, &conn->steps[i], &out);
    ask->status = out.status;
    ask->again = ask->again || conn->retry;
    if (status == CC_OK && PQstatus(conn->pg) != CONNECTION_OK)
      status = ccd_conn_lost(conn, /* timed_out= */ false, reterr);
    if (status != CC_OK) {
      *reterr = *reterr->code != '\0' ? *reterr : ask->error;
      return status;
    }
  }
  ccd_outcome out = {.error = reterr};
  cc_status status = ccd_pipe_read_sync(conn, &out);
  conn->n_steps = 0;
  return status;
}

void
ccd_db_query_many(ccd_db_conn *conn, ccd_ask *asks, size_t n)
{
  cc_error error = {0};
  assert(n > 0 && n <= CCD_ASKS_MAX && asks[0].context->tx == CCD_READ);
  ccd_tx_reset(conn, asks[0].context);
  bool trust = ccd_tx_trusts(conn);
  cc_status status = CC_OK;
  for (size_t i = 0; i < n && status == CC_OK; i++) {
    asks[i].rows = NULL;
    asks[i].status = CC_OK;
    asks[i].again = false;
    status = ccd_tx_check(conn, asks[i].query, &error);
  }
  if (status == CC_OK)
    status = ccd_conn_ready(conn, trust, &error);
  if (status == CC_OK)
    status = queue_asks(conn, asks, n) ? read_asks(conn, asks, &error)
                                       : ccd_conn_lost(conn, /* timed_out= */ false, &error);
  for (size_t i = 0; i < n; i++) {
    if (asks[i].rows != NULL || asks[i].status != CC_OK)
      continue;
    /* The server skipped this read after another step had failed, or had closed the connection. */
    asks[i].again = status == CC_OK || (trust && conn->pg == NULL);
    asks[i].status = status == CC_OK ? CC_ERR_INTERNAL : status;
    asks[i].error = error;
  }
}
