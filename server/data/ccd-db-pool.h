/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* The pool of database connections and its circuit breaker. */

#define CCD_DB_SHARES 10

typedef struct ccd_db_options {
  const char *url;  /* DATABASE_URL: libpq connection string or URI */
  const char *name; /* a constant: application_name of the sessions, unless @url has one */
  int connections; /* for threads that call ccd_db_use_share for no share of the pool; at least 1 */
  int shares[CCD_DB_SHARES]; /* further connections by share; [0] is ignored */
  int statement_timeout_ms;  /* statement_timeout of the sessions */
  int lock_timeout_ms;
  int call_timeout_ms; /* maximal sum of all waits of one call (one use of a borrowed connection) */
  const char *budgets; /* app.budgets of each session; NULL: none */

  /* Run once on each new connection, as a write without parameters, before the connection is
   * lent. NULL: connections are made on demand and nothing is run. */
  const ccd_query *warm;
  const ccd_query *const *hot; /* queries prepared on it afterwards, NULL-terminated; may be NULL */
  unsigned warm_shares;        /* bit n set: connections of share n are warmed */
} ccd_db_options;

/**
 * Open the pool: connect once, prepare every query, and check each use against its types.
 *
 * When a query does not fit its type, @reterr names the query, column and field; the server must
 * not start then.
 */
cc_status ccd_db_open(const ccd_db_options *options,
                      const ccd_query_use *uses,
                      size_t n_uses,
                      ccd_db **ret,
                      cc_error *reterr) CC_MUSTCHECK;
void ccd_db_close(ccd_db *db);

/**
 * Open a pool beside @like whose connections have the database role @role permanently, so that
 * requests need not set it. Such a pool runs only transactions whose context names this role. It
 * shares the statements of @like, which must be closed later. Connections are made on demand, and
 * each prepares a statement at its first use.
 *
 * @name: as in ccd_db_options
 * @shares: connections by share, as in ccd_db_options; [0]: for threads without a share, at least 1
 * @role: a constant; the server's own role must be a member of it; NULL: the server's own role, for
 *   every transaction
 */
cc_status ccd_db_open_as(const ccd_db *like,
                         const char *name,
                         const char *role,
                         const int shares[static CCD_DB_SHARES],
                         ccd_db **ret,
                         cc_error *reterr) CC_MUSTCHECK;

/* Let this thread borrow connections from that share, if the pool has it, so that threads of
 * other shares cannot use its connections. */
void ccd_db_use_share(int share);

/* Borrow a connection of this thread's share; the longest waiting thread gets the next free one.
 * CC_ERR_UNAVAILABLE when none becomes free within the call timeout or the database is
 * unavailable. */
cc_status ccd_db_borrow(ccd_db *db, ccd_db_conn **ret, cc_error *reterr) CC_MUSTCHECK;
/* Subtract @us microseconds, which the caller has already spent, from the next transaction's
 * time budget; a tenth of the call timeout always remains. */
void ccd_db_charge(ccd_db_conn *conn, int64_t us);
void ccd_db_return(ccd_db *db, ccd_db_conn *conn);

/* Mark the connection as outdated, so that the next transaction opens a new one. */
void ccd_db_renew(ccd_db_conn *conn);

/* Figures for /metrics. */
typedef struct ccd_db_stats {
  int connections, borrowed, waiting;
  uint64_t timeouts, reconnects, errors;
  bool up;
  int server_version,
    library_version; /* 170012 means 17.12; server_version is read at the first connection */
} ccd_db_stats;

void ccd_db_stats_get(ccd_db *db, ccd_db_stats *ret);
