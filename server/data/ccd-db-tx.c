/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-db-tx.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/cc-time.h"
#include "server/data/ccd-db-private.h"

/* Transactions as pipelines. The messages of one round trip are queued as steps and end with a
 * Sync; then one result per step is read. Sessions are read-only by default, so only a
 * transaction that is declared as a write can write. */

/* Minimal time in microseconds for a commit or rollback, even when the call's budget is used up. */
#define BUDGET_MIN (200 * 1000)

/* For this time after a connection's last reply, a read uses the connection without checking it
 * first. */
#define TRUSTED_US CC_TIME_SECOND

/* Begin a transaction: reset what the previous transaction left in the connection. */
void
ccd_tx_reset(ccd_db_conn *conn, const ccd_context *context)
{
  if (conn->state == CCD_TX_OPEN || conn->state == CCD_TX_FAILED)
    ccd_db_rollback(conn);
  ccd_conn_clear_results(conn);
  conn->context = *context;
  conn->state = CCD_TX_NONE;
  conn->retry = false;
  conn->committing = false;
  int64_t whole = (int64_t) conn->db->options.call_timeout_ms * 1000;
  conn->budget = whole - conn->queued > whole / 10 ? whole - conn->queued : whole / 10;
  conn->queued = 0;
}

void
ccd_db_begin(ccd_db_conn *conn, const ccd_context *context)
{
  ccd_tx_reset(conn, context);
  conn->state = CCD_TX_BEGUN;
}

void
ccd_db_drop_rows(ccd_db_conn *conn)
{
  ccd_conn_clear_results(conn);
}

/* Queue BEGIN and the settings, to be sent with the next statement. */
static cc_status
queue_begin(ccd_db_conn *conn, cc_error *reterr)
{
  cc_status status = ccd_conn_ready(conn, /* trust= */ false, reterr);
  if (status != CC_OK) {
    conn->state = CCD_TX_NONE;
    return status;
  }
  bool write = conn->context.tx == CCD_WRITE;
  bool queued = ccd_pipe_internal(conn, write ? CCD_ST_BEGIN_WRITE : CCD_ST_BEGIN_READ, NULL) &&
                ccd_pipe_long(conn) && ccd_pipe_context(conn);
  return queued ? CC_OK : ccd_conn_lost(conn, /* timed_out= */ false, reterr);
}

cc_status
ccd_tx_open(ccd_db_conn *conn, cc_error *reterr)
{
  if (conn->copying || (conn->state != CCD_TX_BEGUN && conn->state != CCD_TX_OPEN))
    return cc_fail(reterr, CC_ERR_INTERNAL, "no_transaction", "No transaction is open.");
  ccd_conn_renew_budget(conn);
  if (conn->state == CCD_TX_OPEN)
    return CC_OK;
  cc_status status = queue_begin(conn, reterr);
  if (status != CC_OK)
    return status;
  conn->state = CCD_TX_OPEN;
  ccd_outcome out = {.error = reterr};
  status = ccd_pipe_finish(conn, &out);
  if (status != CC_OK && conn->state == CCD_TX_OPEN)
    conn->state = CCD_TX_FAILED;
  return status;
}

cc_status
ccd_tx_check(const ccd_db_conn *conn, const ccd_query *query, cc_error *reterr)
{
  if (conn->db->statements[query->index].sql == NULL)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "query_without_type",
                   "Query %s has a part in braces for which no route or job supplies a type.",
                   query->name);
  if (conn->n_results == CCD_RESULTS_MAX)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "too_many_statements",
                   "A transaction keeps at most %d results.",
                   CCD_RESULTS_MAX);
  const char *role = conn->db->role;
  if (role != NULL && (conn->context.role == NULL || strcmp(conn->context.role, role) != 0))
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "role",
                   "Query %s was sent to a pool of the role %s.",
                   query->name,
                   role);
  return CC_OK;
}

cc_status
ccd_db_query(ccd_db_conn *conn,
             const ccd_query *query,
             const char *const *args,
             const ccd_rows **ret,
             cc_error *reterr)
{
  cc_status status = ccd_tx_check(conn, query, reterr);
  if (status != CC_OK)
    return status;
  if (conn->copying || (conn->state != CCD_TX_BEGUN && conn->state != CCD_TX_OPEN))
    return cc_fail(reterr, CC_ERR_INTERNAL, "no_transaction", "No transaction is open.");

  ccd_conn_renew_budget(conn);
  if (conn->state == CCD_TX_BEGUN)
    status = queue_begin(conn, reterr);
  if (status != CC_OK)
    return status;
  conn->state = CCD_TX_OPEN;
  if (!ccd_pipe_statement(conn, query->index, args, /* keep= */ true))
    return ccd_conn_lost(conn, /* timed_out= */ false, reterr);

  ccd_outcome out = {.error = reterr, .rows = ret, .query = query};
  status = ccd_pipe_finish(conn, &out);
  if (status != CC_OK && conn->state == CCD_TX_OPEN)
    conn->state = CCD_TX_FAILED;
  return status;
}

