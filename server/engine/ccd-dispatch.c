/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-dispatch.h"
#include "server/engine/ccd-bind.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/api/cc-page.h"
#include "server/data/ccd-redis.h"
#include "server/engine/ccd-exchange.h"
#include "server/engine/ccd-feed.h"
#include "server/engine/ccd-idempotency.h"
#include "server/engine/ccd-intake.h"
#include "server/engine/ccd-listener-head.h"
#include "server/engine/ccd-log.h"
#include "server/engine/ccd-metrics.h"
#include "server/engine/ccd-problem.h"
#include "server/engine/ccd-reply-file.h"
#include "server/engine/ccd-reply.h"
#include "server/engine/ccd-response.h"

#define ARENA_CEILING (24u * 1024 * 1024)
#define ARENAS_KEPT 64
#define SLOW_TIMEOUT_MS 120000 /* of a statement of a slow route */

static pthread_mutex_t arenas_lock = PTHREAD_MUTEX_INITIALIZER;
static cc_arena *arenas[ARENAS_KEPT]; /* guarded by arenas_lock, as is the count */
static size_t n_arenas;

void
ccd_dispatch_init(void)
{
  n_arenas = 0;
}

void
ccd_dispatch_done(void)
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

/* The answer's headers point into the arena: the listener calls this when it has copied them. */
static void
arena_put(void *data)
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

/* --- the steps before the work --- */

static cc_status
step_route(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_http_request *request = exchange->request;
  if (request->malformed != NULL) {
    exchange->response->close = true;
    return cc_fail(reterr, CC_ERR_MALFORMED, "http", "%s", request->malformed);
  }
  if (exchange->call.route != NULL)
    return CC_OK; /* found before the body came */
  cc_status status = ccd_router_match(exchange->server->router,
                                      exchange->method,
                                      request->path,
                                      exchange->call.arena,
                                      &exchange->match,
                                      reterr);
  if (status != CC_OK)
    return status;
  exchange->call.route = exchange->match.route;
  if (exchange->match.methods == 0)
    return cc_fail(reterr, CC_ERR_NOT_FOUND, "no_such_path", "Nothing is at this path; see /docs");
  if (exchange->call.route == NULL)
    return cc_fail(reterr, CC_ERR_METHOD, "method", "This path does not take %s", request->method);
  return CC_OK;
}

static cc_status
refuse_encoding(cc_error *reterr)
{
  return cc_fail_field(reterr,
                       CC_ERR_UNSUPPORTED,
                       "content_encoding",
                       "Content-Encoding",
                       "The body must be sent as it is, without a Content-Encoding");
}

/* Content-Type without parameters, when it is one of the list. */
static const char *
listed_media(const char *list, const char *type, cc_arena *arena)
{
  size_t length = type == NULL ? 0 : strcspn(type, "; ");
  const char *at = list;
  for (size_t n; (n = cc_media_next(&at)) > 0; at += n) {
    if (n == length && strncasecmp(at, type, n) == 0)
      return cc_arena_strndup(arena, at, n);
  }
  return NULL;
}

static size_t
body_most(const ccd_route *route)
{
  return route->max_body != 0 ? route->max_body : CCD_BODY_MAX;
}

static bool
announces_more(const ccd_http_request *request, size_t most)
{
  return request->content_length > 0 && (uint64_t) request->content_length > most;
}

static cc_status
check_file_body(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_http_request *request = exchange->request;
  const ccd_route *route = exchange->call.route;
  if (announces_more(request, route->max_body))
    return cc_fail(reterr,
                   CC_ERR_TOO_LARGE,
                   "body_too_large",
                   "The body is larger than %zu bytes",
                   route->max_body);
  if (ccd_http_header(request, "content-encoding") != NULL)
    return refuse_encoding(reterr);
  exchange->body_media = listed_media(route->op->body_media,
                                      ccd_http_header(request, "content-type"),
                                      exchange->call.arena);
  if (exchange->body_media == NULL)
    return cc_fail_field(reterr,
                         CC_ERR_UNSUPPORTED,
                         "content_type",
                         "Content-Type",
                         "The body must be one of %s",
                         route->op->body_media);
  return CC_OK;
}

