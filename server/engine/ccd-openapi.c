/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-openapi.h"

#include <assert.h>
#include <string.h>

#include "common/api/cc-problem.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-exchange.h"
#include "server/engine/ccd-openapi-replies.h"
#include "server/engine/ccd-problem.h"

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
  cc_str_printf(out,
                ",\"schema\":{\"type\":\"string\"%s}}",
                strcmp(name, "Idempotency-Key") == 0 ? ",\"minLength\":1,\"maxLength\":255" : "");
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
  if (ccd_openapi_if_none_match(op))
    write_header_parameter("If-None-Match",
                           "An ETag: 304 when nothing has changed since.",
                           &first,
                           out);
  if (ccd_openapi_range(op)) {
    write_header_parameter("Range",
                           "bytes=FROM-TO, bytes=FROM- or bytes=-LAST: that part only, with 206.",
                           &first,
                           out);
    write_header_parameter("If-Range",
                           "An ETag: the part when it still is that file, else all of it.",
                           &first,
                           out);
  }
  if (ccd_openapi_if_match(route))
    write_header_parameter("If-Match",
                           "An ETag: 412 when the object has changed meanwhile.",
                           &first,
                           out);
  cc_str_add(out, "],");
}

/* Write the kinds of credentials that can have the right of the route. */
static void
write_security(const ccd_route *route, cc_str *out)
{
  cc_str_add(out, "\"security\":[");
  if (route->right != CC_RIGHT_PUBLIC)
    cc_str_add(out, "{\"session\":[]},{\"cookie\":[]}");
  if (route->right == CC_RIGHT_MEMBER || cc_right_is_given(route->right))
    cc_str_add(out, ",{\"token\":[]}");
  if (route->right != CC_RIGHT_PUBLIC && cc_right_get(route->right)->device)
    cc_str_add(out, ",{\"device\":[]}");
  cc_str_add(out, "],");
}

/* The operation's own text, and sentences derived from its route. */
static void
write_description(const ccd_route *route, cc_str *out)
{
  const cc_op *op = route->op;
  cc_str text = CC_STR_INIT(8192);
  if (op->doc != NULL)
    cc_str_printf(&text, "%s ", op->doc);
  if (route->right == CC_RIGHT_PUBLIC)
    cc_str_add(&text, "Needs no credential.");
  else
    cc_str_printf(&text,
                  "Needs the right `%s`: %s",
                  cc_right_name(route->right),
                  cc_right_get(route->right)->doc);
  if (op->shape == CC_REPLY_LIST)
    cc_str_add(&text,
               " Answers a page: ask again with `cursor`, and the same filters, until "
               "`next_cursor` is null.");
  if (op->method == CC_PATCH)
    cc_str_add(&text, " A merge-patch (RFC 7396): what is left out stays, null empties.");
  if (op->method == CC_POST && op->body == NULL && op->body_media == NULL)
    cc_str_add(&text, " Takes no body, or an empty object.");
  add_text(out, "description", text.failed ? op->summary : text.text);
  cc_str_add_char(out, ',');
  cc_str_done(&text);
}

