/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "common/codec/cc-codec.h"

/* PostgreSQL: named queries, connections with deadlines, transactions whose first statements
 * travel together. Only server/data sees libpq. */

typedef struct ccd_db ccd_db;           /* the pool and its breaker */
typedef struct ccd_db_conn ccd_db_conn; /* one connection, used by one thread at a time */
typedef struct ccd_rows ccd_rows; /* a result; lives until its connection's next ccd_db_begin */

/* A statement of db/queries/<feature>.sql. The build writes this table; see
 * docs/internals/queries.md. */
typedef struct ccd_query {
  const char *name;
  const char *sql; /* $1… for the named parameters, {…} for the parts made from a type */
  const char *const *params; /* names, in the order of $1… */
  int n_params;
  int index;          /* into ccd_queries */
  const char *source; /* "db/queries/events.sql:12" */
} ccd_query;

extern const ccd_query *const ccd_queries[];
extern const int ccd_n_queries;

/* How a query is used with a type: fills its {columns} and {writable}, and is checked against it.
 */
typedef struct ccd_query_use {
  const ccd_query *query;
  const cc_type *reply; /* type of a row; NULL: no rows are read */
  const cc_type *body;  /* type behind :body and {writable}; NULL: none */
  cc_view view;         /* the least view whose fields must all be among the columns */
  bool checked;         /* hold columns against reply and parameters against known names */
} ccd_query_use;

typedef struct ccd_db_options {
  const char *url;          /* DATABASE_URL: libpq connection string or URI */
  int connections;          /* size of the pool */
  int statement_timeout_ms; /* the server's own limit */
  int lock_timeout_ms;
  int call_timeout_ms; /* every wait of one call together */
} ccd_db_options;

typedef enum ccd_tx {
  CCD_READ = 1, /* read-only transaction */
  CCD_WRITE,
  CCD_NONE, /* the route does not touch the database, or its handler begins by itself */
} ccd_tx;

/* Who and what a transaction is for: becomes app.* settings that policies and triggers read. */
typedef struct ccd_context {
  ccd_tx tx;
  int64_t organization_id; /* 0: none: no tenant row is visible */
  int64_t user_id;         /* 0: none */
  const char *role;   /* database role to take on for this transaction; NULL: the server's own */
  const char *actor;  /* "user:7", "token:3", "device:9", "system"; for the audit log */
  const char *action; /* "event.update"; NULL: changes are audited as the bare table operation */
  const char *request_id;
  const char *address; /* the client's address */
  bool bulk; /* app.bulk: the rows written are not recorded one by one; record_bulk comes last */
  int timeout_ms; /* > 0: each statement, COPY and commit may take this long, instead of the pool's
                     limits for the whole call: for work that nobody waits for */
} ccd_context;

/**
 * Open the pool: connect once, prepare every query, hold each use against its types.
 *
 * A query that does not fit is named with column and field in @reterr: the server must not start.
 */
cc_status ccd_db_open(const ccd_db_options *options,
                      const ccd_query_use *uses,
                      size_t n_uses,
                      ccd_db **ret,
                      cc_error *reterr) CC_MUSTCHECK;
void ccd_db_close(ccd_db *db);

/* True while the database answers. When false, calls fail at once with CC_ERR_UNAVAILABLE, and a
 * prober of the pool tries to connect until it is back. */
bool ccd_db_up(const ccd_db *db);

/* Borrow a connection; the longest waiter gets the next free one. CC_ERR_UNAVAILABLE when none came
 * free within the call timeout or the database is away. */
