/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* Transactions whose first statements travel together. */

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

/* Free the rows of this transaction so far: a transaction keeps at most 64 results. */
void ccd_db_drop_rows(ccd_db_conn *conn);

/* The failure was a serialization failure or a deadlock: the whole transaction may be tried again.
 */
bool ccd_db_may_retry(const ccd_db_conn *conn);
