/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-steps.h"

#include <assert.h>
#include <string.h>

#include "common/api/cc-page.h"
#include "server/engine/ccd-bind.h"
#include "server/engine/ccd-idempotency.h"
#include "server/engine/ccd-intake.h"
#include "server/engine/ccd-listener-head.h"
#include "server/engine/ccd-reply-cached.h"
#include "server/engine/ccd-reply-file.h"
#include "server/engine/ccd-reply.h"
#include "server/engine/ccd-response.h"

#define SLOW_TIMEOUT_MS 120000 /* time limit for a statement of a slow route */

cc_status
ccd_step_route(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_http_request *request = exchange->request;
  if (request->malformed != NULL) {
    exchange->response->close = true;
    return cc_fail(reterr, CC_ERR_MALFORMED, "http", "%s", request->malformed);
  }
  if (exchange->call.route != NULL)
    return CC_OK; /* the route was found before the body arrived */
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
                       "The body must be sent without a Content-Encoding");
}

/* Content-Type without parameters, when the list contains it. */
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

/* Maximal number of bytes of one character: two JSON escapes, such as \ud83d\ude00. */
#define ESCAPED_MAX 12

/* Maximal size of a route's body: a body whose longest text has its maximal length fits, however
 * the client writes its characters. */
size_t
ccd_step_body_most(const ccd_route *route)
{
  const cc_type *type = route->op->body;
  size_t most = CCD_BODY_MAX;
  for (size_t i = 0; type != NULL && i < type->n_fields; i++) {
    const cc_field *field = &type->fields[i];
    size_t need = field->kind == CC_KIND_STRING && (field->flags & CC_READ_ONLY) == 0
                    ? CCD_BODY_MAX / 2 + ESCAPED_MAX * (size_t) (field->max > 0 ? field->max : 0)
                    : 0;
    most = need > most ? need : most;
  }
  return route->max_body != 0 ? route->max_body : most;
}

bool
ccd_step_announces_more(const ccd_http_request *request, size_t most)
{
  return request->content_length > 0 && (uint64_t) request->content_length > most;
}

