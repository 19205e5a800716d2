/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-db-tx.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/cc-time.h"
#include "server/data/ccd-db-private.h"

/* Transactions as pipelines. Everything that one round trip carries is queued as steps, a Sync ends
 * it, and finish() reads one answer per step. Sessions are read-only by default, so a transaction
 * that nobody declared as a write cannot write. */

/* What a commit or rollback may wait in any case: the call's budget may be used up. */
#define LEAST_BUDGET (200 * 1000)

/* So long after its last answer a read takes a connection for alive without looking. */
#define TRUSTED_US CC_TIME_SECOND

#define SET_WHO "set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)"
#define SET_WHAT                                                                                   \
  "set_config('app.actor', $3, true), set_config('app.action', $4, true), "                        \
  "set_config('app.request_id', $5, true), set_config('app.address', $6, true), "                  \
  "set_config('plan_cache_mode', $7, true)"

/* The role comes last in each list: it may be allowed less than the server's own. Plain SET and not
 * SET LOCAL for read-write: in an implicit transaction the latter would warn each time, and every
 * transaction starts from the session's default again. */
const ccd_statement ccd_internal_statements[_CCD_ST_MAX] = {
  [CCD_ST_BEGIN_READ] = {"cc begin read", "BEGIN READ ONLY", 0},
  [CCD_ST_BEGIN_WRITE] = {"cc begin write", "BEGIN READ WRITE", 0},
  [CCD_ST_COMMIT] = {"cc commit", "COMMIT", 0},
  [CCD_ST_ROLLBACK] = {"cc rollback", "ROLLBACK", 0},
  [CCD_ST_READ_WRITE] = {"cc read write", "SET transaction_read_only = off", 0},
  [CCD_ST_CONTEXT_READ] = {"cc read", "SELECT " SET_WHO, 2},
  [CCD_ST_CONTEXT_READ_ROLE] = {"cc read as",
                                "SELECT " SET_WHO ", set_config('role', $3, true)",
                                3},
  [CCD_ST_CONTEXT_WRITE] = {"cc write", "SELECT " SET_WHO ", " SET_WHAT, 7},
  [CCD_ST_CONTEXT_WRITE_ROLE] = {"cc write as",
                                 "SELECT " SET_WHO ", " SET_WHAT ", set_config('role', $8, true)",
                                 8},
  [CCD_ST_CONTEXT_LONG] = {"cc long",
                           "SELECT set_config('statement_timeout', $1, true), "
                           "set_config('lock_timeout', $1, true), "
                           "set_config('idle_in_transaction_session_timeout', $1, true), "
                           "set_config('app.bulk', $2, true)",
                           2},
};

/* Queue one statement, and its Parse when this connection has not seen it. */
static bool
queue_statement(ccd_db_conn *conn, int statement, const char *const *args, bool keep)
{
  const ccd_statement *what = &conn->db->statements[statement];
  if (!conn->prepared[statement]) {
    if (!PQsendPrepare(conn->pg, what->name, what->sql, 0, /* paramTypes= */ NULL))
      return false;
    conn->steps[conn->n_steps++] = (ccd_step){.statement = statement, .prepare = true};
    /* The same statement may follow in this pipeline; take_result() hears how it ended. */
    conn->prepared[statement] = true;
  }
  if (!PQsendQueryPrepared(conn->pg,
                           what->name,
                           what->n_params,
                           args,
                           /* paramLengths= */ NULL,
                           /* paramFormats= */ NULL,
                           /* resultFormat= */ 0))
    return false;
  conn->steps[conn->n_steps++] = (ccd_step){.statement = statement, .keep = keep};
  return true;
}

static bool
queue_internal(ccd_db_conn *conn, ccd_internal which, const char *const *args)
{
  return queue_statement(conn, ccd_n_queries + (int) which, args, /* keep= */ false);
}

static const char *
text_or_empty(const char *text)
{
  return text != NULL ? text : "";
}

/* Ids as set_config takes them; 0 is '', which the policies read as none. */
static void
id_text(int64_t id, char ret[static 24])
{
  if (id == 0)
    ret[0] = '\0';
  else
    (void) snprintf(ret, 24, "%" PRId64, id);
}

/* What this transaction may do that others may not. 0 leaves the session's own limits: the text
 * "0" would lift them. */
static bool
queue_long(ccd_db_conn *conn)
{
  const ccd_context *context = &conn->context;
  if (context->timeout_ms <= 0 && !context->bulk)
    return true;
  char limit[24];
  int64_t timeout_ms =
    context->timeout_ms > 0 ? context->timeout_ms : conn->db->options.statement_timeout_ms;
  id_text(timeout_ms, limit);
  return queue_internal(conn,
                        CCD_ST_CONTEXT_LONG,
                        (const char *const[]){limit, context->bulk ? "on" : ""});
}