/* Size and content type, before anything is read from the body. */
static cc_status
step_size(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_http_request *request = exchange->request;
  const ccd_route *route = exchange->call.route;
  assert(route != NULL);
  size_t most = body_most(route);
  bool file = route->op->body_media != NULL;
  if (!file && (request->too_large || request->body_length > most || announces_more(request, most)))
    return cc_fail(reterr,
                   CC_ERR_TOO_LARGE,
                   "body_too_large",
                   "The body is larger than %zu bytes",
                   most);
  if (route->op->body_media != NULL)
    return check_file_body(exchange, reterr);
  if (request->body_length > 0 && ccd_http_header(request, "content-encoding") != NULL)
    return refuse_encoding(reterr);
  if (route->op->body == NULL && request->body_length > 0)
    return cc_fail(reterr, CC_ERR_MALFORMED, "body_unexpected", "%s takes no body", route->op->id);
  if (route->op->body == NULL)
    return CC_OK;
  const char *type = ccd_http_header(request, "content-type");
  size_t length = type == NULL ? 0 : strcspn(type, "; ");
  bool json = (length == 16 && strncasecmp(type, "application/json", 16) == 0) ||
              (length == 28 && strncasecmp(type, "application/merge-patch+json", 28) == 0);
  if (!json)
    return cc_fail_field(reterr,
                         CC_ERR_UNSUPPORTED,
                         "content_type",
                         "Content-Type",
                         "The body must be sent as application/json");
  return CC_OK;
}

static cc_status
read_credential(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_http_request *request = exchange->request;
  if (exchange->credential_read)
    return CC_OK;
  if (!ccd_credential_read(ccd_http_header(request, "authorization"),
                           ccd_http_header(request, "cookie"),
                           exchange->call.arena,
                           &exchange->credential))
    return cc_fail_field(reterr,
                         CC_ERR_UNAUTHENTICATED,
                         "authorization",
                         "Authorization",
                         "The header must be `Bearer` and a token that the server gave");
  /* A stale cookie must not keep a browser from a public page, nor from signing in again. */
  if (exchange->call.route->right == CC_RIGHT_PUBLIC)
    exchange->credential = (ccd_credential){.kind = CCD_ACTOR_ANONYMOUS};
  exchange->credential_read = true;
  return CC_OK;
}

static cc_status
step_actor(ccd_exchange *exchange, cc_error *reterr)
{
  ccd_call *call = &exchange->call;
  cc_status status = read_credential(exchange, reterr);
  if (status != CC_OK)
    return status;
  return ccd_sessions_admit(exchange->server->sessions,
                            &exchange->credential,
                            (ccd_charge){call->route->limit, ccd_intake_weight(exchange)},
                            call->address,
                            call->arena,
                            &exchange->actor,
                            &exchange->limit,
                            reterr);
}

/* A browser sends the cookie by itself, so a write must prove that it comes from our own pages: the
 * Origin is ours or listed, or the browser says that the request is of the same origin. */
static cc_status
check_cross_site(const ccd_exchange *exchange, cc_error *reterr)
{
  if (!exchange->actor.by_cookie || exchange->method == CC_GET)
    return CC_OK;
  const ccd_config *config = &exchange->server->config;
  const char *origin = ccd_http_header(exchange->request, "origin");
  const char *site = ccd_http_header(exchange->request, "sec-fetch-site");
  const char *type = ccd_http_header(exchange->request, "content-type");
  bool own = origin != NULL && (strcmp(origin, config->public_url) == 0 ||
                                ccd_origin_listed(config->cors_origins, origin));
  bool same = site == NULL ? own : strcmp(site, "same-origin") == 0 || own;
  bool typed = exchange->body_media != NULL || /* which no form can send to us, given its origin */
               (type != NULL && strncasecmp(type, "application/json", 16) == 0);
  if (!same || !typed)
    return cc_fail_field(reterr,
                         CC_ERR_FORBIDDEN,
                         "cross_site",
                         "Origin",
                         "A write with a cookie needs this site's Origin and Content-Type "
                         "application/json");
  return CC_OK;
}

