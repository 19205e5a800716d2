/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* Transactions whose settings are sent together with the first statement, in one round trip. */

typedef enum ccd_tx {
  CCD_READ = 1, /* read-only transaction */
  CCD_WRITE,
  CCD_TX_BY_HANDLER, /* the route does not use the database, or its handler begins the transaction
                        itself */
} ccd_tx;

/* Actor and purpose of a transaction. They become app.* settings, which row-level security
 * policies and triggers read. */
typedef struct ccd_context {
  ccd_tx tx;
  int64_t organization_id; /* 0: none, so that no tenant row is visible */
  int64_t user_id;         /* 0: none */
  const char *role;        /* database role of this transaction; NULL: the server's own */
  const char *actor;       /* "user:7", "token:3", "device:9", "system"; for the audit log */
  const char *action;      /* "event.update"; NULL: changes are audited as plain table operations */
  const char *request_id;
  const char *address; /* the client's address */
  bool bulk; /* app.bulk: written rows are not recorded one by one; record_bulk records them at the
                end */
  int timeout_ms; /* > 0: time limit of each statement, COPY and commit, instead of the pool's
                     limits for the whole call: for background work */
} ccd_context;

/**
 * Begin a transaction. Nothing is sent yet: BEGIN and the settings are sent with the first
 * statement. Starts the call's time budget and frees the rows of the previous transaction.
 */
void ccd_db_begin(ccd_db_conn *conn, const ccd_context *context);

/**
 * Run a named query inside the transaction and wait for its rows.
 *
 * @args: one per parameter of the query, in the order of query->params
 * @ret: may be NULL. Valid until the connection's next ccd_db_begin.
 * @reterr: the meaning of the SQLSTATE (see ccd-sqlstate.c); after a failure only ccd_db_rollback
 *   is possible
 */
cc_status ccd_db_query(ccd_db_conn *conn,
                       const ccd_query *query,
                       const char *const *args,
                       const ccd_rows **ret,
                       cc_error *reterr) CC_MUSTCHECK;

/* Run one statement as a whole transaction in one round trip: settings, statement, commit.
 * Called instead of ccd_db_begin, ccd_db_query and ccd_db_commit. */
cc_status ccd_db_query_in_own_tx(ccd_db_conn *conn,
                                 const ccd_context *context,
                                 const ccd_query *query,
                                 const char *const *args,
                                 const ccd_rows **ret,
                                 cc_error *reterr) CC_MUSTCHECK;

cc_status ccd_db_commit(ccd_db_conn *conn, cc_error *reterr) CC_MUSTCHECK;
void ccd_db_rollback(ccd_db_conn *conn);

/* Free the rows that this transaction has read so far: a transaction keeps at most 64 results. */
void ccd_db_drop_rows(ccd_db_conn *conn);

/* Was the failure a serialization failure or a deadlock? Then the whole transaction may be
 * repeated. */
bool ccd_db_may_retry(const ccd_db_conn *conn);
