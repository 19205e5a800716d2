/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-db-pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/cc-time.h"
#include "server/data/ccd-db-private.h"

/* The connection pool: a fixed number of connections, given to the longest waiting thread,
 * behind a circuit breaker. When the database stops answering, one call waits until its timeout
 * and opens the breaker; all others are refused at once, and one thread tries to connect. */

#define PROBE_EVERY_MS 100
#define PROBE_TIMEOUT_US (1000 * 1000)
#define WARM_AGAIN_MS 1000
#define WARM_PACE_MS                                                                               \
  100 /* pause between warming two connections: warming one occupies a core of the database */
#define START_TIMEOUT_US (10 * 1000 * 1000)

static void
init_cond(pthread_cond_t *cond)
{
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(cond, &attributes);
  pthread_condattr_destroy(&attributes);
}

static struct timespec
after_ms(int ms)
{
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  time.tv_sec += ms / 1000;
  time.tv_nsec += (long) (ms % 1000) * 1000000;
  if (time.tv_nsec >= 1000000000) {
    time.tv_sec++;
    time.tv_nsec -= 1000000000;
  }
  return time;
}

/* Sleep until woken, or for @ms. Called with the lock held. */
static void
sleep_prober(ccd_db *db, int ms)
{
  struct timespec until = after_ms(ms);
  if (!db->closing)
    pthread_cond_timedwait(&db->wake_prober, &db->lock, &until);
}

/* Warm one free connection. Called and left with the lock held. False: all are warm. */
static bool
warm_connection(ccd_db *db)
{
  ccd_db_conn *conn = ccd_db_take_cold(db);
  if (conn == NULL)
    return false;
  pthread_mutex_unlock(&db->lock);
  bool good = ccd_conn_warm(conn);
  ccd_db_return(db, conn);
  pthread_mutex_lock(&db->lock);
  /* A failure means that the database has too many clients or has become unavailable. No error
   * is reported: callers that need the connection try again themselves. */
  sleep_prober(db, good ? WARM_PACE_MS : WARM_AGAIN_MS);
  return true;
}

/* The pool's prober thread. It sleeps while the database is available and every free connection
 * is warm. */
static void *
probe_thread(void *data)
{
  ccd_db *db = data;
  pthread_mutex_lock(&db->lock);
  while (!db->closing) {
    if (ccd_db_up(db)) {
      if (!warm_connection(db))
        pthread_cond_wait(&db->wake_prober, &db->lock);
      continue;
    }
    pthread_mutex_unlock(&db->lock);
    bool timed_out = false;
    PGconn *pg = ccd_conn_open(db, PROBE_TIMEOUT_US, &timed_out, /* reterr= */ NULL);
    if (pg != NULL)
      PQfinish(pg);
    pthread_mutex_lock(&db->lock);

    if (pg != NULL)
      atomic_store(&db->up, true);
    else
      sleep_prober(db, PROBE_EVERY_MS);
  }
  pthread_mutex_unlock(&db->lock);
  return NULL;
}

static void
append_waiter(ccd_share *share, ccd_waiter *waiter)
{
  if (share->last_waiter != NULL)
    share->last_waiter->next = waiter;
  else
    share->first_waiter = waiter;
  share->last_waiter = waiter;
  share->n_waiting++;
}

static void
remove_waiter(ccd_share *share, const ccd_waiter *waiter)
{
  ccd_waiter *before = NULL, *at = share->first_waiter;
  while (at != waiter) {
    before = at;
    at = at->next;
  }
  if (before != NULL)
    before->next = at->next;
  else
    share->first_waiter = at->next;
  if (share->last_waiter == at)
    share->last_waiter = before;
  share->n_waiting--;
}

/* Wait for a free connection. Called and left with the lock held. NULL: refused, or none became
 * free in time. */
static ccd_db_conn *
wait_turn(ccd_db *db, ccd_share *share)
{
  ccd_waiter waiter = {.next = NULL};
  init_cond(&waiter.wake);
  append_waiter(share, &waiter);
  struct timespec until = after_ms(db->options.call_timeout_ms);
  int result = 0;
  while (waiter.conn == NULL && !waiter.refused && result != ETIMEDOUT)
    result = pthread_cond_timedwait(&waiter.wake, &db->lock, &until);
  if (waiter.conn == NULL && !waiter.refused)
    remove_waiter(share, &waiter);
  pthread_cond_destroy(&waiter.wake);
  return waiter.conn;
}