/* The role that a transaction takes on; NULL: the connection has its role since it was made. */
static const char *
own_role(const ccd_db_conn *conn, const ccd_context *context)
{
  return conn->db->role == NULL ? context->role : NULL;
}

/* A read sets only what policies look at; who did it matters for the audit log of writes.
 *
 * A write keeps its plans: a plan for "= ANY (array)" is made for ten elements, one made with the
 * values sees one or two and looks cheaper each time, so PostgreSQL would plan such statements of
 * functions again at every call. Work with a limit of its own is about many rows, for which a plan
 * with the values pays, and so does a read with optional filters. */
static bool
queue_context(ccd_db_conn *conn)
{
  const ccd_context *context = &conn->context;
  bool write = context->tx == CCD_WRITE;
  const char *role = own_role(conn, context);
  /* Nothing to set: app.* are local to each transaction, so they are unset here, and the session's
   * own default keeps it read-only. */
  if (!write && context->organization_id == 0 && context->user_id == 0 && role == NULL)
    return true;

  char organization[24], user[24];
  id_text(context->organization_id, organization);
  id_text(context->user_id, user);
  const char *args[8] = {organization, user};
  if (!write) {
    args[2] = role;
    return queue_internal(conn,
                          role != NULL ? CCD_ST_CONTEXT_READ_ROLE : CCD_ST_CONTEXT_READ,
                          args);
  }
  args[2] = text_or_empty(context->actor);
  args[3] = text_or_empty(context->action);
  args[4] = text_or_empty(context->request_id);
  args[5] = text_or_empty(context->address);
  args[6] = context->timeout_ms > 0 ? "auto" : "force_generic_plan";
  args[7] = role;
  return queue_internal(conn,
                        role != NULL ? CCD_ST_CONTEXT_WRITE_ROLE : CCD_ST_CONTEXT_WRITE,
                        args);
}

/* What the running pipeline has brought so far. */
typedef struct outcome {
  cc_status status; /* of the first failure */
  cc_error *error;
  const ccd_rows **rows;
  const ccd_query *query;
} outcome;

static void
keep_rows(ccd_db_conn *conn, PGresult *result, outcome *out)
{
  ccd_rows *rows = &conn->results[conn->n_results++];
  *rows = (ccd_rows){.result = result,
                     .db = conn->db,
                     .query = out->query,
                     .n = PQntuples(result),
                     .columns = PQnfields(result)};
  if (out->rows != NULL)
    *out->rows = rows;
}

/* Takes over the result. */
static void
take_result(ccd_db_conn *conn, const ccd_step *step, PGresult *result, outcome *out)
{
  ExecStatusType status = PQresultStatus(result);
  bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  if (!good && step != NULL && step->prepare)
    conn->prepared[step->statement] = false;
  if (good && step != NULL && step->keep && out->status == CC_OK) {
    keep_rows(conn, result, out);
    return;
  }
  /* What follows a failure in the same pipeline is skipped by the server: not a failure itself. */
  if (!good && status != PGRES_PIPELINE_ABORTED && out->status == CC_OK) {
    atomic_fetch_add(&conn->db->errors, 1);
    out->status = ccd_sqlstate_fail(result, &conn->retry, &conn->doomed, out->error);
    ccd_constraints_explain(conn->db, result, out->error);
  }
  PQclear(result);
}

/* The result of one step and libpq's NULL behind it. */
static cc_status
read_step(ccd_db_conn *conn, const ccd_step *step, outcome *out)
{
  for (;;) {
    PGresult *result = NULL;
    cc_status status = ccd_conn_next(conn, &result, out->error);
    if (status != CC_OK)
      return status;
    if (result == NULL)
      return CC_OK;
    take_result(conn, step, result, out);
  }
}

/* Up to the answer to Sync. What deferred triggers refuse at an implicit commit comes here. */
static cc_status
read_sync(ccd_db_conn *conn, outcome *out)
{
  for (;;) {
    PGresult *result = NULL;
    cc_status status = ccd_conn_next(conn, &result, out->error);
    if (status != CC_OK)
      return status;
    if (PQstatus(conn->pg) != CONNECTION_OK) {
      PQclear(result);
      return ccd_conn_lost(conn, /* timed_out= */ false, out->error);
    }
    if (result == NULL)
      continue;
    if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
      PQclear(result);
      return CC_OK;
    }
    take_result(conn, /* step= */ NULL, result, out);
  }
}

