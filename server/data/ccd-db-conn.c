/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/cc-time.h"
#include "server/data/ccd-db-private.h"

/* One connection, with asynchronous libpq only. Every wait is a poll() with the call's time
 * budget, because a stopped backend never answers, and no setting of libpq or of the server
 * limits that wait (statement_timeout runs in the stopped process itself). */

/* Extra time for a long statement, so that a statement that the server ends by its own limit is
 * not taken for a hanging server. */
#define LONG_GRACE (2 * CC_TIME_SECOND)

static void
ignore_notice(void *data, const char *message)
{
}

/* Wait for events on the socket until @end. False: the time is over without an event. An error
 * of poll() counts as ready, because the following call of libpq reports the error. */
static bool
wait_socket(int fd, short events, int64_t end)
{
  for (;;) {
    int64_t left = end - cc_time_monotonic();
    struct pollfd wait = {.fd = fd, .events = events};
    /* Poll once more when the time is over: after this process was stopped, the reply has often
     * arrived. */
    int n = poll(&wait, 1, left > 0 ? (int) (left / 1000 + 1) : 0);
    if (n > 0 || (n < 0 && errno != EINTR))
      return true;
    if (left <= 0)
      return false;
  }
}

static PGconn *
connect_start(const ccd_db *db)
{
  /* Values after dbname override the URL. target_session_attrs=read-write would refuse every
   * server, because our sessions are read-only by default; "primary" selects the same server. */
  const char *const names[] = {"dbname",
                               "options",
                               "client_encoding",
                               "fallback_application_name",
                               db->primary ? "target_session_attrs" : NULL,
                               NULL};
  const char *const values[] = {db->options.url,
                                db->pg_options,
                                "UTF8",
                                db->options.name,
                                db->primary ? "primary" : NULL,
                                NULL};
  return PQconnectStartParams(names, values, 1);
}

/* Make an error from the first line of libpq's message. */
static void
connect_failed(const PGconn *pg, bool timed_out, cc_error *reterr)
{
  const char *message = timed_out ? "no answer in time" : PQerrorMessage(pg);
  int length = (int) strcspn(message, "\n");
  (void) cc_fail(reterr,
                 CC_ERR_UNAVAILABLE,
                 "database_away",
                 "Cannot connect to the database: %.*s",
                 length,
                 message);
}

PGconn *
ccd_conn_open(const ccd_db *db, int64_t timeout, bool *ret_timed_out, cc_error *reterr)
{
  int64_t end = cc_time_monotonic() + timeout;
  *ret_timed_out = false;

  PGconn *pg = connect_start(db);
  if (pg == NULL) {
    (void) cc_fail_memory(reterr);
    return NULL;
  }
  PQsetNoticeProcessor(pg, ignore_notice, /* arg= */ NULL);

  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (PQstatus(pg) != CONNECTION_BAD && next != PGRES_POLLING_OK &&
         next != PGRES_POLLING_FAILED) {
    short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!wait_socket(PQsocket(pg), events, end)) {
      *ret_timed_out = true;
      break;
    }
    next = PQconnectPoll(pg);
  }

  if (next == PGRES_POLLING_OK && PQsetnonblocking(pg, 1) == 0 && PQenterPipelineMode(pg) == 1)
    return pg;
  connect_failed(pg, *ret_timed_out, reterr);
  PQfinish(pg);
  return NULL;
}

void
ccd_conn_clear_results(ccd_db_conn *conn)
{
  for (int i = 0; i < conn->n_results; i++)
    PQclear(conn->results[i].result);
  conn->n_results = 0;
}

void
ccd_conn_close(ccd_db_conn *conn)
{
  conn->state = CCD_TX_NONE;
  conn->n_steps = 0;
  conn->doomed = false;
  conn->committing = false;
  conn->copying = false;
  conn->warm = false;
  if (conn->pg == NULL)
    return;
  /* PQfinish sends a termination message. If output is still queued, PQfinish would wait for a
   * stopped peer, so the socket is shut down first. */
  if (PQtransactionStatus(conn->pg) != PQTRANS_IDLE && PQsocket(conn->pg) >= 0)
    (void) shutdown(PQsocket(conn->pg), SHUT_RDWR);
  PQfinish(conn->pg);
  conn->pg = NULL;
  atomic_fetch_sub(&conn->db->n_open, 1);
}

/* Was the database silent for longer than it may be? PostgreSQL itself ends statements at their
 * limit, so only silence beyond that limit means that the database is unavailable. An exhausted
 * time budget alone does not mean it, because queues or other statements may have used a part of
 * the budget. */
static bool
was_silent_too_long(const ccd_db_conn *conn, int64_t silent)
{
  const ccd_db_options *options = &conn->db->options;
  int limit = options->statement_timeout_ms < options->call_timeout_ms
                ? options->statement_timeout_ms
                : options->call_timeout_ms / 2;
  if (conn->context.timeout_ms > 0)
    limit = conn->context.timeout_ms;
  return silent >= (int64_t) limit * 1000;
}