static cc_status
run_once(ccd_db_conn *conn,
         const ccd_query *query,
         const char *const *args,
         bool trust,
         const ccd_rows **ret,
         cc_error *reterr)
{
  const ccd_context *context = &conn->context;
  cc_status status = ccd_conn_ready(conn, trust, reterr);
  if (status != CC_OK)
    return status;

  ccd_conn_renew_budget(conn);
  bool queued = (context->tx != CCD_WRITE || ccd_pipe_internal(conn, CCD_ST_READ_WRITE, NULL)) &&
                ccd_pipe_long(conn) && ccd_pipe_context(conn) &&
                ccd_pipe_statement(conn, query->index, args, /* keep= */ true);
  if (!queued)
    return ccd_conn_lost(conn, /* timed_out= */ false, reterr);

  conn->committing = context->tx == CCD_WRITE;
  const ccd_rows *rows = NULL;
  ccd_outcome out = {.error = reterr, .rows = &rows, .query = query};
  status = ccd_pipe_finish(conn, &out);
  if (status == CC_OK && ret != NULL)
    *ret = rows;
  return status;
}

cc_status
ccd_tx_prepare(ccd_db_conn *conn, const ccd_query *const *queries, cc_error *reterr)
{
  cc_status status = CC_OK;
  while (status == CC_OK && *queries != NULL) {
    ccd_outcome out = {.error = reterr};
    for (; *queries != NULL && conn->n_steps < CCD_STEPS_MAX; queries++) {
      int index = (*queries)->index;
      const ccd_statement *what = &conn->db->statements[index];
      if (conn->prepared[index] || what->sql == NULL)
        continue;
      if (!PQsendPrepare(conn->pg, what->name, what->sql, 0, /* paramTypes= */ NULL))
        return ccd_conn_lost(conn, /* timed_out= */ false, reterr);
      conn->prepared[index] = true; /* set back when the Parse fails */
      conn->steps[conn->n_steps++] = (ccd_step){.statement = index, .prepare = true};
    }
    status = ccd_pipe_finish(conn, &out);
  }
  return status;
}

/* Was there a reply a moment ago? Then a read uses the connection without checking whether it is
 * open, because a failed read can be repeated. */
bool
ccd_tx_trusts(const ccd_db_conn *conn)
{
  return conn->context.tx == CCD_READ && conn->pg != NULL &&
         cc_time_monotonic() - conn->heard < TRUSTED_US;
}

cc_status
ccd_db_query_in_own_tx(ccd_db_conn *conn,
                       const ccd_context *context,
                       const ccd_query *query,
                       const char *const *args,
                       const ccd_rows **ret,
                       cc_error *reterr)
{
  ccd_tx_reset(conn, context);
  cc_status status = ccd_tx_check(conn, query, reterr);
  if (status != CC_OK)
    return status;
  bool trust = ccd_tx_trusts(conn);
  status = run_once(conn, query, args, trust, ret, reterr);
  /* The server had closed the connection that was used without a check: repeat the read on a new
   * connection. */
  if (trust && status != CC_OK && conn->pg == NULL)
    status = run_once(conn, query, args, /* trust= */ false, ret, reterr);
  return status;
}

/* Send COMMIT or ROLLBACK of a transaction that exists on the server. */
static cc_status
end_transaction(ccd_db_conn *conn, ccd_internal which, cc_error *reterr)
{
  conn->state = CCD_TX_NONE;
  ccd_conn_renew_budget(conn);
  if (conn->budget < BUDGET_MIN)
    conn->budget = BUDGET_MIN;
  if (!ccd_pipe_internal(conn, which, NULL))
    return ccd_conn_lost(conn, /* timed_out= */ false, reterr);
  ccd_outcome out = {.error = reterr};
  return ccd_pipe_finish(conn, &out);
}

cc_status
ccd_db_commit(ccd_db_conn *conn, cc_error *reterr)
{
  switch (conn->state) {
  case CCD_TX_BEGUN:
    conn->state = CCD_TX_NONE;
    return CC_OK;
  case CCD_TX_OPEN:
    if (conn->copying) {
      ccd_db_rollback(conn);
      return cc_fail(reterr, CC_ERR_INTERNAL, "copying", "A COPY is still running.");
    }
    conn->committing = conn->context.tx == CCD_WRITE;
    return end_transaction(conn, CCD_ST_COMMIT, reterr);
  case CCD_TX_FAILED:
    ccd_db_rollback(conn);
    return cc_fail(reterr, CC_ERR_INTERNAL, "no_transaction", "The transaction has failed before.");
  case CCD_TX_NONE:
  default:
    return cc_fail(reterr, CC_ERR_INTERNAL, "no_transaction", "No transaction is open.");
  }
}

void
ccd_db_rollback(ccd_db_conn *conn)
{
  if (conn->copying)
    ccd_copy_cancel(conn);
  bool open = conn->state == CCD_TX_OPEN || conn->state == CCD_TX_FAILED;
  conn->state = CCD_TX_NONE;
  if (!open)
    return;
  /* Roll back. If the rollback fails, closing the connection rolls back too. The values that
   * describe the transaction's own failure must be kept. */
  bool retry = conn->retry;
  if (end_transaction(conn, CCD_ST_ROLLBACK, /* reterr= */ NULL) != CC_OK)
    ccd_conn_close(conn);
  conn->retry = retry;
}

bool
ccd_db_may_retry(const ccd_db_conn *conn)
{
  return conn->retry;
}
