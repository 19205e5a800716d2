/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-reply.h"

#include <assert.h>
#include <string.h>

#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-credential.h"
#include "server/engine/ccd-cursor.h"
#include "server/engine/ccd-exchange.h"
#include "server/engine/ccd-listener-head.h"
#include "server/engine/ccd-reply-file.h"
#include "server/engine/ccd-response.h"

#define LOCATION_MAX 1024

/* Makes the reply of a success: the body that the actor may see, ETag, links, headers. */

/* Index of the first field that has @flag and that the actor may see; -1: none. */
static int
flagged_field(const ccd_exchange *exchange, const cc_type *type, uint16_t flag)
{
  for (size_t i = 0; type != NULL && i < type->n_fields; i++) {
    if ((type->fields[i].flags & flag) && type->fields[i].view <= exchange->actor.view)
      return (int) i;
  }
  return -1;
}

/* Set the ETag from version and revision; each may be NULL, because a type may have neither. */
static void
set_etag(ccd_exchange *exchange, const char *version, const char *revision)
{
  if (version == NULL)
    return;
  cc_arena *arena = exchange->call.arena;
  exchange->etag = revision == NULL ? cc_arena_printf(arena, "\"%s\"", version)
                                    : cc_arena_printf(arena, "\"%s.%s\"", version, revision);
}

static const char *
cell_text(const cc_row_map *map, const cc_cell *cells, int field)
{
  return field >= 0 && map->column[field] >= 0 ? cells[map->column[field]].text : NULL;
}

static const char *
member_text(ccd_exchange *exchange, const cc_type *type, int field)
{
  return field < 0
           ? NULL
           : cc_field_text(&type->fields[field], exchange->call.reply, exchange->call.arena);
}

/* Index of the field whose name is given by @length characters, or -1. */
static int
named_field(const cc_type *type, const char *name, size_t length)
{
  for (size_t i = 0; type != NULL && i < type->n_fields; i++) {
    if (type->fields[i].name_length == length && memcmp(type->fields[i].name, name, length) == 0)
      return (int) i;
  }
  return -1;
}

/* Set the header Location from op->location. Its last parameter is the id of the reply, the
 * others come from the request. */
static cc_status
set_location(ccd_exchange *exchange, const char *id, cc_error *reterr)
{
  const cc_op *op = exchange->call.route->op;
  cc_arena *arena = exchange->call.arena;
  cc_str path = CC_STR_INIT(LOCATION_MAX);
  for (const char *at = op->location->path; *at != '\0';) {
    size_t literal = strcspn(at, "{");
    cc_str_add_n(&path, at, literal);
    at += literal;
    if (*at == '\0')
      break;
    size_t length = strcspn(at + 1, "}");
    bool last = strchr(at + 1, '{') == NULL;
    int field = last ? -1 : named_field(op->params, at + 1, length);
    const char *text =
      field < 0 ? id : cc_field_text(&op->params->fields[field], exchange->call.params, arena);
    cc_str_add(&path, text == NULL ? "" : text);
    at += length + 2;
  }
  exchange->location = path.failed ? NULL : cc_arena_strdup(arena, path.text);
  cc_str_done(&path);
  return exchange->location != NULL ? CC_OK
                                    : cc_fail(reterr, CC_ERR_NO_MEMORY, "memory", "Out of memory");
}

/* Was the request refused by the statement's row? A statement can refuse without an exception,
 * so that its writes are kept: its last two columns are refused_code and refused_message. */
static cc_status
row_refusal(const ccd_rows *rows, cc_error *reterr)
{
  int last = ccd_rows_columns(rows) - 1;
  if (last < 1 || strcmp(ccd_rows_column_name(rows, last), "refused_message") != 0 ||
      ccd_rows_text(rows, 0, last - 1) == NULL)
    return CC_OK;
  return cc_fail(reterr,
                 CC_ERR_CONFLICT,
                 ccd_rows_text(rows, 0, last - 1),
                 "%s",
                 ccd_rows_text(rows, 0, last));
}