cc_status
ccd_conn_lost(ccd_db_conn *conn, bool timed_out, cc_error *reterr)
{
  ccd_db *db = conn->db;
  bool unknown = conn->committing;
  ccd_db_report(timed_out ? "CC504" : "08006",
                /* constraint= */ NULL,
                timed_out ? "no answer in time" : "connection lost");
  ccd_conn_close(conn);
  if (timed_out) {
    atomic_fetch_add(&db->timeouts, 1);
    if (was_silent_too_long(conn, conn->silent))
      ccd_db_trip(db, conn->generation);
  }
  if (unknown)
    return cc_fail(reterr,
                   CC_ERR_UNAVAILABLE,
                   "unconfirmed",
                   "The database did not confirm the change in time, so the change may or may not "
                   "have been made.");
  return cc_fail(reterr, CC_ERR_UNAVAILABLE, "database_away", "The database did not answer.");
}

static cc_status
fail_unavailable(cc_error *reterr)
{
  return cc_fail(reterr, CC_ERR_UNAVAILABLE, "database_away", "The database is not available.");
}

/* Check an idle connection before use. Data on an idle connection means that the server closed
 * it or (rarely) reloaded its settings; the connection is replaced in both cases. Because of
 * this system call, most restarts of the database are not noticed by requests. */
static bool
still_alive(const PGconn *pg)
{
  struct pollfd wait = {.fd = PQsocket(pg), .events = POLLIN};
  return poll(&wait, 1, 0) == 0;
}

static cc_status
reconnect_conn(ccd_db_conn *conn, cc_error *reterr)
{
  ccd_db *db = conn->db;
  conn->generation = atomic_load(&db->generation);
  int64_t start = cc_time_monotonic();
  bool timed_out = false;
  cc_error why = {0};
  PGconn *pg = ccd_conn_open(db, conn->budget, &timed_out, &why);
  int64_t took = cc_time_monotonic() - start;
  conn->budget -= took;

  if (pg == NULL) {
    ccd_db_report("08001", /* constraint= */ NULL, why.message);
    /* While other connections work, a single refusal (too many clients) does not open the
     * breaker. */
    if ((timed_out && was_silent_too_long(conn, took)) || atomic_load(&db->n_open) == 0)
      ccd_db_trip(db, conn->generation);
    return fail_unavailable(reterr);
  }
  conn->pg = pg;
  memset(conn->prepared, 0, (size_t) db->n_statements * sizeof(*conn->prepared));
  atomic_fetch_add(&db->n_open, 1);
  if (conn->ever)
    atomic_fetch_add(&db->reconnects, 1);
  conn->ever = true;
  return CC_OK;
}

cc_status
ccd_conn_ready(ccd_db_conn *conn, bool trust, cc_error *reterr)
{
  ccd_db *db = conn->db;
  if (!ccd_db_up(db))
    return fail_unavailable(reterr);
  if (conn->pg != NULL && (conn->doomed || conn->generation != atomic_load(&db->generation) ||
                           (!trust && !still_alive(conn->pg))))
    ccd_conn_close(conn);
  return conn->pg != NULL ? CC_OK : reconnect_conn(conn, reterr);
}

static cc_status
wait_sent(ccd_db_conn *conn, cc_error *reterr)
{
  int64_t start = cc_time_monotonic();
  bool ready = wait_socket(PQsocket(conn->pg), POLLIN | POLLOUT, start + conn->budget);
  conn->silent = cc_time_monotonic() - start;
  conn->budget -= conn->silent;
  if (!ready)
    return ccd_conn_lost(conn, /* timed_out= */ true, reterr);
  return PQconsumeInput(conn->pg) == 1 ? CC_OK
                                       : ccd_conn_lost(conn, /* timed_out= */ false, reterr);
}

/* Send libpq's queued output, and wait until there is something to read. */
static bool
exchange_bytes(ccd_db_conn *conn, bool *ret_timed_out)
{
  int unsent = PQflush(conn->pg);
  if (unsent < 0)
    return false;
  int64_t start = cc_time_monotonic();
  short events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
  bool ready = wait_socket(PQsocket(conn->pg), events, start + conn->budget);
  conn->heard = cc_time_monotonic();
  conn->silent = conn->heard - start;
  conn->budget -= conn->silent;
  *ret_timed_out = !ready;
  return ready && PQconsumeInput(conn->pg) == 1;
}

cc_status
ccd_conn_wait(ccd_db_conn *conn, cc_error *reterr)
{
  bool timed_out = false;
  return exchange_bytes(conn, &timed_out) ? CC_OK : ccd_conn_lost(conn, timed_out, reterr);
}

cc_status
ccd_conn_flush(ccd_db_conn *conn, cc_error *reterr)
{
  for (;;) {
    int unsent = PQflush(conn->pg);
    if (unsent == 0)
      return CC_OK;
    /* Read while sending, because the server may stop reading until its own output was read. */
    cc_status status =
      unsent < 0 ? ccd_conn_lost(conn, /* timed_out= */ false, reterr) : wait_sent(conn, reterr);
    if (status != CC_OK)
      return status;
  }
}

cc_status
ccd_conn_next(ccd_db_conn *conn, PGresult **ret, cc_error *reterr)
{
  while (PQisBusy(conn->pg)) {
    bool timed_out = false;
    if (exchange_bytes(conn, &timed_out))
      continue;
    /* Read the message that the server sent before it closed the connection, such as 57P01. */
    if (!timed_out && !PQisBusy(conn->pg))
      break;
    return ccd_conn_lost(conn, timed_out, reterr);
  }
  *ret = PQgetResult(conn->pg);
  return CC_OK;
}

void
ccd_conn_renew_budget(ccd_db_conn *conn)
{
  if (conn->context.timeout_ms > 0)
    conn->budget = (int64_t) conn->context.timeout_ms * 1000 + LONG_GRACE;
}