static cc_status
step_right(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_route *route = exchange->call.route;
  const ccd_actor *actor = &exchange->actor;
  if (route->right == CC_RIGHT_PUBLIC)
    return CC_OK;
  if (actor->kind == CCD_ACTOR_ANONYMOUS)
    return cc_fail(reterr, CC_ERR_UNAUTHENTICATED, "credential", "Sign in, or send a token");
  cc_status status = check_cross_site(exchange, reterr);
  if (status != CC_OK)
    return status;
  if (actor->needs_second_factor && !route->no_second_factor)
    return cc_fail(reterr,
                   CC_ERR_FORBIDDEN,
                   "second_factor_needed",
                   "The organization asks for a second factor: set one up first");
  /* Nobody can tell which right is missing as long as it is open in which organization. */
  if (actor->kind == CCD_ACTOR_PERSON && cc_right_needs_organization(route->right) &&
      !(actor->rights & CC_RIGHT_BIT(CC_RIGHT_MEMBER)))
    return cc_fail(reterr,
                   CC_ERR_FORBIDDEN,
                   "no_organization",
                   "This session has no active organization: choose one of yours with PUT "
                   "/v1/session/organization");
  if (!(actor->rights & CC_RIGHT_BIT(route->right)))
    return cc_fail(reterr,
                   CC_ERR_FORBIDDEN,
                   "right",
                   "This needs the right %s",
                   cc_right_get(route->right)->name);
  return CC_OK;
}

/* --- the work --- */

static void
reset_work(ccd_exchange *exchange)
{
  exchange->call.reply = NULL;
  exchange->call.rows = NULL;
  exchange->call.args = NULL;
  ccd_reply_file_drop(exchange);
  exchange->call.errors.n = 0;
  exchange->etag = NULL;
  exchange->location = NULL;
  exchange->next_cursor = NULL;
  exchange->n_revokes = 0;
  exchange->wake_jobs = false;
  cc_str_clear(&exchange->out);
}

/* A statement that is the whole work: one round trip. */
static cc_status
work_once(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_query *query = exchange->call.route->query;
  const char **args =
    cc_arena_alloc(exchange->call.arena, sizeof(*args) * (size_t) (query->n_params + 1));
  if (args == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_exchange_args(exchange, query, NULL, args, reterr);
  if (status == CC_OK)
    status = ccd_exchange_conn(exchange, reterr);
  if (status == CC_OK)
    status = ccd_db_query_once(exchange->conn,
                               &exchange->context,
                               query,
                               args,
                               &exchange->call.rows,
                               reterr);
  return status == CC_OK ? ccd_reply_encode(exchange, reterr) : status;
}

static cc_status
work_inside(ccd_exchange *exchange, cc_error *reterr)
{
  ccd_call *call = &exchange->call;
  cc_status status = CC_OK;
  if (exchange->idempotency_key != NULL)
    status = ccd_idempotency_begin(exchange, reterr);
  if (status != CC_OK || exchange->replayed)
    return status;
  if (call->route->prepare != NULL)
    status = call->route->prepare(call, reterr);
  if (status == CC_OK && call->route->query != NULL)
    status = ccd_call_query(call, call->route->query, call->args, &call->rows, reterr);
  else if (status == CC_OK)
    status = call->route->handler(call, reterr);
  if (status == CC_OK)
    status = ccd_reply_encode(exchange, reterr);
  if (status == CC_OK && exchange->idempotency_key != NULL)
    status = ccd_idempotency_finish(exchange, reterr);
  return status;
}

static cc_status
work_in_transaction(ccd_exchange *exchange, cc_error *reterr)
{
  exchange->in_transaction = true;
  exchange->opened = false;
  cc_status status = work_inside(exchange, reterr);
  if (exchange->opened && status == CC_OK)
    status = ccd_db_commit(exchange->conn, reterr);
  else if (exchange->opened)
    ccd_db_rollback(exchange->conn);
  exchange->in_transaction = false;
  return status;
}

static cc_status
step_work(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_route *route = exchange->call.route;
  assert(route != NULL);
  if (route->tx == CCD_NONE) {
    cc_status status = route->handler(&exchange->call, reterr);
    return status == CC_OK ? ccd_reply_encode(exchange, reterr) : status;
  }
  /* Files and whole lists, on threads of their own. */
  cc_status status = CC_OK;
  if (route->slow)
    exchange->context.timeout_ms = SLOW_TIMEOUT_MS;
  const ccd_context given = exchange->context;
  for (int attempt = 1;; attempt++) {
    reset_work(exchange);
    exchange->context = given;
    bool once = route->query != NULL && route->prepare == NULL && exchange->idempotency_key == NULL;
    status = once ? work_once(exchange, reterr) : work_in_transaction(exchange, reterr);
    if (status == CC_OK || attempt == CCD_TRIES || exchange->conn == NULL ||
        !ccd_db_may_retry(exchange->conn))
      return status;
  }
}

/* What must be told once the work is safe in the database. */
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

/* All that can be said before the body was seen. */
static cc_status
run_first_steps(ccd_exchange *exchange, cc_error *reterr)
{
  if (exchange->admitted && exchange->request->malformed == NULL) {
    if (exchange->refusal != NULL)
      *reterr = *exchange->refusal;
    return exchange->admission;
  }
  cc_status status = step_route(exchange, reterr);
  if (status == CC_OK)
    status = step_size(exchange, reterr);
  if (status == CC_OK)
    status = step_actor(exchange, reterr);
  if (status == CC_OK)
    status = step_right(exchange, reterr);
  if (status == CC_OK)
    status = ccd_intake(exchange, reterr);
  return status;
}

static cc_status
run_steps(ccd_exchange *exchange, cc_error *reterr)
{
  cc_status status = run_first_steps(exchange, reterr);
  if (status == CC_OK && exchange->call.route->op->body_media != NULL)
    return cc_fail(reterr, CC_ERR_INVALID, "body_empty", "The file is empty");
  return status == CC_OK ? step_work(exchange, reterr) : status;
}

/* The body is in its file. */
static cc_status
run_last_steps(ccd_exchange *exchange, cc_error *reterr)
{
  if (exchange->request->malformed != NULL) {
    exchange->response->close = true;
    return cc_fail(reterr, CC_ERR_MALFORMED, "http", "%s", exchange->request->malformed);
  }
  cc_status status = ccd_spool_finish(exchange->spool, reterr);
  exchange->call.spool = exchange->spool;
  return status == CC_OK ? step_work(exchange, reterr) : status;
}

/* --- around the steps --- */

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

/* A client's own id is kept when it is harmless, so that its log and ours can be read together. */
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
  /* Unguessable is not needed, unique is: a random beginning per thread, then a count. */
  static _Thread_local uint8_t bytes[12];
  static _Thread_local uint32_t count;
  if (count++ % (1u << 20) == 0)
    ccd_random(bytes, sizeof(bytes));
  memcpy(bytes + 8, &count, sizeof(count));
  const char *made = ccd_hex(arena, bytes, sizeof(bytes));
  return made == NULL ? "-" : made;
}

