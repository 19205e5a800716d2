/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>

#include "server/data/ccd-db-many.h"
#include "server/data/ccd-db.h"

/* What the files of the PostgreSQL part share among themselves: the pool (ccd-db-pool.c), one
 * connection (ccd-db-conn.c), transactions (ccd-db-tx.c), the check at start-up (ccd-db-check.c),
 * rows (ccd-rows.c), SQLSTATEs (ccd-sqlstate.c). */

/* Results that one transaction can keep, and columns that one result can have. */
#define CCD_RESULTS_MAX 64
#define CCD_COLUMNS_MAX 256

/* Statements of our own, numbered after those of db/queries. */
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
  const char *sql; /* expanded, malloc'ed (queries); NULL: {…} that no use fills: cannot run */
  int n_params;
} ccd_statement;

/* The columns of a query for one type, found at start-up. */
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
  CCD_TX_OPEN,   /* the server has the transaction */
  CCD_TX_FAILED, /* the server has it and refuses everything but ROLLBACK */
} ccd_tx_state;

/* One message pair of a pipeline whose answer is still to come. */
typedef struct ccd_step {
  int statement;
  bool prepare; /* Parse, else Bind and Execute */
  bool keep;    /* the result goes to the caller */
  int ask;      /* of ccd_db_query_many: which one it is for */
} ccd_step;

#define CCD_STEPS_MAX (CCD_ASKS_MAX * 4) /* a statement and its settings, each with its Parse */

struct ccd_db_conn {
  ccd_db *db;
  int share;
  PGconn *pg;          /* NULL: not connected */
  unsigned generation; /* the pool's when this connection was made */
  bool *prepared;      /* by statement number: the server has it under its name */
  bool ever;           /* was connected before */
  bool warm;           /* options.warm has run since it was connected */
  bool doomed;         /* the server's prepared statements are stale: close after use */
  bool committing;     /* what is under way commits by itself: no answer = outcome unknown */
  bool retry;          /* the last failure was a serialization failure or deadlock */
  bool copying;        /* in COPY FROM STDIN: out of pipeline mode until it ends */
  ccd_tx_state state;
  ccd_context context; /* of the running transaction; its strings are the caller's */
  int64_t budget;      /* microseconds that the call may still wait for the database */
  int64_t silent;      /* microseconds of the last wait for PostgreSQL */
  int64_t queued;      /* microseconds that the caller has waited; taken from the next budget */
  int64_t heard;       /* when the server last answered, by cc_time_monotonic */
  ccd_step steps[CCD_STEPS_MAX];
  int n_steps;
  ccd_rows results[CCD_RESULTS_MAX];
  int n_results;
};

/* A thread in ccd_db_borrow; lives on its stack, guarded by the pool's lock. */
typedef struct ccd_waiter {
  struct ccd_waiter *next;
  pthread_cond_t wake;
  ccd_db_conn *conn; /* handed over */
  bool refused;
} ccd_waiter;

typedef struct ccd_constraint {
  char *name, *message;
} ccd_constraint;

/* The free connections of a share and who waits for one; guarded by the pool's lock. */
typedef struct ccd_share {
  ccd_db_conn **free; /* a stack: the last one used is the next one borrowed */
  int n, n_free, n_waiting;
  ccd_waiter *first_waiter, *last_waiter;
} ccd_share;

struct ccd_db {
  ccd_db_options options; /* url is our copy */
  char *pg_options;       /* libpq's "options": the settings of every session */
  const char *role;       /* of every connection from the start; NULL: the server's own */
  bool borrowed;          /* statements, maps and constraints are another pool's */
  bool primary;           /* the url asks for read-write: see ccd_db_connect_start */

  ccd_statement *statements; /* the queries, then the internal ones */
  int n_statements;
  ccd_map **maps; /* by query index */

  ccd_constraint *constraints; /* what a broken one means */
  size_t n_constraints;

