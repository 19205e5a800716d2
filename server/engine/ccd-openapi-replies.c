/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-openapi-replies.h"

#include <string.h>

#include "common/api/cc-problem.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-exchange.h"

/* The replies of an operation in the OpenAPI document: bodies, headers, errors. */

static bool
has_version(const cc_type *type)
{
  for (size_t i = 0; type != NULL && i < type->n_fields; i++) {
    if (type->fields[i].flags & CC_VERSION)
      return true;
  }
  return false;
}

/* A statement accepts If-Match when it uses the version. Handlers that use the version are
 * recognized by their method, PATCH. */
bool
ccd_openapi_if_match(const ccd_route *route)
{
  if (route->query == NULL)
    return route->op->method == CC_PATCH && has_version(route->op->reply);
  for (int i = 0; i < route->query->n_params; i++) {
    if (route->query->params[i].own == CCD_CALL_IF_MATCH)
      return true;
  }
  return false;
}

bool
ccd_openapi_if_none_match(const cc_op *op)
{
  return op->method == CC_GET &&
         (op->shape == CC_REPLY_FILE || (op->shape == CC_REPLY_ONE && has_version(op->reply)));
}

bool
ccd_openapi_range(const cc_op *op)
{
  return op->method == CC_GET && op->shape == CC_REPLY_FILE;
}

/* Write the schema of a list's reply, {"data": […], "next_cursor": …}, around the type of its
 * items. */
static void
write_reply_schema(const cc_op *op, cc_str *out)
{
  if (op->shape != CC_REPLY_LIST) {
    cc_schema_ref(op->reply, CC_SCHEMA_REPLY, out);
    return;
  }
  cc_str_add(out,
             "{\"type\":\"object\",\"required\":[\"data\",\"next_cursor\"],\"properties\":{"
             "\"data\":{\"type\":\"array\",\"items\":");
  cc_schema_ref(op->reply, CC_SCHEMA_REPLY, out);
  cc_str_add(out,
             "},\"next_cursor\":{\"type\":[\"string\",\"null\"],"
             "\"description\":\"cursor of the next page; null: this is the last.\"}}}");
}

/* Write "content" of a reply that is a file with one of these media types. */
void
ccd_openapi_media(const char *media, cc_str *out)
{
  const char *at = media;
  cc_str_add(out, ",\"content\":{");
  for (size_t n; (n = cc_media_next(&at)) > 0; at += n) {
    cc_str_add(out, at == media ? "\"" : ",\"");
    cc_str_add_n(out, at, n);
    cc_str_add(out, "\":{\"schema\":{}}");
  }
  cc_str_add_char(out, '}');
}

/* --- headers --- */

typedef struct header_row {
  const char *name, *doc;
} header_row;

static const header_row headers[] = {
  {"Accept", "The content types that the operation takes."},
  {"ETag", "The version of the thing, for If-None-Match and If-Match."},
  {"Idempotent-Replayed", "true: this is the answer of an earlier request with the same key."},
  {"Link", "<URL>; rel=\"next\": the next page. Left out on the last one."},
  {"Location", "The path of what was made."},
  {"RateLimit",
   "Requests left within the limit (r), and seconds until the next period begins (t)."},
  {"RateLimit-Policy", "The limit: requests (q) in a time (w, seconds)."},
  {"Retry-After", "Seconds after which it is worth to ask again."},
  {"Upload-Offset", "Number of received bytes of the file."},
  {"WWW-Authenticate", "How to authenticate, and what was wrong with the credential (RFC 6750)."},
  {"X-Request-Id", "Name of the request, in the log and the audit log."},
};

void
ccd_openapi_headers(cc_str *out)
{
  cc_str_add(out, "\"headers\":{");
  for (size_t i = 0; i < CC_N(headers); i++) {
    cc_str_printf(out, "%s\"%s\":{\"description\":", i == 0 ? "" : ",", headers[i].name);
    cc_str_add_json(out, headers[i].doc, strlen(headers[i].doc));
    cc_str_add(out, ",\"schema\":{\"type\":\"string\"}}");
  }
  cc_str_add_char(out, '}');
}