cc_status ccd_db_borrow(ccd_db *db, ccd_db_conn **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_db_return(ccd_db *db, ccd_db_conn *conn);

/* A value for a named parameter; text NULL = SQL NULL. */
typedef struct ccd_arg {
  const char *name;
  const char *text;
} ccd_arg;

/**
 * Begin a transaction. Nothing is sent yet: BEGIN and the settings travel with the first statement.
 * Starts the call's deadline and frees the rows of the transaction before.
 */
void ccd_db_begin(ccd_db_conn *conn, const ccd_context *context);

/**
 * Run a named query inside the transaction and wait for its rows.
 *
 * @args: one per parameter of the query, in the order of query->params
 * @ret: may be NULL. Valid until the connection's next ccd_db_begin.
 * @reterr: what the SQLSTATE means (see ccd-sqlstate.c); after a failure only ccd_db_rollback helps
 */
cc_status ccd_db_query(ccd_db_conn *conn,
                       const ccd_query *query,
                       const char *const *args,
                       const ccd_rows **ret,
                       cc_error *reterr) CC_MUSTCHECK;

/* The whole transaction in one round trip: settings, statement, commit. No ccd_db_begin, no commit.
 */
cc_status ccd_db_query_once(ccd_db_conn *conn,
                            const ccd_context *context,
                            const ccd_query *query,
                            const char *const *args,
                            const ccd_rows **ret,
                            cc_error *reterr) CC_MUSTCHECK;

cc_status ccd_db_commit(ccd_db_conn *conn, cc_error *reterr) CC_MUSTCHECK;
void ccd_db_rollback(ccd_db_conn *conn);

/**
 * COPY … FROM STDIN, inside a transaction: a named query without parameters. Between ccd_db_copy_in
 * and ccd_db_copy_end nothing else runs on the connection; ccd_db_rollback gives it up.
 *
 * PostgreSQL refuses COPY FROM for a table whose row-level security binds the role, so bulk rows go
 * into a staging table without a tenant column, and a statement or function moves them.
 */
cc_status ccd_db_copy_in(ccd_db_conn *conn, const ccd_query *query, cc_error *reterr) CC_MUSTCHECK;

/* The next bytes, in whatever form the statement names; a piece may end in the middle of a row.
 * They are on the wire or refused when this returns. What the database thinks of them comes at the
 * end. */
cc_status
ccd_db_copy_put(ccd_db_conn *conn, const char *bytes, size_t length, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_db_copy_end(ccd_db_conn *conn, int64_t *ret_rows, cc_error *reterr) CC_MUSTCHECK;

/* A piece of what COPY … TO STDOUT brings: one whole row. Not CC_OK: stop, and that is the result.
 */
typedef cc_status ccd_db_copy_cb(void *data, const char *bytes, size_t length, cc_error *reterr);

/**
 * COPY (SELECT …) TO STDOUT, inside a transaction: a named query without parameters; what it is to
 * select it reads from current_setting('app.…'), which a statement before has set. Row-level
 * security holds. A callback that stops it costs the connection, and with it the transaction.
 */
cc_status ccd_db_copy_out(ccd_db_conn *conn,
                          const ccd_query *query,
                          ccd_db_copy_cb *callback,
                          void *data,
                          cc_error *reterr) CC_MUSTCHECK;

/* Free the rows of this transaction so far: a transaction keeps at most 64 results. */
void ccd_db_drop_rows(ccd_db_conn *conn);

/* The failure was a serialization failure or a deadlock: the whole transaction may be tried again.
 */
bool ccd_db_may_retry(const ccd_db_conn *conn);

int ccd_rows_n(const ccd_rows *rows);
int ccd_rows_columns(const ccd_rows *rows);
const char *ccd_rows_column_name(const ccd_rows *rows, int column);

/* Column by name: -1 when there is none. */
int ccd_rows_find(const ccd_rows *rows, const char *column);

/* NULL for SQL NULL, for a column that does not exist (-1) and for a row out of range. */
const char *ccd_rows_text(const ccd_rows *rows, int row, int column);

/* By name; the convenience for handlers. NULL / 0 / false for SQL NULL. */
const char *ccd_rows_get(const ccd_rows *rows, int row, const char *column);
int64_t ccd_rows_int64(const ccd_rows *rows, int row, const char *column);
bool ccd_rows_bool(const ccd_rows *rows, int row, const char *column);

/* All cells of a row; @ret has room for ccd_rows_columns. */
void ccd_rows_cells(const ccd_rows *rows, int row, cc_cell *ret);

/* Which column feeds which field, by name. */
void ccd_rows_map(const ccd_rows *rows, const cc_type *type, cc_row_map *ret);

/* Same, as found at start-up for a query and a type: no look-up by name per request.
 * NULL when this pair was not among the uses. */
const cc_row_map *ccd_query_map(const ccd_db *db, const ccd_query *query, const cc_type *type);

/* Fill a struct from a row. */
cc_status ccd_rows_bind(const ccd_rows *rows,
                        int row,
                        const cc_type *type,
                        cc_arena *arena,
                        void *ret_object,
                        cc_error *reterr) CC_MUSTCHECK;

/* Out of band for the log: failures that are nobody's fault but ours or the database's. @primary is
 * the server's message without values; @constraint may be NULL. CC504: no answer in time, 08xxx:
 * the connection. Set it before ccd_db_open; it is called from any thread. */
void
ccd_db_on_error(void (*hook)(const char *sqlstate, const char *constraint, const char *primary));

/* Figures for /metrics. */
typedef struct ccd_db_stats {
  int connections, borrowed, waiting;
  uint64_t timeouts, reconnects, errors;
  bool up;
  int server_version, library_version; /* 170012: 17.12; the server's as of the first connection */
} ccd_db_stats;

void ccd_db_stats_get(ccd_db *db, ccd_db_stats *ret);