  ccd_db_conn *conns; /* n_conns of them, share after share */
  int n_conns;

  atomic_bool up;
  atomic_uint generation; /* raised by every trip: connections made before it are not trusted */
  atomic_int n_open;
  atomic_uint_fast64_t timeouts, reconnects, errors;
  int server_version; /* of the first connection */

  pthread_t prober; /* finds a database that was away, and makes connections warm */
  bool prober_runs;
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t wake_prober;
  ccd_share shares[CCD_DB_SHARES];
  bool closing;
};

/* Whether the connections of a share are made warm. */
static inline bool
ccd_db_warms(const ccd_db *db, int share)
{
  return db->options.warm != NULL && (db->options.warm_shares & 1u << share) != 0;
}

/* ccd-db-pipeline.c */

/* What the running pipeline has brought so far. */
typedef struct ccd_outcome {
  cc_status status; /* of the first failure */
  cc_error *error;
  const ccd_rows **rows;
  const ccd_query *query;
} ccd_outcome;

/* Queue a statement, and its Parse when this connection has not seen the statement. @keep: the
 * result goes to the outcome's .rows. False: the connection is beyond use. */
bool ccd_pipe_statement(ccd_db_conn *conn, int statement, const char *const *args, bool keep);
bool ccd_pipe_internal(ccd_db_conn *conn, ccd_internal which, const char *const *args);

/* The settings of conn->context: the limits of long work; then who acts, and as which role. */
bool ccd_pipe_long(ccd_db_conn *conn);
bool ccd_pipe_context(ccd_db_conn *conn);

/* The role that a transaction takes on; NULL: the connection has its role since it was made. */
const char *ccd_pipe_role(const ccd_db_conn *conn, const ccd_context *context);

/* The text of an id in a setting; "" for 0. */
void ccd_pipe_id(int64_t id, char ret[static 24]);

/* The answer to one step, and up to the answer to Sync. */
cc_status
ccd_pipe_read_step(ccd_db_conn *conn, const ccd_step *step, ccd_outcome *out) CC_MUSTCHECK;
cc_status ccd_pipe_read_sync(ccd_db_conn *conn, ccd_outcome *out) CC_MUSTCHECK;

/* Send what is queued and read every answer. */
cc_status ccd_pipe_finish(ccd_db_conn *conn, ccd_outcome *out) CC_MUSTCHECK;

/* ccd-db-tx.c */

/* A new transaction: drop what the last one left. */
void ccd_tx_reset(ccd_db_conn *conn, const ccd_context *context);

cc_status
ccd_tx_check(const ccd_db_conn *conn, const ccd_query *query, cc_error *reterr) CC_MUSTCHECK;

/* A connection that answered a moment ago is not asked whether it is alive: a read that fails on it
 * can be asked again. */
bool ccd_tx_trusts(const ccd_db_conn *conn);

/* ccd-db-conn.c */

/* Connect with a deadline; a failure trips the breaker as its rules say. @trust: do not look first
 * whether the server has closed the connection. */
cc_status ccd_conn_ready(ccd_db_conn *conn, bool trust, cc_error *reterr) CC_MUSTCHECK;

/* Connect and nothing else, within @timeout microseconds. NULL with a message in @reterr. */
PGconn *ccd_conn_open(const ccd_db *db, int64_t timeout, bool *ret_timed_out, cc_error *reterr);

void ccd_conn_close(ccd_db_conn *conn);

/* The connection is beyond use: closes it and says so. Always CC_ERR_UNAVAILABLE. */
cc_status ccd_conn_lost(ccd_db_conn *conn, bool timed_out, cc_error *reterr);

/* The next result of the pipeline, waiting within the budget; *ret NULL is libpq's end of a
 * command. On failure the connection is already closed. */
cc_status ccd_conn_next(ccd_db_conn *conn, PGresult **ret, cc_error *reterr) CC_MUSTCHECK;

/* Bring all that libpq has queued onto the wire, within the budget. On failure the connection is
 * already closed. */
