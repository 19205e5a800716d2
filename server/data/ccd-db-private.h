/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>

#include "server/data/ccd-db-many.h"
#include "server/data/ccd-db.h"

/* Declarations shared by the files that use libpq: the pool (ccd-db-pool.c), connections
 * (ccd-db-conn.c), transactions (ccd-db-tx.c), the check at start (ccd-db-check.c), rows
 * (ccd-rows.c), SQLSTATEs (ccd-sqlstate.c). */

/* Limits: results kept by one transaction, columns of one result. */
#define CCD_RESULTS_MAX 64
#define CCD_COLUMNS_MAX 256

/* Internal statements, numbered after those of db/queries. */
typedef enum ccd_internal {
  CCD_ST_BEGIN_READ = 0,
  CCD_ST_BEGIN_WRITE,
  CCD_ST_COMMIT,
  CCD_ST_ROLLBACK,
  CCD_ST_READ_WRITE,
  CCD_ST_CONTEXT_READ,
  CCD_ST_CONTEXT_READ_ROLE,
  CCD_ST_CONTEXT_WRITE,
  CCD_ST_CONTEXT_WRITE_ROLE,
  CCD_ST_CONTEXT_LONG,
  _CCD_ST_MAX
} ccd_internal;

typedef struct ccd_statement {
  const char *name;
  const char *sql; /* expanded text, malloc'ed for queries; NULL: the query has a {…} that no use
                      fills, so the query cannot run */
  int n_params;
} ccd_statement;

/* The columns of a query for one type, determined at start. */
typedef struct ccd_map {
  struct ccd_map *next;
  cc_row_map map;
} ccd_map;

struct ccd_rows {
  PGresult *result;
  const ccd_db *db;
  const ccd_query *query;
  int n, columns;
};

typedef enum ccd_tx_state {
  CCD_TX_NONE = 0,
  CCD_TX_BEGUN,  /* ccd_db_begin was called, nothing was sent */
  CCD_TX_OPEN,   /* the transaction exists on the server */
  CCD_TX_FAILED, /* the server accepts only ROLLBACK */
} ccd_tx_state;

/* A queued step of a pipeline whose result has not been read yet. */
typedef struct ccd_step {
  int statement;
  bool prepare; /* the step is a Parse; false: Bind and Execute */
  bool keep;    /* the result is returned to the caller */
  int ask;      /* with ccd_db_query_many: index of the ask */
} ccd_step;

#define CCD_STEPS_MAX (CCD_ASKS_MAX * 4) /* per ask: settings, statement, a Parse of each */

struct ccd_db_conn {
  ccd_db *db;
  int share;
  PGconn *pg;          /* NULL: not connected */
  unsigned generation; /* value of ccd_db.generation when this connection was made */
  bool *prepared;      /* prepared[n]: statement n is prepared on this connection */
  bool ever;           /* an earlier connection was made, so a new one counts as a reconnect */
  bool warm;           /* options.warm has run since the connection was made */
  bool doomed;         /* prepared statements are outdated: close after use */
  bool committing;     /* the running statement commits implicitly: without a reply its outcome is
                          unknown */
  bool retry;          /* the last failure was a serialization failure or a deadlock */
  bool copying;        /* in COPY FROM STDIN, outside of pipeline mode */
  ccd_tx_state state;
  ccd_context context; /* of the running transaction; its strings belong to the caller */
  int64_t budget;      /* microseconds that the call may still wait for the database */
  int64_t silent;      /* microseconds of the last wait for PostgreSQL */
  int64_t queued; /* microseconds that the caller has waited; subtracted from the next budget */
  int64_t heard;  /* time of the server's last reply, by cc_time_monotonic */
  ccd_step steps[CCD_STEPS_MAX];
  int n_steps;
  ccd_rows results[CCD_RESULTS_MAX];
  int n_results;
};

/* A thread that waits in ccd_db_borrow; allocated on that thread's stack, guarded by the pool's
 * lock. */
typedef struct ccd_waiter {
  struct ccd_waiter *next;
  pthread_cond_t wake;
  ccd_db_conn *conn; /* the connection that was passed to this thread; NULL: still waiting */
  bool refused;
} ccd_waiter;

typedef struct ccd_constraint {
  char *name, *message;
} ccd_constraint;

/* The free connections of a share and its waiting threads; guarded by the pool's lock. */
typedef struct ccd_share {
  ccd_db_conn **free; /* a stack: the connection used last is borrowed next */
  int n, n_free, n_waiting;
  ccd_waiter *first_waiter, *last_waiter;
} ccd_share;