static _Thread_local int own_share;

void
ccd_db_use_share(int share)
{
  own_share = share;
}

cc_status
ccd_db_borrow(ccd_db *db, ccd_db_conn **ret, cc_error *reterr)
{
  ccd_db_conn *conn = NULL;
  ccd_share *share = &db->shares[db->shares[own_share].n > 0 ? own_share : 0];
  pthread_mutex_lock(&db->lock);
  if (ccd_db_up(db)) {
    if (share->n_free > 0) {
      conn = share->free[--share->n_free];
    } else {
      int64_t start = cc_time_monotonic();
      conn = wait_turn(db, share);
      if (conn != NULL)
        conn->queued = cc_time_monotonic() - start;
    }
  }
  pthread_mutex_unlock(&db->lock);

  if (conn == NULL && !ccd_db_up(db))
    return cc_fail(reterr, CC_ERR_UNAVAILABLE, "database_away", "The database is not available.");
  if (conn == NULL)
    return cc_fail(reterr, CC_ERR_UNAVAILABLE, "database_busy", "The database is too busy.");
  *ret = conn;
  return CC_OK;
}

void
ccd_db_charge(ccd_db_conn *conn, int64_t us)
{
  conn->queued += us;
}

void
ccd_db_renew(ccd_db_conn *conn)
{
  conn->doomed = true;
}

void
ccd_db_return(ccd_db *db, ccd_db_conn *conn)
{
  if (conn == NULL)
    return;
  ccd_db_rollback(conn);
  ccd_conn_clear_results(conn);
  conn->state = CCD_TX_NONE;
  conn->queued = 0;
  if (conn->pg != NULL && (conn->doomed || PQtransactionStatus(conn->pg) != PQTRANS_IDLE))
    ccd_conn_close(conn);

  pthread_mutex_lock(&db->lock);
  ccd_share *share = &db->shares[conn->share];
  ccd_waiter *waiter = share->first_waiter;
  if (waiter != NULL) {
    share->first_waiter = waiter->next;
    if (share->first_waiter == NULL)
      share->last_waiter = NULL;
    share->n_waiting--;
    waiter->conn = conn;
    pthread_cond_signal(&waiter->wake);
  } else if (conn->pg != NULL && (conn->warm || !ccd_db_warms(db, conn->share))) {
    share->free[share->n_free++] = conn;
  } else {
    /* Connections that are connected and warm are put first, so that they are lent first. */
    memmove(share->free + 1, share->free, (size_t) share->n_free * sizeof(*share->free));
    share->free[0] = conn;
    share->n_free++;
    if (ccd_db_warms(db, conn->share))
      pthread_cond_signal(&db->wake_prober);
  }
  pthread_mutex_unlock(&db->lock);
}

void
ccd_db_stats_get(ccd_db *db, ccd_db_stats *ret)
{
  *ret = (ccd_db_stats){
    .connections = atomic_load(&db->n_open),
    .timeouts = atomic_load(&db->timeouts),
    .reconnects = atomic_load(&db->reconnects),
    .errors = atomic_load(&db->errors),
    .up = ccd_db_up(db),
    .server_version = db->server_version,
    .library_version = PQlibVersion(),
  };
  pthread_mutex_lock(&db->lock);
  ret->borrowed = db->n_conns;
  for (size_t i = 0; i < CCD_DB_SHARES; i++) {
    ret->borrowed -= db->shares[i].n_free;
    ret->waiting += db->shares[i].n_waiting;
  }
  pthread_mutex_unlock(&db->lock);
}

/* Build the options of all sessions. Options from DATABASE_URL come first, so that the pool's
 * options override them. */