/* Send what is queued and read every answer. */
static cc_status
finish_pipeline(ccd_db_conn *conn, outcome *out)
{
  if (!PQpipelineSync(conn->pg))
    return ccd_conn_lost(conn, /* timed_out= */ false, out->error);

  for (int i = 0; i < conn->n_steps; i++) {
    cc_status status = read_step(conn, &conn->steps[i], out);
    if (status != CC_OK)
      return status;
    /* A server that hangs up says why first; that is the better message. */
    if (PQstatus(conn->pg) != CONNECTION_OK) {
      cc_status said = out->status;
      status = ccd_conn_lost(conn, /* timed_out= */ false, said == CC_OK ? out->error : NULL);
      return said != CC_OK ? said : status;
    }
  }
  cc_status status = read_sync(conn, out);
  if (status != CC_OK)
    return status;
  conn->n_steps = 0;
  return out->status;
}

/* A new transaction: drop what the last one left. */
static void
reset_transaction(ccd_db_conn *conn, const ccd_context *context)
{
  if (conn->state == CCD_TX_OPEN || conn->state == CCD_TX_FAILED)
    ccd_db_rollback(conn);
  ccd_conn_clear_results(conn);
  conn->context = *context;
  conn->state = CCD_TX_NONE;
  conn->retry = false;
  conn->committing = false;
  conn->budget = (int64_t) conn->db->options.call_timeout_ms * 1000 - conn->queued;
  conn->queued = 0;
}

void
ccd_db_begin(ccd_db_conn *conn, const ccd_context *context)
{
  reset_transaction(conn, context);
  conn->state = CCD_TX_BEGUN;
}

void
ccd_db_drop_rows(ccd_db_conn *conn)
{
  ccd_conn_clear_results(conn);
}

/* BEGIN and the settings, to travel with whatever comes next. */
static cc_status
queue_begin(ccd_db_conn *conn, cc_error *reterr)
{
  cc_status status = ccd_conn_ready(conn, /* trust= */ false, reterr);
  if (status != CC_OK) {
    conn->state = CCD_TX_NONE;
    return status;
  }
  bool write = conn->context.tx == CCD_WRITE;
  bool queued = queue_internal(conn, write ? CCD_ST_BEGIN_WRITE : CCD_ST_BEGIN_READ, NULL) &&
                queue_long(conn) && queue_context(conn);
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
  outcome out = {.error = reterr};
  status = finish_pipeline(conn, &out);
  if (status != CC_OK && conn->state == CCD_TX_OPEN)
    conn->state = CCD_TX_FAILED;
  return status;
}

static cc_status
check_runnable(const ccd_db_conn *conn, const ccd_query *query, cc_error *reterr)
{
  if (conn->db->statements[query->index].sql == NULL)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "query_without_type",
                   "Query %s has parts that no use fills.",
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
  cc_status status = check_runnable(conn, query, reterr);
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
  if (!queue_statement(conn, query->index, args, /* keep= */ true))
    return ccd_conn_lost(conn, /* timed_out= */ false, reterr);

  outcome out = {.error = reterr, .rows = ret, .query = query};
  status = finish_pipeline(conn, &out);
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
  bool queued = (context->tx != CCD_WRITE || queue_internal(conn, CCD_ST_READ_WRITE, NULL)) &&
                queue_long(conn) && queue_context(conn) &&
                queue_statement(conn, query->index, args, /* keep= */ true);
  if (!queued)
    return ccd_conn_lost(conn, /* timed_out= */ false, reterr);

  conn->committing = context->tx == CCD_WRITE;
  const ccd_rows *rows = NULL;
  outcome out = {.error = reterr, .rows = &rows, .query = query};
  status = finish_pipeline(conn, &out);
  if (status == CC_OK && ret != NULL)
    *ret = rows;
  return status;
}

cc_status
ccd_tx_prepare(ccd_db_conn *conn, const ccd_query *const *queries, cc_error *reterr)
{
  cc_status status = CC_OK;
  while (status == CC_OK && *queries != NULL) {
    outcome out = {.error = reterr};
    for (; *queries != NULL && conn->n_steps < CCD_STEPS_MAX; queries++) {
      int index = (*queries)->index;
      const ccd_statement *what = &conn->db->statements[index];
      if (conn->prepared[index] || what->sql == NULL)
        continue;
      if (!PQsendPrepare(conn->pg, what->name, what->sql, 0, /* paramTypes= */ NULL))
        return ccd_conn_lost(conn, /* timed_out= */ false, reterr);
      conn->steps[conn->n_steps++] = (ccd_step){.statement = index, .prepare = true};
    }
    status = finish_pipeline(conn, &out);
  }
  return status;
}

/* A connection that answered a moment ago is not asked whether it is alive: a read that fails on it
 * can be asked again. */
static bool
is_trusted(const ccd_db_conn *conn)
{
  return conn->context.tx == CCD_READ && conn->pg != NULL &&
         cc_time_monotonic() - conn->heard < TRUSTED_US;
}