/* Make a cursor from the last row's order columns. */
static cc_status
make_cursor(ccd_exchange *exchange, const ccd_rows *rows, int last, cc_error *reterr)
{
  const char *parts[CCD_KEYSET_MAX];
  size_t n = 0;
  for (; n < CCD_KEYSET_MAX && exchange->call.route->keyset[n] != NULL; n++) {
    parts[n] = ccd_rows_get(rows, last, exchange->call.route->keyset[n]);
    if (parts[n] == NULL)
      return cc_fail(reterr,
                     CC_ERR_INTERNAL,
                     "keyset",
                     "A row has no %s",
                     exchange->call.route->keyset[n]);
  }
  const char *scope = cc_arena_printf(exchange->call.arena,
                                      "%s|%lld",
                                      exchange->call.route->op->id,
                                      (long long) exchange->context.organization_id);
  exchange->next_cursor =
    scope == NULL ? NULL
                  : ccd_cursor_make(&exchange->server->keys, exchange->call.arena, scope, parts, n);
  return exchange->next_cursor != NULL ? CC_OK : cc_fail_memory(reterr);
}

/* Is the last row only the mark of a bounded scan's end, and not part of the page? */
static bool
ends_scan(const ccd_rows *rows)
{
  int last = ccd_rows_columns(rows) - 1;
  int n = ccd_rows_n(rows);
  return n > 0 && strcmp(ccd_rows_column_name(rows, last), "scan_end") == 0 &&
         ccd_rows_bool(rows, n - 1, "scan_end");
}

static cc_status
encode_list(ccd_exchange *exchange,
            const ccd_rows *rows,
            const cc_row_map *map,
            cc_cell *cells,
            cc_error *reterr)
{
  cc_str *out = &exchange->out;
  int n = ccd_rows_n(rows);
  bool scanned = ends_scan(rows);
  bool more = scanned || (exchange->page_limit > 0 && n > exchange->page_limit);
  int last = n - 1; /* the row after which the next page begins */
  if (scanned) {
    n--;
  } else if (more) {
    n = (int) exchange->page_limit;
    last = n - 1;
  }
  cc_str_add(out, "{\"data\":[");
  for (int row = 0; row < n; row++) {
    if (row > 0)
      cc_str_add_char(out, ',');
    ccd_rows_cells(rows, row, cells);
    cc_encode_row(map, cells, exchange->actor.view, out);
    if (row == 0) /* the other rows are about as long, so reserve their length at once */
      cc_str_hint(out, out->length * (size_t) n);
  }
  cc_str_add(out, "],\"next_cursor\":");
  if (more) {
    cc_status status = make_cursor(exchange, rows, last, reterr);
    if (status != CC_OK)
      return status;
    assert(exchange->next_cursor != NULL);
    cc_str_add_json(out, exchange->next_cursor, strlen(exchange->next_cursor));
  } else {
    cc_str_add(out, "null");
  }
  cc_str_add_char(out, '}');
  return CC_OK;
}

static cc_status
encode_rows(ccd_exchange *exchange, const ccd_rows *rows, cc_error *reterr)
{
  const cc_op *op = exchange->call.route->op;
  if (op->shape != CC_REPLY_LIST && ccd_rows_n(rows) == 0)
    return cc_fail_absent(reterr);
  if (op->reply == NULL)
    return CC_OK;
  cc_row_map found;
  const cc_row_map *map =
    exchange->call.route->query == NULL
      ? NULL
      : ccd_query_map(exchange->server->db, exchange->call.route->query, op->reply);
  if (map == NULL) {
    ccd_rows_map(rows, op->reply, &found);
    map = &found;
  }
  cc_cell *cells =
    cc_arena_alloc(exchange->call.arena, sizeof(*cells) * (size_t) ccd_rows_columns(rows));
  if (cells == NULL)
    return cc_fail_memory(reterr);
  if (op->shape == CC_REPLY_LIST)
    return encode_list(exchange, rows, map, cells, reterr);
  cc_status status = row_refusal(rows, reterr);
  if (status != CC_OK)
    return status;
  ccd_rows_cells(rows, 0, cells);
  set_etag(exchange,
           cell_text(map, cells, flagged_field(exchange, op->reply, CC_VERSION)),
           cell_text(map, cells, flagged_field(exchange, op->reply, CC_REVISION)));
  cc_encode_row(map, cells, exchange->actor.view, &exchange->out);
  return op->location == NULL
           ? CC_OK
           : set_location(exchange, cell_text(map, cells, cc_type_find(op->reply, "id")), reterr);
}