/* Preflight of CORS, and a plain OPTIONS. */
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
  /* For fail2ban and the like: the address stands only in these. */
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
    exchange->call.route = NULL;
  }
  if (exchange->conn != NULL)
    ccd_db_return(ccd_exchange_pool(exchange), exchange->conn);
  ccd_reply_file_drop(exchange); /* what was not sent */
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

/* NULL: memory is out. */
static ccd_exchange *
exchange_new(ccd_server *server, const ccd_http_request *request)
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

static void
exchange_end(ccd_exchange *exchange, cc_status status, const cc_error *error)
{
  ccd_http_response *response = exchange->response;
  finish_exchange(exchange, status, error);
  response->done = arena_put;
  response->done_data = exchange->call.arena;
}

/* A visitor's key is the address; FNV-1a, since anybody may choose it. */
static uint64_t
address_key(const char *address)
{
  uint64_t key = UINT64_C(0xcbf29ce484222325);
  for (const char *at = address; *at != '\0'; at++)
    key = (key ^ (uint8_t) *at) * UINT64_C(0x100000001b3);
  return key | UINT64_C(1) << 63;
}

static ccd_class
class_of(const ccd_exchange *exchange)
{
  const ccd_route *route = exchange->call.route;
  if (route->by_key && exchange->admitted)
    return route->as_public ? CCD_CLASS_PUBLIC_READ : CCD_CLASS_READ;
  if (route->limit == CCD_LIMIT_NONE)
    return CCD_CLASS_SELF;
  if (route->hashes)
    return CCD_CLASS_PASSWORD;
  if (route->slow)
    return CCD_CLASS_SLOW;
  return route->right == CC_RIGHT_PUBLIC ? CCD_CLASS_PUBLIC : CCD_CLASS_ORDINARY;
}

/* The steps before the work, where they ask nobody: a request without a body whose actor and quota
 * this process knows. */
