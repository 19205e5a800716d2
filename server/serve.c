/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/serve.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ccd-queries.h"
#include "server/accounts/ccd-breached.h"
#include "server/accounts/ccd-hasher.h"
#include "server/accounts/ccd-second-factor.h"
#include "server/commands.h"
#include "server/data/ccd-redis.h"
#include "server/engine/ccd-bind.h"
#include "server/engine/ccd-dispatch-many.h"
#include "server/engine/ccd-dispatch.h"
#include "server/engine/ccd-exchange-life.h"
#include "server/engine/ccd-feed-page.h"
#include "server/engine/ccd-feed.h"
#include "server/engine/ccd-health.h"
#include "server/engine/ccd-limits-keeper.h"
#include "server/engine/ccd-limits.h"
#include "server/engine/ccd-listener.h"
#include "server/engine/ccd-log.h"
#include "server/engine/ccd-metrics.h"
#include "server/engine/ccd-public-cache.h"
#include "server/engine/ccd-router.h"
#include "server/engine/ccd-routes.h"
#include "server/engine/ccd-scheduler.h"
#include "server/engine/ccd-server.h"
#include "server/engine/ccd-sessions.h"
#include "server/engine/ccd-spool.h"
#include "server/engine/ccd-versions.h"
#include "server/jobs/ccd-job.h"
#include "server/jobs/ccd-mail-job.h"
#include "server/jobs/ccd-mail.h"
#include "server/providers/ccd-mail-outbox.h"
#include "server/rules/ccd-scripts.h"
#include "server/turf/ccd-turf-log.h"

/* The commands serve and worker: start all parts of the program, wait for a signal, stop them. */

#define STOP_US (8 * CC_TIME_SECOND)
#define INTERNAL_CONNECTIONS 32
#define JOB_CONNECTIONS 7 /* connections of the job threads, and one that extends leases */
#define OWN_CONNECTIONS 2 /* connections of the feed's announcements and pages, and of metrics */
#define PASSWORD_THREADS                                                                           \
  4 /* one or two threads compute hashes (ccd-hasher.c) while two use the database */
#define SELF_THREADS 2
#define READ_THREADS 2 /* threads for reads by id: 2 for members, and 2 for visitors */
#define READ_BATCH 16
#define WAITING_MAX 1000 /* maximal number of waiting requests of a class */
#define SLOW_WAIT_US (30 * CC_TIME_SECOND)
#define PASSWORD_WAIT_US (5 * CC_TIME_SECOND)
#define SIDE_CONNECTIONS 256
#define FEED_CONNECTIONS                                                                           \
  3 /* one connection for each reader thread of the feed, one for announcements and handshakes */

#define SAME_ERROR_US (10 * CC_TIME_SECOND)

/* Does the SQLSTATE mean that the database itself is broken (disk, memory, libraries, files),
 * and not the statement? */
static bool
is_broken(const char *sqlstate)
{
  static const char *const classes[] = {"53", "57P", "58", "F0", "XX", "08"};
  for (size_t i = 0; i < CC_N(classes); i++) {
    if (strncmp(sqlstate, classes[i], strlen(classes[i])) == 0)
      return true;
  }
  return false;
}

/* Log a database error. An error that breaks the database makes every request fail in the same
 * way, so it is logged once in ten seconds, with the number of errors left out. */
static void
on_database_error(const char *sqlstate, const char *constraint, const char *primary)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static char last[6]; /* guarded by lock, like the following variables */
  static int64_t logged_at, left_out;
  bool broken = is_broken(sqlstate);
  int64_t more = 0;
  if (broken) {
    ccd_health_suspect();
    (void) pthread_mutex_lock(&lock);
    bool again = strcmp(last, sqlstate) == 0 && cc_time_monotonic() - logged_at < SAME_ERROR_US;
    more = again ? 0 : left_out;
    left_out = again ? left_out + 1 : 0;
    if (!again) {
      logged_at = cc_time_monotonic();
      (void) snprintf(last, sizeof(last), "%s", sqlstate);
    }
    (void) pthread_mutex_unlock(&lock);
    if (again)
      return;
  }
  ccd_log(broken ? CCD_ERROR : CCD_WARNING,
          "database.error",
          CCD_TEXT("sqlstate", sqlstate),
          CCD_TEXT("constraint", constraint),
          CCD_TEXT("message", primary),
          CCD_NUMBER("left_out_before", more));
}

