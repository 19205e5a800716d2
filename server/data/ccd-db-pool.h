/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* The pool of connections and its breaker. */

#define CCD_DB_SHARES 10

typedef struct ccd_db_options {
  const char *url;           /* DATABASE_URL: libpq connection string or URI */
  int connections;           /* for threads that have no share of their own; at least 1 */
  int shares[CCD_DB_SHARES]; /* further ones, by share; [0] is not looked at */
  int statement_timeout_ms;  /* the server's own limit */
  int lock_timeout_ms;
  int call_timeout_ms; /* every wait of one call together */
  const char *budgets; /* app.budgets of each session; NULL: none */

  /* Run once on each new connection, as a write without parameters, before a caller gets it; NULL:
   * nothing is run, and connections are made when they are needed. */
  const ccd_query *warm;
  const ccd_query *const *hot; /* prepared on it behind that, NULL-terminated; may be NULL */
  unsigned warm_shares;        /* bit n: the connections of share n */
} ccd_db_options;

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

/**
 * Open a pool beside @like whose connections have the database role @role from the start, so that
 * no request has to take the role on. Such a pool runs only transactions whose context names this
 * role. The statements are those of @like, which must be closed later. Connections are made when
 * they are needed, and each prepares a statement at its first use.
 *
 * @shares: connections by share, as in ccd_db_options; [0]: of threads without a share, at least 1
 * @role: a constant; a role that the server's own is a member of; NULL: the server's own, for any
 *        transaction
 */
cc_status ccd_db_open_as(const ccd_db *like,
                         const char *role,
                         const int shares[static CCD_DB_SHARES],
                         ccd_db **ret,
                         cc_error *reterr) CC_MUSTCHECK;

/* What this thread borrows from now on is of that share, if the pool has one, so that no other
 * share's threads can use its connections up. */
void ccd_db_use_share(int share);

/* Borrow a connection of this thread's share; the longest waiter gets the next free one.
 * CC_ERR_UNAVAILABLE when none came free within the call timeout or the database is away. */
cc_status ccd_db_borrow(ccd_db *db, ccd_db_conn **ret, cc_error *reterr) CC_MUSTCHECK;
/* Take @us microseconds, which the caller has spent already, from what the next transaction may
 * wait for the database; a tenth of the call timeout stays. */
void ccd_db_charge(ccd_db_conn *conn, int64_t us);
void ccd_db_return(ccd_db *db, ccd_db_conn *conn);

/* Have the next transaction go over a connection made anew. */
void ccd_db_renew(ccd_db_conn *conn);

/* Figures for /metrics. */
typedef struct ccd_db_stats {
  int connections, borrowed, waiting;
  uint64_t timeouts, reconnects, errors;
  bool up;
  int server_version, library_version; /* 170012: 17.12; the server's as of the first connection */
} ccd_db_stats;

void ccd_db_stats_get(ccd_db *db, ccd_db_stats *ret);
