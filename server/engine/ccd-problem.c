/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-problem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/api/cc-problem.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-exchange.h"
#include "server/engine/ccd-listener-head.h"
#include "server/engine/ccd-response.h"

/* Converts every failure into the problem document that the client gets. */

#define PROBLEM_MAX (64u * 1024)

/* NULL for an empty text, which is written as null. */
static char *
text_or_null(const char *value)
{
  return value == NULL || *value == '\0' ? NULL : (char *) value;
}

/* Fill in the errors of fields: those of the call's list, or the single error when it names a
 * field. */
static bool
fill_errors(const ccd_exchange *exchange, const cc_error *error, cc_problem *problem)
{
  const cc_error_list *list = &exchange->call.errors;
  size_t n = list->n > 0 ? list->n : error->pointer[0] != '\0';
  const cc_error *from = list->n > 0 ? list->items : error;
  problem->errors = cc_arena_alloc(exchange->call.arena, (n + 1) * sizeof(*problem->errors));
  for (size_t i = 0; problem->errors != NULL && i < n; i++) {
    cc_problem_error *each = cc_arena_alloc(exchange->call.arena, sizeof(*each));
    if (each == NULL)
      return false;
    *each = (cc_problem_error){.pointer = (char *) from[i].pointer,
                               .code = (char *) from[i].code,
                               .message = (char *) from[i].message,
                               .hint = text_or_null(from[i].hint)};
    problem->errors[problem->n_errors++] = each;
  }
  return problem->errors != NULL;
}

const char *
ccd_entity_name(cc_arena *arena, const cc_type *type)
{
  const char *name = type->name;
  size_t length = strlen(name);
  if (length > 3 && strcmp(name + length - 3, "Ref") == 0)
    length -= 3;
  char *entity = cc_arena_text(arena, length * 2 + 1);
  if (entity == NULL)
    return NULL;
  size_t n = 0;
  for (size_t i = 0; i < length; i++) {
    bool capital = name[i] >= 'A' && name[i] <= 'Z';
    if (capital && i > 0)
      entity[n++] = '_';
    entity[n++] = capital ? (char) (name[i] - 'A' + 'a') : name[i];
  }
  entity[n] = '\0';
  return entity;
}

/* Return the type that a 404 names: for lists and creating operations the parent's type,
 * otherwise the reply's type. */
static const cc_type *
absent_type(const ccd_exchange *exchange)
{
  const ccd_route *route = exchange->call.route;
  if (route->parent != NULL)
    return route->parent;
  return route->op->reply != NULL ? route->op->reply : route->op->params;
}

/* The entity name of that type: "Event" → "event", "ApiToken" → "api_token". */
static const char *
entity_of(const ccd_exchange *exchange)
{
  const cc_type *type = exchange->call.route == NULL ? NULL : absent_type(exchange);
  if (type == NULL)
    return NULL;
  return ccd_entity_name(exchange->call.arena, type);
}

static void
add_allow(ccd_exchange *exchange)
{
  cc_str allow = CC_STR_INIT(100);
  for (int method = 1; method < _CC_METHOD_MAX; method++) {
    if (!(exchange->match.methods & (1u << method)))
      continue;
    cc_str_add(&allow, cc_method_name((cc_method) method));
    cc_str_add(&allow, method == CC_GET ? ", HEAD, " : ", ");
  }
  cc_str_add(&allow, "OPTIONS");
  ccd_response_header(exchange->response,
                      "Allow",
                      cc_arena_strdup(exchange->call.arena, allow.text));
  cc_str_done(&allow);
}

static void
add_retry_after(ccd_exchange *exchange, cc_status status, const cc_error *error)
{
  if (status == CC_ERR_RATE_LIMITED)
    ccd_response_header(exchange->response,
                        "Retry-After",
                        ccd_text_int64(exchange->call.arena, exchange->limit.reset_s));
  else if (status == CC_ERR_UNAVAILABLE || status == CC_ERR_NO_MEMORY)
    ccd_response_header(exchange->response, "Retry-After", "2");
  else if (status == CC_ERR_CONFLICT && strcmp(error->code, "idempotency_running") == 0)
    ccd_response_header(exchange->response, "Retry-After", "1");
}

/* Complete an error without message from the list of field errors or from the status; detail and
 * code must always be present. */
void
ccd_problem_complete(const ccd_exchange *exchange, cc_status status, cc_error *error)
{
  const cc_error_list *list = &exchange->call.errors;
  error->status = status;
  if (error->message[0] != '\0')
    return;
  if (list->n == 1 || (list->n > 0 && status == CC_ERR_MALFORMED))
    *error = list->items[0];
  else if (list->n > 1)
    (void) cc_fail(error, status, "fields", "%zu fields are wrong", list->n);
  else
    (void) cc_fail(error, status, cc_status_type(status), "%s", cc_status_title(status));
  error->status = status;
}