static void
add_header(const char *name, bool carried, cc_str *out)
{
  if (carried)
    cc_str_printf(out, ",\"%s\":{\"$ref\":\"#/components/headers/%s\"}", name, name);
}

static void
begin_headers(bool limited, cc_str *out)
{
  cc_str_add(out,
             ",\"headers\":{\"X-Request-Id\":{\"$ref\":\"#/components/headers/X-Request-Id\"}");
  add_header("RateLimit", limited, out);
  add_header("RateLimit-Policy", limited, out);
}

static void
write_headers(const ccd_route *route, cc_str *out)
{
  const cc_op *op = route->op;
  begin_headers(route->limit != CCD_LIMIT_NONE, out);
  add_header("ETag",
             op->shape != CC_REPLY_LIST &&
               (ccd_openapi_if_none_match(op) || has_version(op->reply)),
             out);
  add_header("Idempotent-Replayed", ccd_exchange_takes_key(route), out);
  add_header("Link", op->shape == CC_REPLY_LIST, out);
  add_header("Location", op->location != NULL, out);
  add_header("Upload-Offset", op->body_media != NULL, out);
  cc_str_add_char(out, '}');
}

/* --- bodies --- */

/* Write Location as an OpenAPI link: the operation that reads the created object, and where its
 * path parameters come from. */
static void
write_location(const cc_op *op, cc_str *out)
{
  const cc_op *to = op->location;
  cc_str_printf(out, ",\"links\":{\"made\":{\"operationId\":\"%s\",\"parameters\":{", to->id);
  for (size_t i = 0; to->params != NULL && i < to->params->n_fields; i++) {
    const char *name = to->params->fields[i].name;
    const char *place = strstr(to->path, name);
    bool above = place != NULL && strchr(place, '{') != NULL;
    cc_str_printf(out,
                  above ? "%s\"%s\":\"$request.path.%s\"" : "%s\"%s\":\"$response.body#/id\"",
                  i == 0 ? "" : ",",
                  name,
                  name);
  }
  cc_str_add(out, "}}}");
}

/* The types of the lines of an NDJSON file. */
static void
write_lines(const cc_type *const *lines, cc_str *out)
{
  for (size_t i = 0; lines != NULL && lines[i] != NULL; i++) {
    cc_str_add(out, i == 0 ? ",\"x-lines\":[" : ",");
    cc_schema_ref(lines[i], CC_SCHEMA_REPLY, out);
    if (lines[i + 1] == NULL)
      cc_str_add_char(out, ']');
  }
}

static void
write_success(const ccd_route *route, cc_str *out)
{
  const cc_op *op = route->op;
  bool socket = op->shape == CC_REPLY_SOCKET;
  cc_str_printf(out,
                "\"%d\":{\"description\":\"%s\"",
                socket ? 101 : cc_op_success(op),
                socket ? "The socket is open." : "Done.");
  write_headers(route, out);
  if (op->location != NULL)
    write_location(op, out);
  if (op->reply != NULL && !socket) {
    cc_str_add(out, ",\"content\":{\"application/json\":{\"schema\":");
    write_reply_schema(op, out);
    cc_str_add(out, "}}");
  }
  if (op->media != NULL)
    ccd_openapi_media(op->media, out);
  write_lines(op->lines, out);
  cc_str_add_char(out, '}');
  if (ccd_openapi_range(op)) {
    cc_str_add(out, ",\"206\":{\"description\":\"The part that Range asked for.\"");
    write_headers(route, out);
    ccd_openapi_media(op->media, out);
    cc_str_add_char(out, '}');
  }
  if (ccd_openapi_if_none_match(op)) {
    cc_str_add(out, ",\"304\":{\"description\":\"Nothing has changed since that ETag.\"");
    write_headers(route, out);
    cc_str_add_char(out, '}');
  }
}