static cc_status
read_url(ccd_db *db, int statement_timeout_ms, cc_error *reterr)
{
  char *why = NULL;
  PQconninfoOption *parts = PQconninfoParse(db->options.url, &why);
  if (parts == NULL) {
    /* libpq's message may contain the URL, and with it a password. */
    PQfreemem(why);
    return cc_fail(reterr, CC_ERR_INVALID, "database_url", "The database URL is not well formed.");
  }
  const char *given = "";
  for (const PQconninfoOption *part = parts; part->keyword != NULL; part++) {
    if (part->val == NULL)
      continue;
    if (strcmp(part->keyword, "options") == 0)
      given = part->val;
    if (strcmp(part->keyword, "target_session_attrs") == 0 && strcmp(part->val, "read-write") == 0)
      db->primary = true;
  }
  cc_str text = CC_STR_INIT(4096);
  cc_str_printf(&text,
                "%s -c TimeZone=UTC -c DateStyle=ISO -c jit=off -c default_transaction_read_only=on"
                " -c statement_timeout=%d -c lock_timeout=%d"
                " -c idle_in_transaction_session_timeout=%d",
                given,
                statement_timeout_ms,
                db->options.lock_timeout_ms,
                db->options.call_timeout_ms * 4);
  if (db->options.budgets != NULL)
    cc_str_printf(&text, " -c app.budgets=%s", db->options.budgets);
  PQconninfoFree(parts);
  free(db->pg_options);
  db->pg_options = cc_str_take(&text, /* ret_length= */ NULL);
  if (db->pg_options == NULL)
    return cc_fail_memory(reterr);
  return CC_OK;
}

static bool
make_share(ccd_db *db, int index, ccd_db_conn *first)
{
  ccd_share *share = &db->shares[index];
  size_t n = (size_t) share->n;
  share->free = calloc(n > 0 ? n : 1, sizeof(*share->free));
  bool good = share->free != NULL;
  for (size_t i = 0; good && i < n; i++) {
    first[i].db = db;
    first[i].share = index;
    first[i].prepared = calloc((size_t) db->n_statements, sizeof(bool));
    good = first[i].prepared != NULL;
  }
  return good;
}

static cc_status
make_conns(ccd_db *db, cc_error *reterr)
{
  for (int i = 0; i < CCD_DB_SHARES; i++) {
    db->shares[i].n = i == 0 ? db->options.connections : db->options.shares[i];
    db->n_conns += db->shares[i].n;
  }
  db->conns = calloc((size_t) db->n_conns, sizeof(*db->conns));
  bool good = db->conns != NULL;
  ccd_db_conn *first = db->conns;
  for (int i = 0; good && i < CCD_DB_SHARES; i++) {
    good = make_share(db, i, first);
    first += db->shares[i].n;
  }
  return good ? CC_OK : cc_fail_memory(reterr);
}

/* Make every connection free and start the prober. */
static cc_status
run_pool(ccd_db *db, cc_error *reterr)
{
  for (int i = db->n_conns - 1; i >= 0; i--) {
    ccd_share *share = &db->shares[db->conns[i].share];
    share->free[share->n_free++] = &db->conns[i];
  }
  atomic_store(&db->up, true);
  if (pthread_create(&db->prober, NULL, probe_thread, db) != 0)
    return cc_fail(reterr, CC_ERR_INTERNAL, "no_thread", "Cannot start a thread.");
  db->prober_runs = true;
  return CC_OK;
}

/* Connect for the first time; an error is reported in full to the operator who starts the
 * server. */
static cc_status
connect_first(ccd_db *db, cc_error *reterr)
{
  bool timed_out = false;
  ccd_db_conn *conn = &db->conns[0];
  conn->pg = ccd_conn_open(db, START_TIMEOUT_US, &timed_out, reterr);
  if (conn->pg == NULL)
    return CC_ERR_UNAVAILABLE;
  db->server_version = PQserverVersion(conn->pg);
  atomic_fetch_add(&db->n_open, 1);
  conn->budget = START_TIMEOUT_US;
  return CC_OK;
}

static cc_status
start_pool(ccd_db *db, const ccd_query_use *uses, size_t n_uses, cc_error *reterr)
{
  cc_status status = read_url(db, START_TIMEOUT_US / 1000, reterr);
  if (status == CC_OK)
    status = ccd_db_expand(db, uses, n_uses, reterr);
  if (status == CC_OK)
    status = make_conns(db, reterr);
  if (status == CC_OK)
    status = connect_first(db, reterr);
  if (status == CC_OK)
    status = ccd_db_check(&db->conns[0], uses, n_uses, reterr);
  if (status == CC_OK)
    status = ccd_constraints_read(&db->conns[0], reterr);
  /* The start checks all queries, which on a busy machine takes longer than a request may take;
   * so the limits of requests are applied afterwards. */
  if (status == CC_OK) {
    ccd_conn_close(&db->conns[0]);
    status = read_url(db, db->options.statement_timeout_ms, reterr);
  }
  return status == CC_OK ? run_pool(db, reterr) : status;
}

