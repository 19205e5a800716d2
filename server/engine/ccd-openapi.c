/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-openapi.h"
#include "server/engine/ccd-problem.h"

#include <assert.h>
#include <string.h>

#include "common/api/cc-problem.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-exchange.h"

const char *
ccd_limit_name(ccd_limit limit)
{
  static const char *const names[] = {[CCD_LIMIT_API] = "api",
                                      [CCD_LIMIT_LOGIN] = "login",
                                      [CCD_LIMIT_REGISTER] = "register",
                                      [CCD_LIMIT_NONE] = "none"};
  return names[limit];
}

static const ccd_route *
route_of(const ccd_route *const *tables, const cc_op *op)
{
  for (; *tables != NULL; tables++) {
    for (const ccd_route *route = *tables; route->op != NULL; route++) {
      if (route->op == op)
        return route;
    }
  }
  return NULL;
}

static void
add_text(cc_str *out, const char *name, const char *text)
{
  cc_str_add_char(out, '"');
  cc_str_add(out, name);
  cc_str_add(out, "\":");
  cc_str_add_json(out, text, strlen(text));
}

static void
write_parameters(const cc_type *type, const char *in, bool *first, cc_str *out)
{
  for (size_t i = 0; type != NULL && i < type->n_fields; i++) {
    const cc_field *field = &type->fields[i];
    cc_str_add(out, *first ? "" : ",");
    *first = false;
    cc_str_add(out, "{");
    add_text(out, "name", field->name);
    cc_str_add_char(out, ',');
    add_text(out, "in", in);
    cc_str_printf(out,
                  ",\"required\":%s,",
                  strcmp(in, "path") == 0 || (field->flags & CC_REQUIRED) ? "true" : "false");
    add_text(out, "description", field->doc == NULL ? "" : field->doc);
    cc_str_add(out, ",\"schema\":");
    cc_schema_field(field, CC_SCHEMA_CREATE, out);
    cc_str_add_char(out, '}');
  }
}

static void
write_header_parameter(const char *name, const char *doc, bool *first, cc_str *out)
{
  cc_str_add(out, *first ? "" : ",");
  *first = false;
  cc_str_add(out, "{");
  add_text(out, "name", name);
  cc_str_add(out, ",\"in\":\"header\",\"required\":false,");
  add_text(out, "description", doc);
  cc_str_add(out, ",\"schema\":{\"type\":\"string\",\"maxLength\":255}}");
}

static bool
has_version(const cc_type *type)
{
  for (size_t i = 0; type != NULL && i < type->n_fields; i++) {
    if (type->fields[i].flags & CC_VERSION)
      return true;
  }
  return false;
}

/* A handler that takes a version says so by its method: PATCH. */
static bool
uses_if_match(const ccd_route *route)
{
  if (route->query == NULL)
    return route->op->method == CC_PATCH && has_version(route->op->reply);
  for (int i = 0; i < route->query->n_params; i++) {
    if (route->query->params[i].own == CCD_CALL_IF_MATCH)
      return true;
  }
  return false;
}

static bool
uses_if_none_match(const cc_op *op)
{
  return op->method == CC_GET &&
         (op->shape == CC_REPLY_FILE || (op->shape == CC_REPLY_ONE && has_version(op->reply)));
}

static bool
takes_range(const cc_op *op)
{
  return op->method == CC_GET && op->shape == CC_REPLY_FILE;
}

static void
write_all_parameters(const ccd_route *route, cc_str *out)
{
  const cc_op *op = route->op;
  bool first = true;
  cc_str_add(out, "\"parameters\":[");
  write_parameters(op->params, "path", &first, out);
  write_parameters(op->query, "query", &first, out);
  if (ccd_exchange_takes_key(route))
    write_header_parameter("Idempotency-Key",
                           "Makes a repetition harmless: the same key and body give the same "
                           "answer for 24 hours.",
                           &first,
                           out);
  if (uses_if_none_match(op))
    write_header_parameter("If-None-Match",
                           "An ETag: 304 when nothing has changed since.",
                           &first,
                           out);
  if (takes_range(op)) {
    write_header_parameter("Range",
                           "bytes=FROM-TO, bytes=FROM- or bytes=-LAST: that part only, with 206.",
                           &first,
                           out);
    write_header_parameter("If-Range",
                           "An ETag: the part when it still is that file, else all of it.",
                           &first,
                           out);
  }
  if (uses_if_match(route))
    write_header_parameter("If-Match", "An ETag: 412 when somebody else was faster.", &first, out);
  cc_str_add(out, "],");
}