static void
admit_known(ccd_exchange *exchange)
{
  ccd_call *call = &exchange->call;
  cc_error error = {0};
  cc_status status = CC_OK;
  if (ccd_intake_weight(exchange) > 1) /* more than this process has leased, as a rule */
    return;
  if (!ccd_sessions_admit_known(exchange->server->sessions,
                                &exchange->credential,
                                call->route->limit,
                                call->address,
                                call->arena,
                                &exchange->actor,
                                &exchange->limit,
                                &status,
                                &error))
    return;
  if (status == CC_OK)
    status = step_size(exchange, &error);
  if (status == CC_OK)
    status = step_right(exchange, &error);
  if (status == CC_OK)
    status = ccd_intake(exchange, &error);
  exchange->admitted = true;
  exchange->admission = status;
  if (status == CC_OK)
    return;
  exchange->refusal = cc_arena_alloc(call->arena, sizeof(error));
  if (exchange->refusal != NULL)
    *exchange->refusal = error;
}

ccd_http_place
ccd_dispatch_place(void *data, const ccd_http_request *request, bool body, void **ret_begun)
{
  cc_error error = {0};
  ccd_http_place here = {.class = CCD_CLASS_NONE};
  ccd_exchange *exchange = exchange_new(data, request);
  if (exchange == NULL)
    return here;
  if (step_route(exchange, &error) != CC_OK) {
    arena_put(exchange->call.arena); /* refused when its body has been read */
    return here;
  }
  *ret_begun = exchange;
  if (read_credential(exchange, &error) != CC_OK)
    return here;
  const ccd_route *route = exchange->call.route;
  if (!body)
    admit_known(exchange);
  if (exchange->admitted && exchange->admission != CC_OK)
    return here;
  const ccd_actor *actor = &exchange->actor;
  int64_t organization = exchange->admitted ? actor->organization_id
                                            : ccd_sessions_organization(exchange->server->sessions,
                                                                        &exchange->credential);
  exchange->class = class_of(exchange);
  return (ccd_http_place){.class = exchange->class,
                          .key = organization != 0 ? (uint64_t) organization
                                                   : address_key(request->address),
                          .stream = route->op->body_media != NULL};
}

/* NULL: memory is out, and the response says so. */
static ccd_exchange *
take_exchange(ccd_server *server, const ccd_http_request *request, ccd_http_response *response)
{
  ccd_exchange *exchange = request->begun != NULL ? request->begun : exchange_new(server, request);
  if (exchange == NULL)
    response->status = 503;
  else
    exchange->response = response;
  return exchange;
}

void
ccd_dispatch_refuse(void *data, const ccd_http_request *request, ccd_http_response *response)
{
  cc_error error = {0};
  ccd_exchange *exchange = take_exchange(data, request, response);
  if (exchange == NULL)
    return;
  cc_status status = cc_fail(&error,
                             CC_ERR_UNAVAILABLE,
                             "server_busy",
                             "Too many requests are waiting; try again in a few seconds");
  exchange_end(exchange, status, &error);
}

void
ccd_dispatch(void *data, const ccd_http_request *request, ccd_http_response *response)
{
  cc_error error = {0};
  ccd_exchange *exchange = take_exchange(data, request, response);
  if (exchange == NULL)
    return;
  cc_status status =
    exchange->spool != NULL ? run_last_steps(exchange, &error) : run_steps(exchange, &error);
  exchange_end(exchange, status, &error);
}

/* --- reads that share a round trip --- */

static void
end_job(ccd_exchange *exchange, cc_status status, const cc_error *error)
{
  exchange->conn = NULL; /* the batch's */
  exchange_end(exchange, status, error);
}

/* False: there is nothing to ask for, and the job has its answer. */
static bool
make_ask(ccd_http_job *job, ccd_server *server, ccd_ask *ask)
{
  cc_error error = {0};
  ccd_exchange *exchange = take_exchange(server, job->request, job->response);
  if (exchange == NULL)
    return false;
  const ccd_query *query = exchange->call.route->query;
  const char **args =
    cc_arena_alloc(exchange->call.arena, sizeof(*args) * (size_t) (query->n_params + 1));
  cc_status status =
    args == NULL ? cc_fail_memory(&error) : ccd_exchange_args(exchange, query, NULL, args, &error);
  if (status != CC_OK) {
    end_job(exchange, status, &error);
    return false;
  }
  *ask = (ccd_ask){.context = &exchange->context, .query = query, .args = args};
  return true;
}

static void
answer_ask(ccd_http_job *job, ccd_ask *ask)
{
  ccd_exchange *exchange = job->request->begun;
  cc_status status = ask->status;
  exchange->call.rows = ask->rows;
  if (status == CC_OK)
    status = ccd_reply_encode(exchange, &ask->error);
  end_job(exchange, status, &ask->error);
}

