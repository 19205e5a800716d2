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

/* Each list sets the role last, because the new role may have fewer rights than the server's own
 * role. "cc read write" uses SET instead of SET LOCAL, because SET LOCAL warns in an implicit
 * transaction. Every transaction starts again from the session's default. */
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

/* Queue a statement. If this connection has not prepared the statement yet, queue its Parse
 * first. */
bool
ccd_pipe_statement(ccd_db_conn *conn, int statement, const char *const *args, bool keep)
{
  const ccd_statement *what = &conn->db->statements[statement];
  if (!conn->prepared[statement]) {
    if (!PQsendPrepare(conn->pg, what->name, what->sql, 0, /* paramTypes= */ NULL))
      return false;
    conn->steps[conn->n_steps++] = (ccd_step){.statement = statement, .prepare = true};
    /* Mark the statement as prepared now, so that this pipeline can contain it twice;
     * take_result() removes the mark if Parse fails. */
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

/* Write an id as text for set_config; 0 becomes '', which the row-level security policies read
 * as no id. */
void
ccd_pipe_id(int64_t id, char ret[static 24])
{
  if (id == 0)
    ret[0] = '\0';
  else
    (void) snprintf(ret, 24, "%" PRId64, id);
}

/* Queue the higher limits of this transaction. When a limit is 0 the session's limit stays in
 * force; setting the text "0" would remove the limit. */
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

/* Return the role to set in a transaction; NULL when the connection already has it. */
const char *
ccd_pipe_role(const ccd_db_conn *conn, const ccd_context *context)
{
  return conn->db->role == NULL ? context->role : NULL;
}

/* Set the values that row-level security policies read, and for writes also those for the audit
 * log.
 *
 * Writes use generic plans (plan_cache_mode). For a generic plan the planner assumes ten
 * elements in "= ANY (array)"; a custom plan for one or two elements always looks cheaper, so
 * PostgreSQL would plan such statements of functions again at every call. Writes with their own
 * timeout (context->timeout_ms) handle many rows and keep the mode auto, because custom plans
 * are faster for them. Reads also keep auto, because their filters are optional. */
bool
ccd_pipe_context(ccd_db_conn *conn)
{
  const ccd_context *context = &conn->context;
  bool write = context->tx == CCD_WRITE;
  const char *role = ccd_pipe_role(conn, context);
  /* A read without organization, user and role needs no settings: app.* are local to each
   * transaction, so they are unset here, and the session's default keeps the transaction
   * read-only. */
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

/* Store a step's result or error in @out. Takes ownership of @result. */
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
  /* After a failure the server skips the remaining steps of the pipeline; their status
   * PGRES_PIPELINE_ABORTED is not a further failure. */
  if (!good && status != PGRES_PIPELINE_ABORTED && out->status == CC_OK) {
    atomic_fetch_add(&conn->db->errors, 1);
    out->status = ccd_sqlstate_fail(result, &conn->retry, &conn->doomed, out->error);
    ccd_constraints_explain(conn->db, result, out->error);
  }
  PQclear(result);
}

/* Read the result of one step, and the NULL with which libpq ends the results of a step. */
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

/* Read up to the result of the Sync. Errors of deferred triggers, which run at the implicit
 * commit, arrive here. */
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

/* Send the queued steps with a Sync, and read every result. */
cc_status
ccd_pipe_finish(ccd_db_conn *conn, ccd_outcome *out)
{
  if (!PQpipelineSync(conn->pg))
    return ccd_conn_lost(conn, /* timed_out= */ false, out->error);

  for (int i = 0; i < conn->n_steps; i++) {
    cc_status status = ccd_pipe_read_step(conn, &conn->steps[i], out);
    if (status != CC_OK)
      return status;
    /* The server may have sent a message before it closed the connection: report this message
     * rather than the lost connection. */
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