/* Writes that people send while they stand at a door; connections prepare these statements in
 * advance. */
static const ccd_query *const hot_queries[] = {
  &ccd_q_contact_add,
  &ccd_q_field_open,
  &ccd_q_field_apply,
  &ccd_q_attendee_check_in,
  NULL,
};

static cc_status
open_database(ccd_server *server, cc_error *reterr)
{
  const ccd_config *config = &server->config;
  const ccd_db_options options = {
    .url = config->database_url,
    .name = "campaign-centerd",
    .connections = JOB_CONNECTIONS + OWN_CONNECTIONS,
    .shares = {[CCD_CLASS_ORDINARY] = (int) config->threads,
               [CCD_CLASS_READ] = READ_THREADS,
               [CCD_CLASS_PUBLIC] = (int) (config->public_threads + 1) / 2,
               [CCD_CLASS_SLOW] = (int) config->slow_threads,
               [CCD_CLASS_PASSWORD] = PASSWORD_THREADS / 2},
    .statement_timeout_ms = (int) config->statement_timeout,
    .lock_timeout_ms = (int) config->lock_timeout,
    .call_timeout_ms = (int) config->call_timeout,
    .budgets = config->budgets,
    .warm = config->warm_connections ? &ccd_q_connection_warm : NULL,
    .hot = hot_queries,
    .warm_shares = 1u << CCD_CLASS_ORDINARY | 1u << CCD_CLASS_SLOW,
  };
  ccd_db_on_error(on_database_error);
  CC_AUTO(cc_arena) arena = cc_arena_new(1024 * 1024);
  ccd_query_use *uses = NULL;
  size_t n = 0;
  if (arena == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_routes_uses(server->route_tables, arena, &uses, &n, reterr);
  if (status == CC_OK)
    status = ccd_db_open(&options, uses, n, &server->db, reterr);
  if (status == CC_OK)
    ccd_versions_log(server->db);
  return status == CC_OK ? ccd_feed_generation_read(server, reterr) : status;
}

/* Open the pools other than the pool of requests: visitors' reads run with a restricted role,
 * and the feed with its sockets must not wait for requests. */
static cc_status
open_pools(ccd_server *server, cc_error *reterr)
{
  const int strangers[CCD_DB_SHARES] = {1,
                                        [CCD_CLASS_PUBLIC] = (int) server->config.public_threads,
                                        [CCD_CLASS_PUBLIC_READ] = READ_THREADS};
  const int feed[CCD_DB_SHARES] = {FEED_CONNECTIONS};
  cc_status status = ccd_db_open_as(server->db,
                                    "campaign-centerd-public",
                                    CCD_PUBLIC_ROLE,
                                    strangers,
                                    &server->db_public,
                                    reterr);
  return status == CC_OK ? ccd_db_open_as(server->db,
                                          "campaign-centerd-feed",
                                          NULL,
                                          feed,
                                          &server->feed_db,
                                          reterr)
                         : status;
}

/* --- the internal listener --- */

static void
internal_handler(void *data, const ccd_http_request *request, ccd_http_response *response)
{
  const ccd_server *server = data;
  cc_str out = CC_STR_INIT(4u * 1024 * 1024);
  response->status = 200;
  if (strcmp(request->path, "/livez") == 0) {
    cc_str_add(&out, "ok\n");
  } else if (strcmp(request->path, "/readyz") == 0) {
    bool ready =
      !__atomic_load_n(&server->stopping, __ATOMIC_RELAXED) && ccd_health_database(server);
    response->status = ready ? 200 : 503;
    cc_str_add(&out, ready ? "ready\n" : "not ready\n");
  } else if (strcmp(request->path, "/metrics") == 0) {
    ccd_metrics_write(server, &out);
  } else {
    response->status = 404;
    cc_str_add(&out, "/livez, /readyz or /metrics\n");
  }
  response->body = cc_str_take(&out, &response->body_length);
  cc_str_done(&out);
  response->headers[response->n_headers++] =
    (ccd_http_header_line){"Content-Type", "text/plain; version=0.0.4; charset=utf-8"};
}

static ccd_http_place
internal_place(void *data, const ccd_http_request *request, bool body, void **ret_begun)
{
  /* /livez must answer however busy the server is, so it needs no thread; /metrics and /readyz
   * query the database. */
  bool asks = strcmp(request->path, "/metrics") == 0 || strcmp(request->path, "/readyz") == 0;
  return (ccd_http_place){.class = asks ? CCD_CLASS_SELF : CCD_CLASS_NONE};
}

static void
internal_refuse(void *data, const ccd_http_request *request, ccd_http_response *response)
{
  response->status = 503;
}

/* --- threads --- */

/* Requests of the slow class get a lower priority, because drawing a walk list uses a core for
 * 20 ms. */
#define SLOW_NICENESS 5

static void
begin_thread(ccd_class class)
{
  ccd_db_use_share((int) class);
  /* On Linux this sets the niceness of the calling thread. A failure is ignored. */
  if (class == CCD_CLASS_SLOW)
    (void) setpriority(PRIO_PROCESS, (id_t) gettid(), SLOW_NICENESS);
}

static cc_status
start_scheduler(ccd_server *server, cc_error *reterr)
{
  const ccd_config *config = &server->config;
  int64_t wait = config->call_timeout * 1000;
  int ordinary = (int) config->threads, strangers = (int) config->public_threads;
  int slow = (int) config->slow_threads;
  /* The options of each class. Some threads are reserved for organizations and addresses without
   * running work. An organization that floods the server may keep as many threads busy as there
   * are cores, but no more, because each further running statement would slow down those of
   * others. */
  const ccd_class_options options[_CCD_CLASS_MAX] = {
    [CCD_CLASS_ORDINARY] = {ordinary, ordinary / 4, WAITING_MAX, wait, .shared = ordinary / 4},
    [CCD_CLASS_READ] = {READ_THREADS, 0, WAITING_MAX, wait, .batch = READ_BATCH},
    [CCD_CLASS_PUBLIC] = {strangers, strangers / 4, WAITING_MAX, wait, .busy = (strangers + 3) / 4},
    [CCD_CLASS_PUBLIC_READ] = {READ_THREADS, 0, WAITING_MAX, wait, .batch = READ_BATCH},
    [CCD_CLASS_SLOW] = {slow, slow / 2, WAITING_MAX, SLOW_WAIT_US},
    [CCD_CLASS_PASSWORD] = {PASSWORD_THREADS, 1, WAITING_MAX, PASSWORD_WAIT_US},
    [CCD_CLASS_SELF] = {SELF_THREADS, 0, WAITING_MAX, wait},
  };
  return ccd_scheduler_new(options, begin_thread, &server->scheduler, reterr);
}

static cc_status
start_listeners(ccd_server *server, cc_error *reterr)
{
  const ccd_config *config = &server->config;
  ccd_listener_options api = {
    .name = "api",
    .bind_address = config->bind_address,
    .port = (int) config->api_port,
    .threads = (int) config->reader_threads,
    .connection_limit = (int) config->connection_limit,
    .per_address_limit = (int) config->per_address_limit,
    .idle_timeout_s = (int) config->idle_timeout,
    .request_timeout_s = (int) config->request_timeout,
    .max_body = ccd_routes_max_body(server->route_tables),
    .trusted_proxy = config->trusted_proxy,
    .forwarded_header = config->forwarded_header,
    .scheduler = server->scheduler,
    .place = ccd_dispatch_place,
    .handler = ccd_dispatch,
    .many = ccd_dispatch_many,
    .refuse = ccd_dispatch_refuse,
    .data = server,
    .begin = server->streams ? ccd_dispatch_begin : NULL,
    .write = ccd_dispatch_write,
    .drop = ccd_dispatch_drop,
  };
  ccd_listener_options slow = api;
  slow.name = "slow";
  slow.port += CCD_PORT_SLOW;
  slow.threads = 1;
  slow.connection_limit = (int) (SIDE_CONNECTIONS + config->live_sockets);
  ccd_listener_options internal = slow;
  internal.name = "internal";
  internal.bind_address = config->internal_bind;
  internal.port = (int) config->api_port + CCD_PORT_INTERNAL;
  internal.connection_limit = INTERNAL_CONNECTIONS;
  internal.trusted_proxy = NULL;
  internal.place = internal_place;
  internal.handler = internal_handler;
  internal.refuse = internal_refuse;
  internal.begin = NULL;
  cc_status status = ccd_listener_start(&slow, &server->slow, reterr);
  if (status == CC_OK)
    status = ccd_listener_start(&api, &server->api, reterr);
  if (status == CC_OK) /* last, because a client that reads "ready" must be able to connect */
    status = ccd_listener_start(&internal, &server->internal, reterr);
  return status;
}

/* --- start and stop --- */

/* Start the parts that the commands serve and worker share. */
static cc_status
start_base(ccd_server *server, cc_error *reterr)
{
  ccd_config *config = &server->config;
  cc_status status = ccd_config_load(config, reterr);
  if (status == CC_OK)
    status = ccd_log_open(config->log_file, config->log_level, reterr);
  if (status != CC_OK)
    return status;
  int64_t cores = sysconf(_SC_NPROCESSORS_ONLN);
  if (config->threads == 0)
    config->threads = cores * 4;
  if (config->public_threads == 0)
    config->public_threads = cores * 2;
  if (config->reader_threads == 0)
    config->reader_threads = (cores + 3) / 4;
  server->route_tables = ccd_route_tables;
  ccd_mail_use(&ccd_mail_outbox);
  ccd_turf_log_libraries();
  server->jobs_wake = ccd_jobs_wake;
  server->prove_factor = ccd_factor_prove_me;
  server->jobs_figures = ccd_jobs_figures;
  server->streams = ccd_routes_stream(ccd_route_tables);
  ccd_exchanges_init();
  status = ccd_routes_check(ccd_route_tables, reterr);
  if (status == CC_OK)
    status = ccd_keys_derive(config->secret_key, &server->keys, reterr);
  if (status == CC_OK)
    status = ccd_keys_add_previous(&server->keys,
                                   config->secret_key_previous,
                                   config->erasure_key,
                                   reterr);
  if (status == CC_OK)
    status = ccd_breached_load(config->password_list, reterr);
  return status;
}

static cc_status
start_jobs(ccd_server *server, cc_error *reterr)
{
  return ccd_jobs_start(server, ccd_job_tables, &server->jobs, reterr);
}

cc_status
ccd_program_start_jobs(ccd_server *server, const ccd_job_kind *const *kinds, cc_error *reterr)
{
  cc_status status = start_base(server, reterr);
  if (status == CC_OK)
    status = open_database(server, reterr);
  if (status == CC_OK) /* announces to the servers' sockets what jobs wrote */
    status = ccd_feed_start(server, &server->feed, reterr);
  return status == CC_OK ? ccd_jobs_start(server, kinds, &server->jobs, reterr) : status;
}

static cc_status
start_scripts(ccd_server *server, cc_error *reterr)
{
  server->scripts = ccd_scripts_new();
  return server->scripts != NULL ? CC_OK : cc_fail_memory(reterr);
}

static cc_status
start_server(ccd_server *server, cc_error *reterr)
{
  ccd_config *config = &server->config;
  cc_status status = start_base(server, reterr);
  if (status == CC_OK)
    status = start_scripts(server, reterr);
  if (status == CC_OK)
    status = ccd_router_new(ccd_route_tables, &server->router, reterr);
  if (status == CC_OK)
    status = ccd_bindings_new(server->router, &server->bindings, reterr);
  if (status == CC_OK)
    status = ccd_metrics_new(server->router, &server->metrics, reterr);
  if (status == CC_OK)
    status = ccd_limits_new(config, &server->keys, &server->limits, reterr);
  if (status == CC_OK)
    status = open_database(server, reterr);
  if (status == CC_OK)
    status = open_pools(server, reterr);
  if (status == CC_OK)
    status = ccd_redis_open(config->redis_url,
                            (int) (config->threads + config->public_threads + config->slow_threads +
                                   PASSWORD_THREADS + SELF_THREADS),
                            &server->redis,
                            reterr);
  if (status == CC_OK)
    status = ccd_limits_keep(server->limits, server->redis, &server->limits_keeper, reterr);
  if (status == CC_OK)
    status = ccd_public_cache_new((size_t) config->public_cache, &server->public_cache, reterr);
  if (status == CC_OK)
    status = ccd_sessions_new(server, &server->sessions, reterr);
  if (status == CC_OK)
    status = ccd_feed_start(server, &server->feed, reterr);
  if (status == CC_OK && config->serve_jobs)
    status = start_jobs(server, reterr);
  if (status == CC_OK)
    ccd_spool_sweep(config);
  if (status == CC_OK)
    status = start_scheduler(server, reterr);
  if (status == CC_OK)
    status = start_listeners(server, reterr);
  return status;
}

static cc_status
start_worker(ccd_server *server, cc_error *reterr)
{
  return ccd_program_start_jobs(server, ccd_job_tables, reterr);
}

/* Finish accepted requests and stop the parts in the opposite order of their start. */
void
ccd_program_stop(ccd_server *server)
{
  __atomic_store_n(&server->stopping, true, __ATOMIC_RELAXED);
  ccd_listener *const listeners[] = {server->api, server->slow, server->internal};
  int64_t deadline = cc_time_monotonic() + STOP_US;
  for (size_t i = 0; i < CC_N(listeners); i++) {
    if (listeners[i] != NULL)
      ccd_listener_quiesce(listeners[i]);
  }
  for (size_t i = 0; i < CC_N(listeners); i++) {
    if (listeners[i] != NULL)
      ccd_listener_stop(listeners[i], deadline);
  }
  ccd_scheduler_free(server->scheduler);
  for (size_t i = 0; i < CC_N(listeners); i++)
    ccd_listener_free(listeners[i]);
  if (server->jobs != NULL)
    ccd_jobs_stop(server->jobs);
  ccd_feed_stop(server->feed);
  ccd_hasher_stop();
  ccd_breached_done();
  ccd_limits_keeper_stop(server->limits_keeper);
  ccd_redis_close(server->redis);
  ccd_sessions_free(server->sessions);
  ccd_db_close(server->db_public);
  ccd_db_close(server->feed_db);
  ccd_db_close(server->db);
  ccd_limits_free(server->limits);
  ccd_public_cache_free(server->public_cache);
  ccd_scripts_free(server->scripts);
  ccd_metrics_free(server->metrics);
  ccd_bindings_free(server->bindings);
  ccd_router_free(server->router);
  ccd_exchanges_done();
  explicit_bzero(&server->keys, sizeof(server->keys));
  ccd_config_done(&server->config);
}

static void
reload_log_level(void)
{
  ccd_config config = {0};
  cc_error error = {0};
  if (ccd_config_load(&config, &error) == CC_OK && ccd_log_set_level(config.log_level))
    ccd_log(CCD_INFO, "log.level", CCD_TEXT("level", config.log_level));
  else
    ccd_log(CCD_WARNING, "log.level_refused", CCD_TEXT("reason", error.message));
  ccd_config_done(&config);
}

/* Block signals in the calling thread. Every thread inherits this; only the main thread waits
 * for the signals. */
void
ccd_program_block_signals(void)
{
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  (void) signal(SIGPIPE, SIG_IGN); /* NOLINT(concurrency-mt-unsafe): before threads start */
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

/* Run until a signal arrives. Returns the exit code. */
static int
run_server(ccd_server *server, cc_status (*start)(ccd_server *server, cc_error *reterr))
{
  sigset_t signals;
  ccd_program_block_signals();
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);

  cc_error error = {0};
  if (start(server, &error) != CC_OK) {
    ccd_log(CCD_ERROR,
            "server.failed",
            CCD_TEXT("code", error.code),
            CCD_TEXT("message", error.message));
    ccd_program_stop(server);
    return 1;
  }
  ccd_log(CCD_INFO,
          "server.started",
          CCD_NUMBER("port", server->config.api_port),
          CCD_NUMBER("threads", server->config.threads));
  int signal_number = 0;
  while (sigwait(&signals, &signal_number) == 0 && signal_number == SIGHUP)
    reload_log_level();
  ccd_log(CCD_INFO, "server.stopping", CCD_NUMBER("signal", signal_number));
  ccd_program_stop(server);
  ccd_log(CCD_INFO, "server.stopped");
  ccd_log_close();
  return 0;
}

int
ccd_command_serve(int argc, char **argv)
{
  static ccd_server server;
  return run_server(&server, start_server);
}

int
ccd_command_worker(int argc, char **argv)
{
  static ccd_server server;
  return run_server(&server, start_worker);
}