struct ccd_db {
  ccd_db_options options; /* url is a copy */
  char *pg_options;       /* libpq's "options": settings of every session */
  const char *role;       /* database role of every connection; NULL: the server's own role */
  bool borrowed;          /* statements, maps and constraints belong to another pool */
  bool primary; /* the url requests a read-write server: see connect_start in ccd-db-conn.c */

  ccd_statement *statements; /* queries, then internal statements */
  int n_statements;
  ccd_map **maps; /* by query index */

  ccd_constraint *constraints; /* user messages of constraints */
  size_t n_constraints;

  ccd_db_conn *conns; /* n_conns connections, grouped by share */
  int n_conns;

  atomic_bool up;
  atomic_uint generation; /* incremented when the breaker opens: connections with an older
                             generation are not reused */
  atomic_int n_open;
  atomic_uint_fast64_t timeouts, reconnects, errors;
  int server_version; /* read at the first connection */

  pthread_t prober; /* thread that reconnects and warms connections */
  bool prober_runs;
  pthread_mutex_t lock; /* guards the following members */
  pthread_cond_t wake_prober;
  ccd_share shares[CCD_DB_SHARES];
  bool closing;
};

/* Are the connections of a share warmed? */
static inline bool
ccd_db_warms(const ccd_db *db, int share)
{
  return db->options.warm != NULL && (db->options.warm_shares & 1u << share) != 0;
}

/* ccd-db-pipeline.c */

/* Result of the running pipeline so far. */
typedef struct ccd_outcome {
  cc_status status; /* status of the first failure */
  cc_error *error;
  const ccd_rows **rows;
  const ccd_query *query;
} ccd_outcome;

/* Queue a statement, and its Parse when this connection has not prepared it. @keep: the result
 * goes to the outcome's .rows. False: the connection is unusable. */
bool ccd_pipe_statement(ccd_db_conn *conn, int statement, const char *const *args, bool keep);
bool ccd_pipe_internal(ccd_db_conn *conn, ccd_internal which, const char *const *args);

/* Queue the settings of conn->context: ccd_pipe_long the limits of long work, ccd_pipe_context
 * actor and role. */
bool ccd_pipe_long(ccd_db_conn *conn);
bool ccd_pipe_context(ccd_db_conn *conn);

/* The role to set in a transaction; NULL when the connection already has it. */
const char *ccd_pipe_role(const ccd_db_conn *conn, const ccd_context *context);

/* Write an id as text for a setting; "" for 0. */
void ccd_pipe_id(int64_t id, char ret[static 24]);

/* ccd_pipe_read_step reads the result of one step, ccd_pipe_read_sync reads up to the result of
 * the Sync. */
cc_status
ccd_pipe_read_step(ccd_db_conn *conn, const ccd_step *step, ccd_outcome *out) CC_MUSTCHECK;
cc_status ccd_pipe_read_sync(ccd_db_conn *conn, ccd_outcome *out) CC_MUSTCHECK;

/* Send the queued steps and read every result. */
cc_status ccd_pipe_finish(ccd_db_conn *conn, ccd_outcome *out) CC_MUSTCHECK;

/* ccd-db-tx.c */

/* Begin a transaction: drop what the previous one left. */
void ccd_tx_reset(ccd_db_conn *conn, const ccd_context *context);

cc_status
ccd_tx_check(const ccd_db_conn *conn, const ccd_query *query, cc_error *reterr) CC_MUSTCHECK;

/* Was there a reply a moment ago? Then a read uses the connection without checking whether it is
 * open, because a failed read can be repeated. */
bool ccd_tx_trusts(const ccd_db_conn *conn);

/* ccd-db-conn.c */

/* Connect within a deadline; a failure may open the breaker. @trust: do not check first whether
 * the server has closed the connection. */
cc_status ccd_conn_ready(ccd_db_conn *conn, bool trust, cc_error *reterr) CC_MUSTCHECK;

/* Connect within @timeout microseconds, without the breaker. NULL: failed, with a message in
 * @reterr. */
PGconn *ccd_conn_open(const ccd_db *db, int64_t timeout, bool *ret_timed_out, cc_error *reterr);

void ccd_conn_close(ccd_db_conn *conn);