/* A sentence about the objects to which the route's scope restricts the ids. */
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
write_body(const cc_op *op, cc_str *out)
{
  bool patch = op->method == CC_PATCH;
  cc_schema_use use = patch ? CC_SCHEMA_PATCH : CC_SCHEMA_CREATE;
  cc_str_add(out,
             "\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":");
  cc_schema_ref(op->body, use, out);
  cc_str_add_char(out, '}');
  if (patch) {
    cc_str_add(out, ",\"application/merge-patch+json\":{\"schema\":");
    cc_schema_ref(op->body, use, out);
    cc_str_add_char(out, '}');
  }
  cc_str_add(out, "}},");
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
  write_description(route, out);
  cc_str_printf(out, "\"x-right\":\"%s\",", cc_right_name(route->right));
  if (route->no_second_factor)
    cc_str_add(out, "\"x-before-second-factor\":true,");
  write_limit(route, out);
  write_objects(route, out);
  write_security(route, out);
  write_all_parameters(route, out);
  if (op->body != NULL)
    write_body(op, out);
  if (op->body_media != NULL) {
    cc_str_add(out, "\"requestBody\":{\"required\":true");
    ccd_openapi_media(op->body_media, out);
    cc_str_add(out, "},");
  }
  ccd_openapi_responses(route, out);
  cc_str_add_char(out, '}');
}

/* Was the path written already? Operations with the same path are written together, at the first
 * of them. */
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
      assert(route != NULL); /* guaranteed by ccd_routes_check */
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

/* Write the schema of a type and of the types inside it. */
static void
write_schema(schema_use *seen, size_t *n, const cc_type *type, cc_schema_use use, cc_str *out)
{
  if (type == NULL || schema_seen(seen, *n, type, use))
    return;
  assert(*n < SCHEMAS_MAX);
  cc_str_add(out, *n == 0 ? "\"" : ",\"");
  cc_schema_name(type, use, out);
  cc_str_add(out, "\":");
  seen[(*n)++] = (schema_use){type, use};
  cc_schema(type, use, out);
  for (size_t i = 0; i < type->n_fields; i++) {
    unsigned unseen = use == CC_SCHEMA_REPLY ? CC_WRITE_ONLY : CC_READ_ONLY;
    if (!(type->fields[i].flags & unseen))
      write_schema(seen, n, type->fields[i].type, cc_schema_part(use), out);
  }
}

static void
write_components(const ccd_route *const *tables, cc_str *out)
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
  cc_str_add(out, "},");
  ccd_openapi_errors(tables, out);
  cc_str_add_char(out, ',');
  ccd_openapi_headers(out);
  cc_str_add(out,
             ",\"securitySchemes\":{"
             "\"session\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"A session of "
             "a person: ccs_…, from signIn.\"},"
             "\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-cc\","
             "\"description\":\"A session of a browser. Writes need this site's Origin.\"},"
             "\"token\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"An API token of "
             "an organization: cct_…, with its scopes.\"},"
             "\"device\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"A paired "
             "device: ccd_…, with its profile.\"}}}");
}

typedef struct tag_row {
  const char *name, *doc;
} tag_row;

static const tag_row tags[] = {
  {"Accounts", "People: registration, sign-in, second factor, the own account and its sessions."},
  {"Attendees", "Who comes to an event, the waiting list and the check-in."},
  {"Consent", "What people agreed to be contacted by, and what they refused."},
  {"Contacts", "Attempts to reach a voter, and their results."},
  {"Devices", "Shared phones and tablets, paired by a code."},
  {"Events", "Events of the organization."},
  {"Field", "Field work without a network: packs and uploads."},
  {"Follow-ups", "What was promised to voters at the door or on the phone."},
  {"Imports", "Voter files: sources, profiles of their columns, imports and undoing them."},
  {"Invitations", "Inviting people into an organization."},
  {"Maps", "The background of maps."},
  {"Members", "People of an organization, their roles and rights."},
  {"Organizations", "Organizations, and which one a session works in."},
  {"Phone banks", "Lists of voters to call, their callers and calls."},
  {"Places", "Buildings, addresses and doors."},
  {"Platform", "The change feed, the audit log, health and this document."},
  {"Public", "What everybody may read of published events."},
  {"Results", "Answers and outcomes, counted."},
  {"Scripts", "Questions of canvassers and callers, in versions."},
  {"Text campaigns", "Texts that people send to voters one by one, and conversations."},
  {"Tokens", "API tokens of an organization."},
  {"Turf", "Areas of doors, cut and handed out to canvassers."},
  {"Voter duplicates", "Records of one person: found, merged and separated again."},
  {"Voter lists", "Kept searches and fixed lists of voters, and exports."},
  {"Voters", "Voters, their tags and notes."},
};

static void
write_head(cc_str *out)
{
  cc_str_add(out,
             "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Campaign Center "
             "API\",\"version\":\"1\",\"license\":{\"name\":\"GPL-3.0-or-later\","
             "\"identifier\":\"GPL-3.0-or-later\"},\"description\":"
             "\"JSON over HTTP. Times are RFC 3339 in UTC, money is in minor units, ids are "
             "numbers. Errors are "
             "problem documents (RFC 9457). Lists are pages with limit and cursor. See "
             "docs/integrating.md.\"},\"servers\":[{\"url\":\"/\",\"description\":\"The server "
             "that "
             "this document comes from.\"}],\"tags\":[");
  for (size_t i = 0; i < CC_N(tags); i++) {
    cc_str_add(out, i == 0 ? "{" : ",{");
    add_text(out, "name", tags[i].name);
    cc_str_add_char(out, ',');
    add_text(out, "description", tags[i].doc);
    cc_str_add_char(out, '}');
  }
  cc_str_add(out, "],");
}

void
ccd_openapi_write(const ccd_route *const *tables, cc_str *out)
{
  write_head(out);
  write_paths(tables, out);
  write_components(tables, out);
  cc_str_add_char(out, '}');
}