/* {"data": […], "next_cursor": …} around the type of a list's items. */
static void
write_reply_schema(const cc_op *op, cc_str *out)
{
  if (op->shape == CC_REPLY_LIST)
    cc_str_printf(out,
                  "{\"type\":\"object\",\"required\":[\"data\",\"next_cursor\"],\"properties\":{"
                  "\"data\":{\"type\":\"array\","
                  "\"items\":{\"$ref\":\"#/components/schemas/"
                  "%s\"}},\"next_cursor\":{\"type\":[\"string\",\"null\"],"
                  "\"description\":\"cursor of the next page; null: this is the last.\"}}}",
                  op->reply->name);
  else
    cc_str_printf(out, "{\"$ref\":\"#/components/schemas/%s\"}", op->reply->name);
}

/* "content" of bytes: any of the types. */
static void
write_media(const char *media, cc_str *out)
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

/* The header Location, and the same as a link: which operation reads what was made, and from where
 * its path parameters come. */
static void
write_location(const cc_op *op, cc_str *out)
{
  const cc_op *to = op->location;
  cc_str_printf(out,
                ",\"headers\":{\"Location\":{\"description\":\"The path of what was made.\","
                "\"required\":true,\"schema\":{\"type\":\"string\"}}},"
                "\"links\":{\"made\":{\"operationId\":\"%s\",\"parameters\":{",
                to->id);
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

static void
write_success(const cc_op *op, cc_str *out)
{
  cc_str_printf(out,
                "\"%d\":{\"description\":\"%s\"",
                op->shape == CC_REPLY_SOCKET ? 101 : cc_op_success(op),
                op->shape == CC_REPLY_SOCKET ? "The socket is open." : "Done.");
  if (op->location != NULL)
    write_location(op, out);
  if (op->reply != NULL && op->shape != CC_REPLY_SOCKET) {
    cc_str_add(out, ",\"content\":{\"application/json\":{\"schema\":");
    write_reply_schema(op, out);
    cc_str_add(out, "}}");
  }
  if (op->media != NULL)
    write_media(op->media, out);
  for (size_t i = 0; op->lines != NULL && op->lines[i] != NULL; i++)
    cc_str_printf(out,
                  "%s{\"$ref\":\"#/components/schemas/%s\"}%s",
                  i == 0 ? ",\"x-lines\":[" : ",",
                  op->lines[i]->name,
                  op->lines[i + 1] == NULL ? "]" : "");
  cc_str_add_char(out, '}');
  if (takes_range(op)) {
    cc_str_add(out, ",\"206\":{\"description\":\"The part that Range asked for.\"");
    write_media(op->media, out);
    cc_str_add_char(out, '}');
  }
  if (uses_if_none_match(op))
    cc_str_add(out, ",\"304\":{\"description\":\"Nothing has changed since that ETag.\"}");
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
  if (uses_if_match(route))
    errors |= CC_ERR_BIT(CC_ERR_PRECONDITION);
  if (takes_range(route->op))
    errors |= CC_ERR_BIT(CC_ERR_RANGE);
  if (route->op->body_media != NULL)
    errors |=
      CC_ERR_BIT(CC_ERR_TOO_LARGE) | CC_ERR_BIT(CC_ERR_UNSUPPORTED) | CC_ERR_BIT(CC_ERR_STORAGE);
  return errors;
}

static void
write_responses(const ccd_route *route, cc_str *out)
{
  cc_str_add(out, "\"responses\":{");
  write_success(route->op, out);
  unsigned errors = ccd_route_errors(route);
  int last = 0;
  for (int status = 1; status < _CC_STATUS_MAX; status++) {
    int code = cc_status_http((cc_status) status);
    if (!(errors & CC_ERR_BIT(status)) || code == last)
      continue;
    last = code;
    cc_str_printf(out,
                  ",\"%d\":{\"description\":\"%s%s\",\"content\":{\"application/"
                  "problem+json\":{\"schema\":"
                  "{\"$ref\":\"#/components/schemas/Problem\"}}}}",
                  code,
                  cc_status_title((cc_status) status),
                  status == CC_ERR_FORBIDDEN && cc_right_needs_organization(route->right)
                    ? ". With code no_organization: choose one with PUT /v1/session/organization "
                      "first"
                    : "");
  }
  cc_str_add_char(out, '}');
}

static void
write_security(const ccd_route *route, cc_str *out)
{
  if (route->right == CC_RIGHT_PUBLIC)
    cc_str_add(out, "\"security\":[],");
  else if (route->right == CC_RIGHT_SIGNED_IN)
    cc_str_add(out, "\"security\":[{\"session\":[]},{\"cookie\":[]}],");
  else
    cc_str_add(out,
               "\"security\":[{\"session\":[]},{\"cookie\":[]},{\"token\":[]},{\"device\":[]}],");
}

/* What a route says of the objects behind its ids. */
static void
write_objects(const ccd_route *route, cc_str *out)
{
  static const char *const names[] = {"none", "turf", "door", "voter", "event"};
  const char *comma = "";
  if (route->scope != 0)
    cc_str_add(out, "\"x-scope\":[");
  for (size_t i = 0; i < CC_N(names); i++) {
    if (!(route->scope & (1u << i)))
      continue;
    cc_str_printf(out, "%s\"%s\"", comma, names[i]);
    comma = ",";
  }
  if (route->scope != 0)
    cc_str_add(out, "],");
  CC_AUTO(cc_arena) arena = route->parent == NULL ? NULL : cc_arena_new(4096);
  const char *parent = arena == NULL ? NULL : ccd_entity_name(arena, route->parent);
  if (parent != NULL)
    cc_str_printf(out, "\"x-parent\":\"%s\",", parent);
}

static void
write_limit(const ccd_route *route, cc_str *out)
{
  cc_str_printf(out, "\"x-rate-limit\":\"%s\",", ccd_limit_name(route->limit));
  if (route->weight.member != NULL)
    cc_str_printf(out,
                  "\"x-rate-limit-weight\":{\"%s\":%d},",
                  route->weight.member,
                  route->weight.requests);
}

static void
write_operation(const ccd_route *route, cc_str *out)
{
  const cc_op *op = route->op;
  cc_str_add(out, "{");
  add_text(out, "operationId", op->id);
  cc_str_add(out, ",\"tags\":[");
  cc_str_add_json(out, op->tag, strlen(op->tag));
  cc_str_add(out, "],");
  add_text(out, "summary", op->summary);
  cc_str_add_char(out, ',');
  if (op->doc != NULL) {
    add_text(out, "description", op->doc);
    cc_str_add_char(out, ',');
  }
  cc_str_printf(out, "\"x-right\":\"%s\",", cc_right_get(route->right)->name);
  if (route->no_second_factor)
    cc_str_add(out, "\"x-before-second-factor\":true,");
  write_limit(route, out);
  write_objects(route, out);
  write_security(route, out);
  write_all_parameters(route, out);
  if (op->body != NULL)
    cc_str_printf(out,
                  "\"requestBody\":{\"required\":true,\"content\":{\"application/"
                  "json\":{\"schema\":"
                  "{\"$ref\":\"#/components/schemas/%s%s\"}}}},",
                  op->body->name,
                  op->method == CC_PATCH ? "Patch" : "Body");
  if (op->body_media != NULL) {
    cc_str_add(out, "\"requestBody\":{\"required\":true");
    write_media(op->body_media, out);
    cc_str_add(out, "},");
  }
  write_responses(route, out);
  cc_str_add_char(out, '}');
}

/* Operations of one path stand together; the first of each path writes all of them. */
static bool
path_seen(const cc_op *const *op)
{
  for (const cc_op *const *before = cc_ops; before != op; before++) {
    if (strcmp((*before)->path, (*op)->path) == 0)
      return true;
  }
  return false;
}

static void
write_paths(const ccd_route *const *tables, cc_str *out)
{
  cc_str_add(out, "\"paths\":{");
  for (const cc_op *const *op = cc_ops; *op != NULL; op++) {
    if (path_seen(op))
      continue;
    cc_str_add(out, op == cc_ops ? "" : ",");
    cc_str_add_json(out, (*op)->path, strlen((*op)->path));
    cc_str_add(out, ":{");
    bool first = true;
    for (const cc_op *const *same = op; *same != NULL; same++) {
      if (strcmp((*same)->path, (*op)->path) != 0)
        continue;
      static const char *const lower[] = {"", "get", "post", "put", "patch", "delete"};
      cc_str_printf(out, "%s\"%s\":", first ? "" : ",", lower[(*same)->method]);
      first = false;
      const ccd_route *route = route_of(tables, *same);
      assert(route != NULL); /* ccd_routes_check said so */
      write_operation(route, out);
    }
    cc_str_add_char(out, '}');
  }
  cc_str_add(out, "},");
}

typedef struct schema_use {
  const cc_type *type;
  cc_schema_use use;
} schema_use;

static bool
schema_seen(const schema_use *seen, size_t n, const cc_type *type, cc_schema_use use)
{
  for (size_t i = 0; i < n; i++) {
    if (seen[i].type == type && seen[i].use == use)
      return true;
  }
  return false;
}

#define SCHEMAS_MAX 512

static void
write_schema(schema_use *seen, size_t *n, const cc_type *type, cc_schema_use use, cc_str *out)
{
  if (type == NULL || *n == SCHEMAS_MAX || schema_seen(seen, *n, type, use))
    return;
  static const char *const suffix[] = {"", "Body", "Patch"};
  cc_str_printf(out, "%s\"%s%s\":", *n == 0 ? "" : ",", type->name, suffix[use]);
  seen[(*n)++] = (schema_use){type, use};
  cc_schema(type, use, out);
}

static void
write_components(cc_str *out)
{
  schema_use seen[SCHEMAS_MAX];
  size_t n = 0;
  cc_str_add(out, "\"components\":{\"schemas\":{");
  write_schema(seen, &n, &cc_problem_type, CC_SCHEMA_REPLY, out);
  for (const cc_op *const *op = cc_ops; *op != NULL; op++) {
    write_schema(seen, &n, (*op)->reply, CC_SCHEMA_REPLY, out);
    for (size_t i = 0; (*op)->lines != NULL && (*op)->lines[i] != NULL; i++)
      write_schema(seen, &n, (*op)->lines[i], CC_SCHEMA_REPLY, out);
    write_schema(seen,
                 &n,
                 (*op)->body,
                 (*op)->method == CC_PATCH ? CC_SCHEMA_PATCH : CC_SCHEMA_CREATE,
                 out);
  }
  cc_str_add(out,
             "},\"securitySchemes\":{"
             "\"session\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"A session of "
             "a person: ccs_…, from signIn.\"},"
             "\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-cc\","
             "\"description\":\"A session of a browser. Writes need this site's Origin.\"},"
             "\"token\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"An API token of "
             "an organization: cct_…, with its scopes.\"},"
             "\"device\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"A paired "
             "device: ccd_…, with its profile.\"}}}");
}

void
ccd_openapi_write(const ccd_route *const *tables, cc_str *out)
{
  cc_str_add(out,
             "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Campaign Center "
             "API\",\"version\":\"1\",\"description\":"
             "\"JSON over HTTP. Times are RFC 3339 in UTC, money is in minor units, ids are "
             "numbers. Errors are "
             "problem documents (RFC 9457). Lists are pages with limit and cursor. See "
             "docs/api.md.\"},");
  write_paths(tables, out);
  write_components(out);
  cc_str_add_char(out, '}');
}