/* Close an unusable connection. Always returns CC_ERR_UNAVAILABLE. */
cc_status ccd_conn_lost(ccd_db_conn *conn, bool timed_out, cc_error *reterr);

/* Read the next result of the pipeline within the budget; *ret NULL is libpq's end of a command.
 * On failure the connection has been closed. */
cc_status ccd_conn_next(ccd_db_conn *conn, PGresult **ret, cc_error *reterr) CC_MUSTCHECK;

/* Send everything that libpq has queued, within the budget. On failure the connection has been
 * closed. */
cc_status ccd_conn_flush(ccd_db_conn *conn, cc_error *reterr) CC_MUSTCHECK;

/* Wait until libpq has read something, within the budget. On failure the connection has been
 * closed. */
cc_status ccd_conn_wait(ccd_db_conn *conn, cc_error *reterr) CC_MUSTCHECK;

void ccd_conn_clear_results(ccd_db_conn *conn);

/* Start the time budget again before each statement of a transaction with .timeout_ms. */
void ccd_conn_renew_budget(ccd_db_conn *conn);

/* ccd-db-breaker.c */

/* Open the breaker: every call is refused at once, until the prober connects. Existing
 * connections are not reused. Does nothing when @generation is outdated. */
void ccd_db_trip(ccd_db *db, unsigned generation);

/* ccd-db-warm.c */

/* Take a free connection that was not warmed out of the pool; NULL: none, or warming is off.
 * Called with the pool's lock held. */
ccd_db_conn *ccd_db_take_cold(ccd_db *db);

/* Connect, run options.warm and prepare the hot statements. False: the connection failed. */
bool ccd_conn_warm(ccd_db_conn *conn);

/* ccd-db-tx.c */

/* Prepare statements that are not prepared, in separate round trips, outside a transaction. */
cc_status
ccd_tx_prepare(ccd_db_conn *conn, const ccd_query *const *queries, cc_error *reterr) CC_MUSTCHECK;

extern const ccd_statement ccd_internal_statements[_CCD_ST_MAX];

/* Send BEGIN and the settings alone, when the transaction has sent nothing yet. */
cc_status ccd_tx_open(ccd_db_conn *conn, cc_error *reterr) CC_MUSTCHECK;

/* ccd-db-copy-end.c: ends a COPY, also for a rollback. */

/* Build the error of a failed result, with the message of the constraint. */
cc_status ccd_copy_failed(ccd_db_conn *conn, const PGresult *result, cc_error *reterr);

/* Send the end of a COPY FROM STDIN. @why NULL: the data are complete; otherwise @why is the
 * reason for cancelling. */
cc_status ccd_copy_put_end(ccd_db_conn *conn, const char *why, cc_error *reterr) CC_MUSTCHECK;

/* Read every result up to the end of the command, then return to pipeline mode. @ret_rows may be
 * NULL. */
cc_status ccd_copy_settle(ccd_db_conn *conn, int64_t *ret_rows, cc_error *reterr);

/* Cancel a running COPY FROM STDIN. */
void ccd_copy_cancel(ccd_db_conn *conn);

/* ccd-db-check.c */

/* Fill db->statements from the queries and their uses. */
cc_status
ccd_db_expand(ccd_db *db, const ccd_query_use *uses, size_t n_uses, cc_error *reterr) CC_MUSTCHECK;

/* Prepare every query on @conn and check the uses against the server's descriptions. */
cc_status ccd_db_check(ccd_db_conn *conn,
                       const ccd_query_use *uses,
                       size_t n_uses,
                       cc_error *reterr) CC_MUSTCHECK;

/* ccd-sqlstate.c */

/* Build the error that belongs to the SQLSTATE of a failed result, and call the hook of
 * ccd_db_on_error. @ret_retry, @ret_stale may be NULL. */
cc_status
ccd_sqlstate_fail(const PGresult *result, bool *ret_retry, bool *ret_stale, cc_error *reterr);

/* Call the hook of ccd_db_on_error. */
void ccd_db_report(const char *sqlstate, const char *constraint, const char *primary);

/* ccd-constraints.c */

/* Read the comments of all constraints, on a connection without a transaction. */
cc_status ccd_constraints_read(ccd_db_conn *conn, cc_error *reterr) CC_MUSTCHECK;

/* Copy the comment of the constraint that @result names, if it has one, into @error (may be
 * NULL). */
void ccd_constraints_explain(const ccd_db *db, const PGresult *result, cc_error *error);

void ccd_constraints_free(ccd_db *db);
