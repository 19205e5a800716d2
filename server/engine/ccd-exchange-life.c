/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-exchange-life.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "server/engine/ccd-feed.h"
#include "server/engine/ccd-listener-head.h"
#include "server/engine/ccd-log.h"
#include "server/engine/ccd-metrics.h"
#include "server/engine/ccd-problem.h"
#include "server/engine/ccd-reply-cached.h"
#include "server/engine/ccd-reply-file.h"
#include "server/engine/ccd-reply.h"
#include "server/engine/ccd-response.h"

/* The beginning and the end of a request's processing: memory, response, log line, metrics. */

#define ARENA_CEILING (24u * 1024 * 1024)
#define ARENAS_KEPT 64

static pthread_mutex_t arenas_lock = PTHREAD_MUTEX_INITIALIZER;
static cc_arena *arenas[ARENAS_KEPT]; /* guarded by arenas_lock, like the count */
static size_t n_arenas;

void
ccd_exchanges_init(void)
{
  n_arenas = 0;
}

void
ccd_exchanges_done(void)
{
  while (n_arenas > 0)
    cc_arena_free(arenas[--n_arenas]);
}

static cc_arena *
arena_get(void)
{
  cc_arena *arena = NULL;
  pthread_mutex_lock(&arenas_lock);
  if (n_arenas > 0)
    arena = arenas[--n_arenas];
  pthread_mutex_unlock(&arenas_lock);
  return arena != NULL ? arena : cc_arena_new(ARENA_CEILING);
}

/* Called by the listener after it copied the response's headers, which point into the arena. */
void
ccd_exchange_put_arena(void *data)
{
  cc_arena *arena = data;
  cc_arena_clear(arena);
  pthread_mutex_lock(&arenas_lock);
  bool kept = n_arenas < ARENAS_KEPT;
  if (kept)
    arenas[n_arenas++] = arena;
  pthread_mutex_unlock(&arenas_lock);
  if (!kept)
    cc_arena_free(arena);
}

/* Send the notifications that must follow the commit: revoked sessions, feed, jobs. */
static void
after_commit(ccd_exchange *exchange)
{
  ccd_server *server = exchange->server;
  assert(exchange->call.route != NULL);
  if (exchange->call.route->revokes_organization)
    ccd_call_revoke(&exchange->call, CCD_REVOKED_ORGANIZATION, exchange->context.organization_id);
  cc_error ignored = {0};
  bool connected = exchange->n_revokes == 0 || ccd_exchange_conn(exchange, &ignored) == CC_OK;
  for (int i = 0; i < exchange->n_revokes; i++)
    ccd_sessions_revoke(server->sessions,
                        connected ? exchange->conn : NULL,
                        exchange->call.arena,
                        exchange->revokes[i].kind,
                        exchange->revokes[i].id);
  if (exchange->wake_jobs || exchange->call.route->wakes_jobs)
    server->jobs_wake(server->jobs);
  if ((exchange->call.route->tx == CCD_WRITE || exchange->wrote) &&
      exchange->context.organization_id != 0 && !exchange->replayed)
    ccd_feed_wrote(server->feed, exchange->context.organization_id);
}

static cc_method
method_of(const char *name)
{
  if (strcmp(name, "HEAD") == 0)
    return CC_GET;
  for (int method = 1; method < _CC_METHOD_MAX; method++) {
    if (strcmp(name, cc_method_name((cc_method) method)) == 0)
      return (cc_method) method;
  }
  return (cc_method) 0;
}

/* Use the client's request id when it has a harmless form, so that the client's log and the
 * server's log can be compared. */