unsigned
ccd_route_errors(const ccd_route *route)
{
  unsigned errors = route->op->errors | CC_ERR_BIT(CC_ERR_MALFORMED) | CC_ERR_BIT(CC_ERR_INTERNAL) |
                    CC_ERR_BIT(CC_ERR_UNAVAILABLE);
  if (route->limit != CCD_LIMIT_NONE)
    errors |= CC_ERR_BIT(CC_ERR_RATE_LIMITED);
  if (route->right != CC_RIGHT_PUBLIC)
    errors |= CC_ERR_BIT(CC_ERR_UNAUTHENTICATED) | CC_ERR_BIT(CC_ERR_FORBIDDEN);
  if (route->op->body != NULL)
    errors |=
      CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_TOO_LARGE) | CC_ERR_BIT(CC_ERR_UNSUPPORTED);
  if (route->op->query != NULL)
    errors |= CC_ERR_BIT(CC_ERR_INVALID);
  if (route->tx == CCD_WRITE)
    errors |= CC_ERR_BIT(CC_ERR_CONFLICT) | CC_ERR_BIT(CC_ERR_INVALID);
  if (route->op->params != NULL)
    errors |= CC_ERR_BIT(CC_ERR_NOT_FOUND);
  if (ccd_openapi_if_match(route))
    errors |= CC_ERR_BIT(CC_ERR_PRECONDITION);
  if (ccd_openapi_range(route->op))
    errors |= CC_ERR_BIT(CC_ERR_RANGE);
  if (route->op->body_media != NULL)
    errors |=
      CC_ERR_BIT(CC_ERR_TOO_LARGE) | CC_ERR_BIT(CC_ERR_UNSUPPORTED) | CC_ERR_BIT(CC_ERR_STORAGE);
  return errors;
}

static unsigned
all_errors(const ccd_route *const *tables)
{
  unsigned errors = 0;
  for (; *tables != NULL; tables++) {
    for (const ccd_route *route = *tables; route->op != NULL; route++)
      errors |= ccd_route_errors(route);
  }
  return errors;
}

static void
write_error(cc_status status, cc_str *out)
{
  int code = cc_status_http(status);
  cc_str_printf(out,
                "\"Error%d\":{\"description\":\"%s.%s\"",
                code,
                cc_status_title(status),
                code == 403 ? " With code no_organization: choose one with PUT "
                              "/v1/session/organization first."
                            : "");
  begin_headers(/* limited= */ true, out);
  add_header("Accept", code == 415, out);
  add_header("Retry-After", code == 409 || code == 429 || code == 503, out);
  add_header("Upload-Offset", code == 409, out);
  add_header("WWW-Authenticate", code == 401, out);
  cc_str_add(out, "},\"content\":{\"application/problem+json\":{\"schema\":");
  cc_schema_ref(&cc_problem_type, CC_SCHEMA_REPLY, out);
  cc_str_add(out, "}}}");
}

/* Return the next error of a set, after @status, that has another HTTP status; CC_OK at the end. */
static cc_status
next_error(unsigned errors, cc_status status)
{
  int code = cc_status_http(status);
  for (int next = (int) status + 1; next < _CC_STATUS_MAX; next++) {
    if ((errors & CC_ERR_BIT(next)) && cc_status_http((cc_status) next) != code)
      return (cc_status) next;
  }
  return CC_OK;
}

void
ccd_openapi_errors(const ccd_route *const *tables, cc_str *out)
{
  unsigned errors = all_errors(tables);
  cc_str_add(out, "\"responses\":{");
  for (cc_status at = next_error(errors, CC_OK); at != CC_OK;) {
    write_error(at, out);
    at = next_error(errors, at);
    cc_str_add(out, at == CC_OK ? "" : ",");
  }
  cc_str_add_char(out, '}');
}

void
ccd_openapi_responses(const ccd_route *route, cc_str *out)
{
  cc_str_add(out, "\"responses\":{");
  write_success(route, out);
  unsigned errors = ccd_route_errors(route);
  for (cc_status at = next_error(errors, CC_OK); at != CC_OK; at = next_error(errors, at))
    cc_str_printf(out,
                  ",\"%d\":{\"$ref\":\"#/components/responses/Error%d\"}",
                  cc_status_http(at),
                  cc_status_http(at));
  cc_str_add_char(out, '}');
}
