/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/data/ccd-db-private.h"

/* The contents of one round trip: queued steps, ended by a Sync, each with one result. */

#define SET_WHO "set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)"
#define SET_WHAT                                                                                   \
  "set_config('app.actor', $3, true), set_config('app.action', $4, true), "                        \
  "set_config('app.request_id', $5, true), set_config('app.address', $6, true), "                  \
  "set_config('plan_cache_mode', $7, true)"

/* The role comes last in each list, because it may have fewer rights than the server's own role.
 * Read-write uses plain SET instead of SET LOCAL, which would warn in an implicit transaction;
 * every transaction starts from the session's default again. */
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

/* Queue a statement, and its Parse when this connection has not prepared it. */
bool
ccd_pipe_statement(ccd_db_conn *conn, int statement, const char *const *args, bool keep)
{
  const ccd_statement *what = &conn->db->statements[statement];
  if (!conn->prepared[statement]) {
    if (!PQsendPrepare(conn->pg, what->name, what->sql, 0, /* paramTypes= */ NULL))
      return false;
    conn->steps[conn->n_steps++] = (ccd_step){.statement = statement, .prepare = true};
    /* Assume success, so that the same statement can follow in this pipeline; take_result()
     * corrects a failure. */
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

bool
ccd_pipe_internal(ccd_db_conn *conn, ccd_internal which, const char *const *args)
{
  return ccd_pipe_statement(conn, ccd_n_queries + (int) which, args, /* keep= */ false);
}

static const char *
text_or_empty(const char *text)
{
  return text != NULL ? text : "";
}

/* Text of an id for set_config; 0 becomes '', which the policies read as none. */
void
ccd_pipe_id(int64_t id, char ret[static 24])
{
  if (id == 0)
    ret[0] = '\0';
  else
    (void) snprintf(ret, 24, "%" PRId64, id);
}

/* The higher limits of this transaction. 0 keeps the session's limits: the text "0" would remove
 * them. */
bool
ccd_pipe_long(ccd_db_conn *conn)
{
  const ccd_context *context = &conn->context;
  if (context->timeout_ms <= 0 && !context->bulk)
    return true;
  char limit[24];
  int64_t timeout_ms =
    context->timeout_ms > 0 ? context->timeout_ms : conn->db->options.statement_timeout_ms;
  ccd_pipe_id(timeout_ms, limit);
  return ccd_pipe_internal(conn,
                           CCD_ST_CONTEXT_LONG,
                           (const char *const[]){limit, context->bulk ? "on" : ""});
}

/* The role to set in a transaction; NULL when the connection already has it. */
const char *
ccd_pipe_role(const ccd_db_conn *conn, const ccd_context *context)
{
  return conn->db->role == NULL ? context->role : NULL;
}

/* Set the values that row-level security policies read, and for writes also those for the audit
 * log.
 *
 * Writes use generic plans (plan_cache_mode): the planner assumes ten elements for "= ANY
 * (array)", while a custom plan for one or two elements looks cheaper each time, so PostgreSQL
 * would plan such statements of functions again at every call. Work with a limit of its own
 * handles many rows, for which custom plans pay; so do reads with optional filters. */
bool
ccd_pipe_context(ccd_db_conn *conn)
{
  const ccd_context *context = &conn->context;
  bool write = context->tx == CCD_WRITE;
  const char *role = ccd_pipe_role(conn, context);
  /* No settings needed: app.* are local to each transaction, so they are unset here, and the
   * session's default keeps the transaction read-only. */
  if (!write && context->organization_id == 0 && context->user_id == 0 && role == NULL)
    return true;

  char organization[24], user[24];
  ccd_pipe_id(context->organization_id, organization);
  ccd_pipe_id(context->user_id, user);
  const char *args[8] = {organization, user};
  if (!write) {
    args[2] = role;
    return ccd_pipe_internal(conn,
                             role != NULL ? CCD_ST_CONTEXT_READ_ROLE : CCD_ST_CONTEXT_READ,
                             args);
  }
  args[2] = text_or_empty(context->actor);
  args[3] = text_or_empty(context->action);
  args[4] = text_or_empty(context->request_id);
  args[5] = text_or_empty(context->address);
  args[6] = context->timeout_ms > 0 ? "auto" : "force_generic_plan";
  args[7] = role;
  return ccd_pipe_internal(conn,
                           role != NULL ? CCD_ST_CONTEXT_WRITE_ROLE : CCD_ST_CONTEXT_WRITE,
                           args);
}

static void
keep_rows(ccd_db_conn *conn, PGresult *result, ccd_outcome *out)
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

/* Takes ownership of the result. */
static void
take_result(ccd_db_conn *conn, const ccd_step *step, PGresult *result, ccd_outcome *out)
{
  ExecStatusType status = PQresultStatus(result);
  bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  if (!good && step != NULL && step->prepare)
    conn->prepared[step->statement] = false;
  if (good && step != NULL && step->keep && out->status == CC_OK) {
    keep_rows(conn, result, out);
    return;
  }
  /* After a failure the server skips the remaining steps of the pipeline; their status is no
   * failure of their own. */
  if (!good && status != PGRES_PIPELINE_ABORTED && out->status == CC_OK) {
    atomic_fetch_add(&conn->db->errors, 1);
    out->status = ccd_sqlstate_fail(result, &conn->retry, &conn->doomed, out->error);
    ccd_constraints_explain(conn->db, result, out->error);
  }
  PQclear(result);
}

/* Read the result of one step and libpq's NULL after it. */
cc_status
ccd_pipe_read_step(ccd_db_conn *conn, const ccd_step *step, ccd_outcome *out)
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

/* Read up to the result of Sync. Errors of deferred triggers at an implicit commit arrive here. */
cc_status
ccd_pipe_read_sync(ccd_db_conn *conn, ccd_outcome *out)
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

/* Send the queued steps and read every result. */
cc_status
ccd_pipe_finish(ccd_db_conn *conn, ccd_outcome *out)
{
  if (!PQpipelineSync(conn->pg))
    return ccd_conn_lost(conn, /* timed_out= */ false, out->error);

  for (int i = 0; i < conn->n_steps; i++) {
    cc_status status = ccd_pipe_read_step(conn, &conn->steps[i], out);
    if (status != CC_OK)
      return status;
    /* Prefer the message that the server sent before it closed the connection. */
    if (PQstatus(conn->pg) != CONNECTION_OK) {
      cc_status reported = out->status;
      status = ccd_conn_lost(conn, /* timed_out= */ false, reported == CC_OK ? out->error : NULL);
      return reported != CC_OK ? reported : status;
    }
  }
  cc_status status = ccd_pipe_read_sync(conn, out);
  if (status != CC_OK)
    return status;
  conn->n_steps = 0;
  return out->status;
}