static const char *
request_id(const ccd_http_request *request, cc_arena *arena)
{
  const char *given = ccd_http_header(request, "x-request-id");
  if (given != NULL) {
    size_t length =
      strspn(given, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
    if (length >= 8 && length <= 64 && given[length] == '\0')
      return given;
  }
  /* Request ids must be unique, not unguessable: a random prefix per thread, then a counter. */
  static _Thread_local uint8_t bytes[12];
  static _Thread_local uint32_t count;
  if (count++ % (1u << 20) == 0)
    ccd_random(bytes, sizeof(bytes));
  memcpy(bytes + 8, &count, sizeof(count));
  const char *made = ccd_hex(arena, bytes, sizeof(bytes));
  return made == NULL ? "-" : made;
}

/* Answer a CORS preflight request or a plain OPTIONS request. */
static bool
answer_options(ccd_exchange *exchange)
{
  if (strcmp(exchange->request->method, "OPTIONS") != 0 || exchange->match.methods == 0)
    return false;
  ccd_http_response *response = exchange->response;
  response->status = 204;
  cc_str allow = CC_STR_INIT(100);
  for (int method = 1; method < _CC_METHOD_MAX; method++) {
    if (exchange->match.methods & (1u << method))
      cc_str_printf(&allow,
                    "%s%s",
                    cc_method_name((cc_method) method),
                    method == CC_GET ? ", HEAD, " : ", ");
  }
  cc_str_add(&allow, "OPTIONS");
  const char *methods = cc_arena_strdup(exchange->call.arena, allow.text);
  cc_str_done(&allow);
  ccd_response_header(response, "Allow", methods);
  ccd_response_header(response, "Access-Control-Allow-Methods", methods);
  ccd_response_header(response,
                      "Access-Control-Allow-Headers",
                      "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
                      "If-Range, Range, X-Request-Id");
  ccd_response_header(response, "Access-Control-Max-Age", "600");
  ccd_response_common(exchange);
  return true;
}

static void
log_request(const ccd_exchange *exchange, cc_status status, const cc_error *error, int64_t duration)
{
  const ccd_route *route = exchange->call.route;
  if (status == CC_ERR_INTERNAL)
    ccd_log(CCD_ERROR,
            "request.failed",
            CCD_TEXT("id", exchange->call.request_id),
            CCD_TEXT("code", error->code),
            CCD_TEXT("message", error->message));
  ccd_log(CCD_INFO,
          "request",
          CCD_TEXT("id", exchange->call.request_id),
          CCD_TEXT("method", exchange->method == 0 ? "other" : exchange->request->method),
          CCD_TEXT("route", route == NULL ? NULL : route->op->path),
          CCD_TEXT("op",
                   route == NULL          ? NULL
                   : route->audit != NULL ? route->audit
                                          : route->op->id),
          CCD_NUMBER("status", exchange->response->status),
          CCD_NUMBER("us", duration),
          CCD_NUMBER("wait_us", exchange->request->waited),
          CCD_NUMBER("org", exchange->context.organization_id),
          CCD_TEXT("actor", exchange->context.actor),
          CCD_TEXT("code", status == CC_OK ? NULL : error->code));
  /* Log a refusal for fail2ban and similar programs. Only these log lines contain the client's
   * address. */
  if (status == CC_ERR_RATE_LIMITED || (status == CC_ERR_UNAUTHENTICATED && error->code[0] != '\0'))
    ccd_log(CCD_WARNING,
            "security.refused",
            CCD_TEXT("id", exchange->call.request_id),
            CCD_TEXT("code", error->code),
            CCD_TEXT("address", exchange->call.address));
}

static void
finish_exchange(ccd_exchange *exchange, cc_status status, const cc_error *error)
{
  if (status == CC_OK) {
    after_commit(exchange);
    ccd_reply_send(exchange);
  } else if (exchange->call.route != NULL || !answer_options(exchange)) {
    ccd_problem_send(exchange, status, error);
  } else {
    assert(exchange->conn == NULL); /* without a route no statement was run */
  }
  if (exchange->conn != NULL)
    ccd_db_return(ccd_exchange_pool(exchange), exchange->conn);
  ccd_reply_cached_end(exchange);
  ccd_reply_file_drop(exchange); /* a reply file that was not sent */
  ccd_spool_drop(exchange->spool);
  cc_str_done(&exchange->out);
  int64_t duration = cc_time_monotonic() - exchange->request->started;
  ccd_metrics_request(exchange->server->metrics,
                      exchange->match.index,
                      exchange->response->status,
                      duration);
  ccd_metrics_wait(exchange->server->metrics, exchange->class, exchange->request->waited);
  log_request(exchange, status, error, duration);
}

/* Create an exchange. NULL: memory is exhausted. */
ccd_exchange *
ccd_exchange_new(ccd_server *server, const ccd_http_request *request)
{
  cc_arena *arena = arena_get();
  ccd_exchange *exchange = arena == NULL ? NULL : cc_arena_alloc(arena, sizeof(*exchange));
  if (exchange == NULL) {
    cc_arena_free(arena);
    return NULL;
  }
  exchange->server = server;
  exchange->request = request;
  exchange->method = method_of(request->method);
  exchange->match.index = -1;
  exchange->upload_offset = -1;
  exchange->out = CC_STR_INIT(CCD_REPLY_MAX);
  exchange->call = (ccd_call){.server = server,
                              .arena = arena,
                              .actor = &exchange->actor,
                              .request_id = request_id(request, arena),
                              .address = request->address,
                              .user_agent = ccd_http_header(request, "user-agent"),
                              .errors = {.arena = arena},
                              .exchange = exchange};
  return exchange;
}

void
ccd_exchange_end(ccd_exchange *exchange, cc_status status, const cc_error *error)
{
  ccd_http_response *response = exchange->response;
  cc_error problem = *error;
  if (status != CC_OK)
    ccd_problem_complete(exchange, status, &problem);
  finish_exchange(exchange, status, &problem);
  response->done = ccd_exchange_put_arena;
  response->done_data = exchange->call.arena;
}

/* Continue or create the exchange of a request. NULL: memory is exhausted, and the response
 * reports this. */
ccd_exchange *
ccd_exchange_take(ccd_server *server, const ccd_http_request *request, ccd_http_response *response)
{
  ccd_exchange *exchange =
    request->begun != NULL ? request->begun : ccd_exchange_new(server, request);
  if (exchange == NULL)
    response->status = 503;
  else
    exchange->response = response;
  return exchange;
}
