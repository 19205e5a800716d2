/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "server/engine/ccd-exchange.h"

/* The one place where a failure becomes what the client sees. */

#define PROBLEM_MAX (64u * 1024)

static void
add_member(cc_str *out, const char *name, const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  cc_str_add(out, ",\"");
  cc_str_add(out, name);
  cc_str_add(out, "\":");
  cc_str_add_json(out, value, strlen(value));
}

static void
add_error(cc_str *out, const cc_error *error)
{
  cc_str_add(out, "{\"pointer\":");
  cc_str_add_json(out, error->pointer, strlen(error->pointer));
  add_member(out, "code", error->code);
  add_member(out, "message", error->message);
  add_member(out, "hint", error->hint);
  cc_str_add_char(out, '}');
}

static void
add_errors(cc_str *out, const cc_error_list *list, const cc_error *error)
{
  bool single = list->n == 0 && error->pointer[0] != '\0';
  if (list->n == 0 && !single)
    return;
  cc_str_add(out, ",\"errors\":[");
  for (size_t i = 0; i < list->n; i++) {
    if (i > 0)
      cc_str_add_char(out, ',');
    add_error(out, &list->items[i]);
  }
  if (single)
    add_error(out, error);
  cc_str_add_char(out, ']');
}

/* "Event" → "event", "ApiToken" → "api_token": the name of what was not found. */
static const char *
entity_of(const ccd_exchange *exchange)
{
  const ccd_route *route = exchange->call.route;
  if (route == NULL)
    return NULL;
  const char *name = route->op->reply != NULL    ? route->op->reply->name
                     : route->op->params != NULL ? route->op->params->name
                                                 : NULL;
  if (name == NULL)
    return NULL;
  size_t length = strlen(name);
  if (length > 3 && strcmp(name + length - 3, "Ref") == 0)
    length -= 3;
  char *entity = cc_arena_text(exchange->call.arena, length * 2 + 1);
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

static void
write_problem(ccd_exchange *exchange, cc_status status, const cc_error *error, cc_str *out)
{
  bool internal = status == CC_ERR_INTERNAL;
  cc_str_add(out, "{\"type\":\"");
  cc_str_add(out, cc_status_type(status));
  cc_str_add(out, "\",\"title\":\"");
  cc_str_add(out, cc_status_title(status));
  cc_str_add(out, "\",\"status\":");
  cc_str_add_int(out, cc_status_http(status));
  /* What broke inside is for the log, under the request id, not for strangers. */
  add_member(out,
             "detail",
             internal ? "Something went wrong in the server. Tell support the request_id."
                      : error->message);
  if (!internal)
    add_member(out, "code", error->code);
  if (status == CC_ERR_FORBIDDEN && exchange->call.route != NULL &&
      strcmp(error->code, "right") == 0)
    add_member(out, "required", ccd_right_get(exchange->call.route->right)->name);
  if (status == CC_ERR_NOT_FOUND)
    add_member(out, "entity", entity_of(exchange));
  if (status == CC_ERR_EXTERNAL)
    add_member(out, "service", error->pointer);
  else if (!internal)
    add_errors(out, &exchange->call.errors, error);
  add_member(out, "request_id", exchange->call.request_id);
  cc_str_add_char(out, '}');
}

void
ccd_problem_send(ccd_exchange *exchange, cc_status status, const cc_error *error)
{
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
  if (status == CC_ERR_UNAUTHENTICATED)
    ccd_response_header(response, "WWW-Authenticate", "Bearer");
  add_retry_after(exchange, status, error);
  if (status == CC_ERR_TOO_LARGE)
    response->close = true;
  ccd_response_common(exchange);
}