cc_status ccd_conn_flush(ccd_db_conn *conn, cc_error *reterr) CC_MUSTCHECK;

/* Wait until libpq has read something, within the budget; as above. */
cc_status ccd_conn_wait(ccd_db_conn *conn, cc_error *reterr) CC_MUSTCHECK;

void ccd_conn_clear_results(ccd_db_conn *conn);

/* What each statement of a transaction with a limit of its own may wait. */
void ccd_conn_renew_budget(ccd_db_conn *conn);

/* ccd-db-breaker.c */

/* No answer: from now on everybody is refused at once, until the prober gets through. Connections
 * of before are not used again. Does nothing when @generation is not the current one any more. */
void ccd_db_trip(ccd_db *db, unsigned generation);

/* ccd-db-warm.c */

/* A free connection that options.warm has not run on, taken out of the pool; NULL: none, or nothing
 * is to be run. The pool's lock is held. */
ccd_db_conn *ccd_db_take_cold(ccd_db *db);

/* Connect it, run options.warm and prepare the hot statements. False: it could not be connected. */
bool ccd_conn_warm(ccd_db_conn *conn);

/* ccd-db-tx.c */

/* Prepare statements that are not yet, in round trips of their own, outside a transaction. */
cc_status
ccd_tx_prepare(ccd_db_conn *conn, const ccd_query *const *queries, cc_error *reterr) CC_MUSTCHECK;

extern const ccd_statement ccd_internal_statements[_CCD_ST_MAX];

/* Send BEGIN and the settings by themselves, when nothing of the transaction was sent yet. */
cc_status ccd_tx_open(ccd_db_conn *conn, cc_error *reterr) CC_MUSTCHECK;

/* ccd-db-copy-end.c: what ends a COPY, for those who copy and for a rollback. */

/* A result that is a failure: its meaning, with the words of the constraint. */
cc_status ccd_copy_failed(ccd_db_conn *conn, const PGresult *result, cc_error *reterr);

/* Send the end of a COPY FROM STDIN; @why NULL: complete, else the reason to give it up. */
cc_status ccd_copy_put_end(ccd_db_conn *conn, const char *why, cc_error *reterr) CC_MUSTCHECK;

/* Read every result up to the end of the command, then go back into pipeline mode. @ret_rows may
 * be NULL. */
cc_status ccd_copy_settle(ccd_db_conn *conn, int64_t *ret_rows, cc_error *reterr);

/* Back out of a COPY FROM STDIN that is under way. */
void ccd_copy_cancel(ccd_db_conn *conn);

/* ccd-db-check.c */

/* Fill db->statements from the queries and their uses. */
cc_status
ccd_db_expand(ccd_db *db, const ccd_query_use *uses, size_t n_uses, cc_error *reterr) CC_MUSTCHECK;

/* Prepare everything on @conn and hold the uses against what the server says. */
cc_status ccd_db_check(ccd_db_conn *conn,
                       const ccd_query_use *uses,
                       size_t n_uses,
                       cc_error *reterr) CC_MUSTCHECK;

/* ccd-sqlstate.c */

/* What a failed result means; tells the hook. @ret_retry, @ret_stale may be NULL. */
cc_status
ccd_sqlstate_fail(const PGresult *result, bool *ret_retry, bool *ret_stale, cc_error *reterr);

/* Tell the hook of ccd_db_on_error. */
void ccd_db_report(const char *sqlstate, const char *constraint, const char *primary);

/* ccd-constraints.c */

/* Read the comments of all constraints, on a connection without a transaction. */
cc_status ccd_constraints_read(ccd_db_conn *conn, cc_error *reterr) CC_MUSTCHECK;

/* Put the comment of the constraint that @result names, if it has one, into @error (may be NULL).
 */
void ccd_constraints_explain(const ccd_db *db, const PGresult *result, cc_error *error);

void ccd_constraints_free(ccd_db *db);