/* Those that have to be asked for by themselves come last: that ends the rows of the others. */
static void
answer_again(ccd_http_job *job, ccd_db_conn *conn)
{
  cc_error error = {0};
  ccd_exchange *exchange = job->request->begun;
  exchange->conn = conn;
  cc_status status = step_work(exchange, &error);
  end_job(exchange, status, &error);
}

static void
ask_many(ccd_db *db, ccd_db_conn **ret_conn, ccd_ask *asks, size_t n)
{
  cc_error error = {0};
  cc_status status = ccd_db_borrow(db, ret_conn, &error);
  if (status == CC_OK)
    ccd_db_query_many(*ret_conn, asks, n);
  for (size_t i = 0; status != CC_OK && i < n; i++) {
    asks[i].status = status;
    asks[i].error = error;
  }
}

void
ccd_dispatch_many(void *data, ccd_http_job *jobs, size_t n, ccd_http_done *done)
{
  ccd_server *server = data;
  ccd_ask asks[CCD_ASKS_MAX];
  ccd_db_conn *conn = NULL;
  size_t n_asks = 0;
  for (size_t i = 0; i < n; i++) {
    ccd_http_job job = jobs[i];
    if (make_ask(&job, server, &asks[n_asks]))
      jobs[n_asks++] = job;
    else
      done(&job);
  }
  if (n_asks == 0)
    return;
  ccd_exchange *first = jobs[0].request->begun;
  ccd_db *db = ccd_exchange_pool(first); /* of all: they are of one class */
  ask_many(db, &conn, asks, n_asks);
  for (size_t i = 0; i < n_asks; i++) {
    if (asks[i].again)
      continue;
    answer_ask(&jobs[i], &asks[i]);
    done(&jobs[i]);
  }
  for (size_t i = 0; i < n_asks; i++) {
    if (!asks[i].again)
      continue;
    answer_again(&jobs[i], conn);
    done(&jobs[i]);
  }
  ccd_db_return(db, conn);
}

/* --- bodies that are files --- */

static cc_status
begin_file(ccd_exchange *exchange, cc_error *reterr)
{
  cc_status status = run_first_steps(exchange, reterr);
  if (status != CC_OK)
    return status;
  return ccd_spool_begin(&exchange->server->config,
                         exchange->call.arena,
                         exchange->body_media,
                         exchange->request->content_length,
                         (int64_t) exchange->call.route->max_body,
                         &exchange->spool,
                         reterr);
}

ccd_http_begin
ccd_dispatch_begin(void *data,
                   const ccd_http_request *request,
                   ccd_http_response *response,
                   void **ret_begun)
{
  cc_error error = {0};
  ccd_exchange *exchange = request->begun;
  *ret_begun = NULL;
  if (exchange == NULL)
    return CCD_HTTP_BUFFER; /* refused when its body has been read */
  const ccd_route *route = exchange->call.route;
  bool file = route->op->body_media != NULL;
  /* The listener knows the largest limit of all routes; this one's own may be smaller. */
  if (!file && !announces_more(request, body_most(route))) {
    *ret_begun = exchange;
    return CCD_HTTP_BUFFER;
  }
  exchange->response = response;
  cc_status status = file ? begin_file(exchange, &error) : step_size(exchange, &error);
  if (status != CC_OK) {
    exchange_end(exchange, status, &error);
    return CCD_HTTP_ANSWERED;
  }
  exchange->response = NULL; /* the one to come */
  *ret_begun = exchange;
  return CCD_HTTP_STREAM;
}

bool
ccd_dispatch_write(void *begun, const char *bytes, size_t n)
{
  ccd_exchange *exchange = begun;
  return ccd_spool_write(exchange->spool, bytes, n);
}

void
ccd_dispatch_drop(void *begun)
{
  ccd_exchange *exchange = begun;
  ccd_log(CCD_INFO,
          "request.aborted",
          CCD_TEXT("id", exchange->call.request_id),
          CCD_TEXT("op", exchange->call.route->op->id),
          CCD_NUMBER("wait_us", exchange->request->waited),
          CCD_NUMBER("received", exchange->spool == NULL ? 0 : exchange->spool->length));
  ccd_spool_drop(exchange->spool);
  cc_str_done(&exchange->out);
  arena_put(exchange->call.arena);
}