/* Check a body that is a file, before its first byte. */
static cc_status
check_file(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_http_request *request = exchange->request;
  const ccd_route *route = exchange->call.route;
  if (ccd_step_announces_more(request, route->max_body))
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

/* True for an empty body, and for the empty object that many libraries send instead. */
static bool
says_nothing(const ccd_http_request *request)
{
  static const char white[] = " \t\r\n";
  char kept[3] = "";
  size_t n = 0;
  for (size_t i = 0; i < request->body_length; i++) {
    char c = request->body[i];
    if (c != '\0' && strchr(white, c) != NULL)
      continue;
    if (n == 2)
      return false;
    kept[n++] = c;
  }
  return n == 0 || strcmp(kept, "{}") == 0;
}

/* Check size and content type before reading the body. */
cc_status
ccd_step_size(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_http_request *request = exchange->request;
  const ccd_route *route = exchange->call.route;
  assert(route != NULL);
  size_t most = ccd_step_body_most(route);
  bool file = route->op->body_media != NULL;
  if (!file &&
      (request->too_large || request->body_length > most || ccd_step_announces_more(request, most)))
    return cc_fail(reterr,
                   CC_ERR_TOO_LARGE,
                   "body_too_large",
                   "The body is larger than %zu bytes",
                   most);
  if (route->op->body_media != NULL)
    return check_file(exchange, reterr);
  if (request->body_length > 0 && ccd_http_header(request, "content-encoding") != NULL)
    return refuse_encoding(reterr);
  if (route->op->body == NULL && !says_nothing(request))
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

cc_status
ccd_step_credential(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_http_request *request = exchange->request;
  if (exchange->credential_read)
    return CC_OK;
  const char *authorization = ccd_http_header(request, "authorization");
  /* A browser cannot set headers of a WebSocket request, but it can name protocols. */
  if (authorization == NULL && exchange->call.route->op->shape == CC_REPLY_SOCKET)
    authorization = ccd_credential_in_protocols(ccd_http_header(request, "sec-websocket-protocol"),
                                                exchange->call.arena);
  if (!ccd_credential_read(authorization,
                           ccd_http_header(request, "cookie"),
                           exchange->call.arena,
                           &exchange->credential))
    return cc_fail_field(reterr,
                         CC_ERR_UNAUTHENTICATED,
                         "authorization",
                         "Authorization",
                         "The header must be `Bearer` and a token that the server gave");
  /* An expired cookie must not prevent a browser from reading public pages or signing in again. */
  if (exchange->call.route->right == CC_RIGHT_PUBLIC)
    exchange->credential = (ccd_credential){.kind = CCD_ACTOR_ANONYMOUS};
  exchange->credential_read = true;
  return CC_OK;
}

cc_status
ccd_step_actor(ccd_exchange *exchange, cc_error *reterr)
{
  ccd_call *call = &exchange->call;
  cc_status status = ccd_step_credential(exchange, reterr);
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

/* A browser sends the cookie automatically, so a write must prove that it comes from our own
 * pages: its Origin is ours or listed, or the browser declares the request same-origin. This
 * also applies to WebSockets: CORS hides the reply of a read from other sites, but not the
 * messages of a socket. */
static cc_status
check_cross_site(const ccd_exchange *exchange, cc_error *reterr)
{
  bool socket = exchange->call.route->op->shape == CC_REPLY_SOCKET;
  if (!exchange->actor.by_cookie || (exchange->method == CC_GET && !socket))
    return CC_OK;
  const ccd_config *config = &exchange->server->config;
  const char *origin = ccd_http_header(exchange->request, "origin");
  const char *site = ccd_http_header(exchange->request, "sec-fetch-site");
  const char *type = ccd_http_header(exchange->request, "content-type");
  bool own = origin != NULL && (strcmp(origin, config->public_url) == 0 ||
                                ccd_origin_listed(config->cors_origins, origin));
  bool same = site == NULL ? own : strcmp(site, "same-origin") == 0 || own;
  bool typed =
    socket ||
    exchange->body_media != NULL || /* HTML forms cannot send these types across origins */
    exchange->request->body_length == 0 ||
    (type != NULL && strncasecmp(type, "application/json", 16) == 0) ||
    (type != NULL && strncasecmp(type, "application/merge-patch+json", 28) == 0);
  if (same && typed)
    return CC_OK;
  (void) cc_fail_field(reterr,
                       CC_ERR_FORBIDDEN,
                       "cross_site",
                       same ? "Content-Type" : "Origin",
                       "With a cookie a write needs this site's Origin, %s, and a body "
                       "Content-Type application/json; a WebSocket needs the Origin",
                       config->public_url);
  return CC_ERR_FORBIDDEN;
}

static cc_status
refuse_right(cc_right right, const ccd_actor *actor, cc_error *reterr)
{
  if (right == CC_RIGHT_SIGNED_IN)
    return cc_fail(reterr,
                   CC_ERR_FORBIDDEN,
                   "right",
                   "This is for a person who is signed in, not for a token or device; what a "
                   "credential is and may do is at GET /v1/credential");
  if (right == CC_RIGHT_MEMBER)
    return cc_fail(reterr, CC_ERR_FORBIDDEN, "right", "You are not a member of this organization");
  return cc_fail(reterr,
                 CC_ERR_FORBIDDEN,
                 "right",
                 actor->kind == CCD_ACTOR_PERSON ? "You need the right %s in this organization"
                                                 : "This credential has not the right %s",
                 cc_right_name(right));
}

cc_status
ccd_step_right(ccd_exchange *exchange, cc_error *reterr)
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
  /* Without an active organization it is unknown which rights the person has. */
  if (actor->kind == CCD_ACTOR_PERSON && cc_right_needs_organization(route->right) &&
      !(actor->rights & CC_RIGHT_BIT(CC_RIGHT_MEMBER)))
    return cc_fail(reterr,
                   CC_ERR_FORBIDDEN,
                   "no_organization",
                   "This session has no active organization: choose one of yours with PUT "
                   "/v1/session/organization");
  if (!(actor->rights & CC_RIGHT_BIT(route->right)))
    return refuse_right(route->right, actor, reterr);
  return CC_OK;
}

/* --- running the handler --- */

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

/* Run a statement that is the whole work, in one round trip. */
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
    status = ccd_db_query_in_own_tx(exchange->conn,
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

cc_status
ccd_step_work(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_route *route = exchange->call.route;
  assert(route != NULL);
  if (route->tx == CCD_TX_BY_HANDLER) {
    cc_status status = route->handler(&exchange->call, reterr);
    return status == CC_OK ? ccd_reply_encode(exchange, reterr) : status;
  }
  if (ccd_reply_await_cached(exchange, /* wait= */ true))
    return ccd_reply_from_cache(exchange, reterr);
  /* Slow routes handle files and whole lists, on separate threads. */
  cc_status status = CC_OK;
  if (route->slow)
    exchange->context.timeout_ms = SLOW_TIMEOUT_MS;
  const ccd_context given = exchange->context;
  for (int attempt = 1;; attempt++) {
    reset_work(exchange);
    exchange->context = given;
    bool once = route->query != NULL && route->prepare == NULL && exchange->idempotency_key == NULL;
    status = once ? work_once(exchange, reterr) : work_in_transaction(exchange, reterr);
    if (status == CC_OK)
      ccd_reply_keep(exchange);
    if (status == CC_ERR_PRECONDITION && exchange->tried_if_match + 1 < exchange->n_if_match) {
      exchange->tried_if_match++;
      attempt = 0;
      continue;
    }
    if (status == CC_OK || attempt == CCD_TRIES || exchange->conn == NULL ||
        !ccd_db_may_retry(exchange->conn))
      return status;
  }
}