static ccd_db *
new_pool(const ccd_db_options *options)
{
  ccd_db *db = calloc(1, sizeof(*db));
  if (db == NULL)
    return NULL;
  pthread_mutex_init(&db->lock, NULL);
  init_cond(&db->wake_prober);
  db->options = *options;
  if (db->options.connections < 1)
    db->options.connections = 1;
  db->options.url = strdup(options->url != NULL ? options->url : "");
  if (db->options.url != NULL)
    return db;
  ccd_db_close(db);
  return NULL;
}

cc_status
ccd_db_open(const ccd_db_options *options,
            const ccd_query_use *uses,
            size_t n_uses,
            ccd_db **ret,
            cc_error *reterr)
{
  ccd_db *db = new_pool(options);
  if (db == NULL)
    return cc_fail_memory(reterr);
  cc_status status = start_pool(db, uses, n_uses, reterr);
  if (status != CC_OK) {
    ccd_db_close(db);
    return status;
  }
  *ret = db;
  return CC_OK;
}

cc_status
ccd_db_open_as(const ccd_db *like,
               const char *name,
               const char *role,
               const int shares[static CCD_DB_SHARES],
               ccd_db **ret,
               cc_error *reterr)
{
  ccd_db_options options = like->options;
  options.name = name;
  options.connections = shares[0];
  memcpy(options.shares, shares, sizeof(options.shares));
  options.warm = NULL;
  options.hot = NULL;
  ccd_db *db = new_pool(&options);
  if (db == NULL)
    return cc_fail_memory(reterr);
  db->role = role;
  db->primary = like->primary;
  db->borrowed = true;
  db->statements = like->statements;
  db->n_statements = like->n_statements;
  db->maps = like->maps;
  db->constraints = like->constraints;
  db->n_constraints = like->n_constraints;
  cc_str text = CC_STR_INIT(4096);
  cc_str_add(&text, like->pg_options);
  if (role != NULL)
    cc_str_printf(&text, " -c role=%s", role);
  db->pg_options = cc_str_take(&text, /* ret_length= */ NULL);

  cc_status status = db->pg_options == NULL ? cc_fail_memory(reterr) : make_conns(db, reterr);
  if (status == CC_OK)
    status = connect_first(db, reterr);
  if (status == CC_OK)
    status = run_pool(db, reterr);
  if (status != CC_OK) {
    ccd_db_close(db);
    return status;
  }
  *ret = db;
  return CC_OK;
}

static void
free_statements(ccd_db *db)
{
  if (db->borrowed)
    return;
  /* Only texts of queries were allocated: texts of internal statements are static. */
  for (int i = 0; db->statements != NULL && i < ccd_n_queries; i++)
    free((void *) db->statements[i].sql);
  free(db->statements);
  for (int i = 0; db->maps != NULL && i < ccd_n_queries; i++) {
    while (db->maps[i] != NULL) {
      ccd_map *map = db->maps[i];
      db->maps[i] = map->next;
      free(map);
    }
  }
  free(db->maps);
  ccd_constraints_free(db);
}

void
ccd_db_close(ccd_db *db)
{
  if (db == NULL)
    return;
  pthread_mutex_lock(&db->lock);
  db->closing = true;
  pthread_cond_signal(&db->wake_prober);
  pthread_mutex_unlock(&db->lock);
  if (db->prober_runs)
    pthread_join(db->prober, NULL);

  for (int i = 0; db->conns != NULL && i < db->n_conns; i++) {
    ccd_conn_clear_results(&db->conns[i]);
    ccd_conn_close(&db->conns[i]);
    free(db->conns[i].prepared);
  }
  free(db->conns);
  for (size_t i = 0; i < CCD_DB_SHARES; i++)
    free(db->shares[i].free);
  free_statements(db);
  free(db->pg_options);
  free((void *) db->options.url);
  pthread_cond_destroy(&db->wake_prober);
  pthread_mutex_destroy(&db->lock);
  free(db);
}