cc_status
ccd_reply_encode(ccd_exchange *exchange, cc_error *reterr)
{
  ccd_call *call = &exchange->call;
  const cc_type *type = call->route->op->reply;
  if (exchange->socket != NULL)
    return CC_OK;
  if (call->route->op->shape == CC_REPLY_FILE)
    return ccd_reply_file_check(exchange, reterr);
  cc_status status = CC_OK;
  if (call->rows != NULL) {
    status = encode_rows(exchange, call->rows, reterr);
  } else if (type != NULL) {
    if (call->reply == NULL)
      return cc_fail(reterr, CC_ERR_INTERNAL, "reply", "%s left no reply", call->route->op->id);
    set_etag(exchange,
             member_text(exchange, type, flagged_field(exchange, type, CC_VERSION)),
             member_text(exchange, type, flagged_field(exchange, type, CC_REVISION)));
    cc_encode(type, call->reply, exchange->actor.view, &exchange->out);
    if (call->route->op->location != NULL)
      status =
        set_location(exchange, member_text(exchange, type, cc_type_find(type, "id")), reterr);
  }
  if (status == CC_OK && exchange->out.failed)
    status =
      cc_fail(reterr, CC_ERR_INTERNAL, "reply_size", "The reply is larger than the server allows");
  return status;
}

/* <URL with the next cursor>; rel="next": an absolute URL, for clients that do not resolve
 * relative ones */
static const char *
next_link(ccd_exchange *exchange)
{
  cc_str link = CC_STR_INIT(8192);
  cc_str_add_char(&link, '<');
  const char *base = exchange->server->config.public_url;
  size_t length = strlen(base);
  cc_str_add_n(&link, base, length - (length > 0 && base[length - 1] == '/'));
  cc_str_add(&link, exchange->request->path);
  cc_str_add_char(&link, '?');
  for (const char *at = exchange->request->query; at != NULL && *at != '\0';) {
    size_t pair = strcspn(at, "&");
    if (strncmp(at, "cursor=", 7) != 0) {
      cc_str_add_n(&link, at, pair);
      cc_str_add_char(&link, '&');
    }
    at += pair + (at[pair] == '&');
  }
  cc_str_add(&link, "cursor=");
  cc_str_add(&link, exchange->next_cursor);
  cc_str_add(&link, ">; rel=\"next\"");
  const char *text = link.failed ? NULL : cc_arena_strdup(exchange->call.arena, link.text);
  cc_str_done(&link);
  return text;
}

/* A browser may store the reply only when it has an ETag for revalidation. */
static const char *
cache_control(const ccd_exchange *exchange)
{
  const ccd_route *route = exchange->call.route;
  if (exchange->etag == NULL)
    return "no-store";
  if (exchange->actor.kind == CCD_ACTOR_ANONYMOUS && route->tx != CCD_WRITE)
    return "no-cache";
  return route->op->shape == CC_REPLY_FILE ? "private, no-cache" : "no-store";
}

void
ccd_reply_send(ccd_exchange *exchange)
{
  ccd_http_response *response = exchange->response;
  const ccd_call *call = &exchange->call;
  if (exchange->socket != NULL) {
    response->socket = exchange->socket;
    response->socket_data = exchange->socket_data;
    response->socket_note = exchange->socket_note;
    const char *protocols = ccd_http_header(exchange->request, "sec-websocket-protocol");
    if (ccd_credential_in_protocols(protocols, call->arena) != NULL)
      ccd_response_header(response, "Sec-WebSocket-Protocol", CCD_SOCKET_PROTOCOL);
    ccd_response_common(exchange);
    return;
  }
  if (response->status == 0)
    response->status = ccd_response_not_modified(exchange) ? 304 : cc_op_success(call->route->op);
  if (call->file != NULL) {
    ccd_reply_file_send(exchange);
  } else if (response->status != 304 && exchange->out.length > 0) {
    response->body = cc_str_take(&exchange->out, &response->body_length);
    ccd_response_header(response,
                        "Content-Type",
                        exchange->content_type == NULL ? "application/json; charset=utf-8"
                                                       : exchange->content_type);
  }
  ccd_response_header(response, "Cache-Control", cache_control(exchange));
  ccd_response_header(response, "ETag", exchange->etag);
  ccd_response_header(response, "Location", exchange->location);
  ccd_response_header(response, "Set-Cookie", call->set_cookie);
  if (exchange->next_cursor != NULL)
    ccd_response_header(response, "Link", next_link(exchange));
  if (exchange->replayed)
    ccd_response_header(response, "Idempotent-Replayed", "true");
  ccd_response_common(exchange);
}