cc_status
ccd_db_query_once(ccd_db_conn *conn,
                  const ccd_context *context,
                  const ccd_query *query,
                  const char *const *args,
                  const ccd_rows **ret,
                  cc_error *reterr)
{
  reset_transaction(conn, context);
  cc_status status = check_runnable(conn, query, reterr);
  if (status != CC_OK)
    return status;
  bool trust = is_trusted(conn);
  status = run_once(conn, query, args, trust, ret, reterr);
  /* The server had closed the connection: a read can be asked again on a new one. */
  if (trust && status != CC_OK && conn->pg == NULL)
    status = run_once(conn, query, args, /* trust= */ false, ret, reterr);
  return status;
}

/* The settings of one among many: the transaction still has those of the one before. */
static bool
queue_ask(ccd_db_conn *conn, const ccd_ask *ask, const ccd_ask *before)
{
  const ccd_context *context = ask->context;
  bool same = before != NULL && before->context->organization_id == context->organization_id &&
              before->context->user_id == context->user_id;
  char organization[24], user[24];
  id_text(context->organization_id, organization);
  id_text(context->user_id, user);
  const char *role = own_role(conn, context);
  ccd_internal which = role != NULL ? CCD_ST_CONTEXT_READ_ROLE : CCD_ST_CONTEXT_READ;
  const char *args[] = {organization, user, role};
  return (same || queue_internal(conn, which, args)) &&
         queue_statement(conn, ask->query->index, ask->args, /* keep= */ true);
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

/* Every step's answer goes to its ask. */
static cc_status
read_asks(ccd_db_conn *conn, ccd_ask *asks, cc_error *reterr)
{
  for (int i = 0; i < conn->n_steps; i++) {
    ccd_ask *ask = &asks[conn->steps[i].ask];
    outcome out = {.status = ask->status,
                   .error = &ask->error,
                   .rows = &ask->rows,
                   .query = ask->query};
    conn->retry = false;
    cc_status status = read_step(conn, &conn->steps[i], &out);
    ask->status = out.status;
    ask->again = ask->again || conn->retry;
    if (status == CC_OK && PQstatus(conn->pg) != CONNECTION_OK)
      status = ccd_conn_lost(conn, /* timed_out= */ false, reterr);
    if (status != CC_OK) {
      *reterr = *reterr->code != '\0' ? *reterr : ask->error;
      return status;
    }
  }
  outcome out = {.error = reterr};
  cc_status status = read_sync(conn, &out);
  conn->n_steps = 0;
  return status;
}

void
ccd_db_query_many(ccd_db_conn *conn, ccd_ask *asks, size_t n)
{
  cc_error error = {0};
  assert(n > 0 && n <= CCD_ASKS_MAX && asks[0].context->tx == CCD_READ);
  reset_transaction(conn, asks[0].context);
  bool trust = is_trusted(conn);
  cc_status status = CC_OK;
  for (size_t i = 0; i < n && status == CC_OK; i++) {
    asks[i].rows = NULL;
    asks[i].status = CC_OK;
    asks[i].again = false;
    status = check_runnable(conn, asks[i].query, &error);
  }
  if (status == CC_OK)
    status = ccd_conn_ready(conn, trust, &error);
  if (status == CC_OK)
    status = queue_asks(conn, asks, n) ? read_asks(conn, asks, &error)
                                       : ccd_conn_lost(conn, /* timed_out= */ false, &error);
  for (size_t i = 0; i < n; i++) {
    if (asks[i].rows != NULL || asks[i].status != CC_OK)
      continue;
    /* Skipped by the server after another one's failure, or the server had closed the connection. */
    asks[i].again = status == CC_OK || (trust && conn->pg == NULL);
    asks[i].status = status == CC_OK ? CC_ERR_INTERNAL : status;
    asks[i].error = error;
  }
}

/* COMMIT or ROLLBACK of a transaction that the server has. */
static cc_status
end_transaction(ccd_db_conn *conn, ccd_internal which, cc_error *reterr)
{
  conn->state = CCD_TX_NONE;
  ccd_conn_renew_budget(conn);
  if (conn->budget < LEAST_BUDGET)
    conn->budget = LEAST_BUDGET;
  if (!queue_internal(conn, which, NULL))
    return ccd_conn_lost(conn, /* timed_out= */ false, reterr);
  outcome out = {.error = reterr};
  return finish_pipeline(conn, &out);
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
      return cc_fail(reterr, CC_ERR_INTERNAL, "copying", "A COPY is still under way.");
    }
    conn->committing = conn->context.tx == CCD_WRITE;
    return end_transaction(conn, CCD_ST_COMMIT, reterr);
  case CCD_TX_FAILED:
    ccd_db_rollback(conn);
    return cc_fail(reterr, CC_ERR_INTERNAL, "no_transaction", "The transaction had failed.");
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
  /* A rollback that fails closes the connection, which rolls back as well; and why the
   * transaction failed must stay known. */
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