/* WWW-Authenticate (RFC 6750, section 3): the reason why a credential was refused. */
static void
add_challenge(ccd_exchange *exchange, cc_status status, const cc_error *error)
{
  const ccd_route *route = exchange->call.route;
  bool sent = ccd_http_header(exchange->request, "authorization") != NULL;
  const char *challenge = NULL;
  if (status == CC_ERR_UNAUTHENTICATED)
    challenge =
      sent ? "Bearer realm=\"campaign-center\", error=\"invalid_token\", "
             "error_description=\"The credential is unknown, has ended or is not well formed\""
           : "Bearer realm=\"campaign-center\"";
  else if (status == CC_ERR_FORBIDDEN && sent && strcmp(error->code, "right") == 0)
    challenge = cc_arena_printf(exchange->call.arena,
                                "Bearer realm=\"campaign-center\", error=\"insufficient_scope\", "
                                "scope=\"%s\"",
                                cc_right_name(route->right));
  ccd_response_header(exchange->response, "WWW-Authenticate", challenge);
}

/* The content types that a 415 would accept. */
static void
add_accept(ccd_exchange *exchange, const cc_error *error)
{
  const cc_op *op = exchange->call.route->op;
  bool patch = op->method == CC_PATCH;
  if (strcmp(error->code, "content_encoding") == 0) {
    ccd_response_header(exchange->response, "Accept-Encoding", "identity");
    return;
  }
  ccd_response_header(exchange->response,
                      "Accept",
                      op->body_media != NULL ? op->body_media
                      : patch                ? "application/json, application/merge-patch+json"
                                             : "application/json");
  if (patch)
    ccd_response_header(exchange->response,
                        "Accept-Patch",
                        "application/json, application/merge-patch+json");
}

/* Write the problem document. Details of an internal error are only in the log, under the
 * request id. */
static void
write_problem(ccd_exchange *exchange, cc_status status, const cc_error *error, cc_str *out)
{
  const ccd_route *route = exchange->call.route;
  bool internal = status == CC_ERR_INTERNAL;
  bool right = status == CC_ERR_FORBIDDEN && route != NULL &&
               (strcmp(error->code, "right") == 0 || strcmp(error->code, "no_organization") == 0);
  cc_problem problem = {
    .type = (char *) cc_status_type(status),
    .title = (char *) cc_status_title(status),
    .status = cc_status_http(status),
    .detail = internal ? (char *) "Something went wrong in the server. Tell support the request_id."
                       : text_or_null(error->message),
    .code = internal ? (char *) "internal" : text_or_null(error->code),
    .required = right ? (char *) cc_right_name(route->right) : NULL,
    .entity = status == CC_ERR_NOT_FOUND ? (char *) entity_of(exchange) : NULL,
    .service = status == CC_ERR_EXTERNAL ? text_or_null(error->pointer) : NULL,
    .request_id = (char *) exchange->call.request_id,
  };
  if (!internal && status != CC_ERR_EXTERNAL)
    (void) fill_errors(exchange, error, &problem);
  cc_encode(&cc_problem_type, &problem, CC_VIEW_PUBLIC, out);
}

void
ccd_problem_send(ccd_exchange *exchange, cc_status status, const cc_error *error)
{
  assert(error != NULL);
  ccd_http_response *response = exchange->response;
  cc_str out = CC_STR_INIT(PROBLEM_MAX);
  write_problem(exchange, status, error, &out);
  response->n_headers = 0;
  response->status = cc_status_http(status);
  response->body = cc_str_take(&out, &response->body_length);
  cc_str_done(&out);
  ccd_response_header(response, "Content-Type", "application/problem+json");
  ccd_response_header(response, "Cache-Control", "no-store");
  if (status == CC_ERR_METHOD)
    add_allow(exchange);
  add_challenge(exchange, status, error);
  if (status == CC_ERR_UNSUPPORTED)
    add_accept(exchange, error);
  add_retry_after(exchange, status, error);
  if (status == CC_ERR_RANGE && exchange->call.file != NULL)
    ccd_response_header(response,
                        "Content-Range",
                        cc_arena_printf(exchange->call.arena,
                                        "bytes */%lld",
                                        (long long) exchange->call.file->length));
  if (status == CC_ERR_TOO_LARGE)
    response->close = true;
  ccd_response_common(exchange);
}
