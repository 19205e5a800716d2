/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-intake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/api/cc-page.h"
#include "server/engine/ccd-cursor.h"
#include "server/engine/ccd-entity-tag.h"
#include "server/engine/ccd-listener-head.h"

#define QUERY_PAIRS_MAX 32
#define IDEMPOTENCY_KEY_MAX 255
#define BODY_TEXT_MAX (1024u * 1024)

/* Decode the path parameters. A parameter of the wrong form cannot name an existing object, so
 * it is answered with 404. */
static cc_status
take_params(ccd_exchange *exchange, cc_error *reterr)
{
  ccd_call *call = &exchange->call;
  const cc_type *type = call->route->op->params;
  if (type == NULL)
    return CC_OK;
  void *params = NULL;
  cc_status status = cc_decode_pairs(type,
                                     exchange->match.params,
                                     exchange->match.n_params,
                                     call->arena,
                                     &params,
                                     NULL,
                                     &call->errors);
  call->params = params;
  if (status != CC_ERR_INVALID)
    return status;
  call->errors.n = 0;
  return cc_fail_absent(reterr);
}

static cc_status
split_query(ccd_exchange *exchange, cc_pair *pairs, size_t *ret_n, cc_error *reterr)
{
  cc_arena *arena = exchange->call.arena;
  size_t n = 0;
  for (const char *at = exchange->request->query; at != NULL && *at != '\0';) {
    size_t length = strcspn(at, "&");
    size_t name = strcspn(at, "=&");
    if (length > 0) {
      if (n == QUERY_PAIRS_MAX)
        return cc_fail(reterr,
                       CC_ERR_MALFORMED,
                       "query_too_many",
                       "The query string has too many parameters");
      size_t named = 0;
      size_t skip = name < length ? name + 1 : length;
      pairs[n].name = ccd_percent_decode(arena, at, name, /* plus_is_space= */ true, &named);
      pairs[n].text = ccd_percent_decode(arena,
                                         at + skip,
                                         length - skip,
                                         /* plus_is_space= */ true,
                                         &pairs[n].length);
      if (pairs[n].name == NULL || pairs[n].text == NULL || strlen(pairs[n].name) != named)
        return cc_fail(reterr,
                       CC_ERR_MALFORMED,
                       "query_escape",
                       "The query string has a broken %%-escape");
      n++;
    }
    at += length + (at[length] == '&');
  }
  *ret_n = n;
  return CC_OK;
}

static cc_status
take_query(ccd_exchange *exchange, cc_error *reterr)
{
  ccd_call *call = &exchange->call;
  const cc_type *type = call->route->op->query;
  cc_pair pairs[QUERY_PAIRS_MAX] = {0};
  size_t n = 0;
  cc_status status = split_query(exchange, pairs, &n, reterr);
  if (status != CC_OK)
    return status;
  if (type == NULL && n == 0)
    return CC_OK;
  static const cc_type nothing = {.name = "Nothing", .size = 1};
  void *query = NULL;
  status = cc_decode_pairs(type == NULL ? &nothing : type,
                           pairs,
                           n,
                           call->arena,
                           &query,
                           &call->query_present,
                           &call->errors);
  call->query = query;
  return status;
}

/* Read limit and cursor of a list. */
static cc_status
take_page(ccd_exchange *exchange, cc_error *reterr)
{
  ccd_call *call = &exchange->call;
  const cc_op *op = call->route->op;
  if (op->shape != CC_REPLY_LIST)
    return CC_OK;
  int limit = cc_type_find(op->query, "limit");
  int cursor = cc_type_find(op->query, "cursor");
  const char *text =
    limit < 0 ? NULL : cc_field_text(&op->query->fields[limit], call->query, call->arena);
  exchange->page_limit = text == NULL ? 0 : strtoll(text, NULL, 10);
  if (exchange->page_limit <= 0)
    exchange->page_limit = CC_PAGE_LIMIT_DEFAULT;
  const char *given =
    cursor < 0 ? NULL : cc_field_text(&op->query->fields[cursor], call->query, call->arena);
  if (given == NULL || *given == '\0')
    return CC_OK;
  size_t n = 0;
  while (n < CCD_KEYSET_MAX && call->route->keyset[n] != NULL)
    n++;
  const char *scope =
    cc_arena_printf(call->arena, "%s|%" PRId64, op->id, exchange->context.organization_id);
  if (scope == NULL ||
      !ccd_cursor_read(&exchange->server->keys, call->arena, scope, given, exchange->cursor, n))
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "cursor",
                         "cursor",
                         "This cursor was not made by this list: begin again without it");
  return CC_OK;
}

static cc_status
take_body(ccd_exchange *exchange, cc_error *reterr)
{
  ccd_call *call = &exchange->call;
  const cc_op *op = call->route->op;
  if (op->body == NULL)
    return CC_OK;
  cc_mode mode = op->method == CC_PATCH ? CC_MODE_PATCH : CC_MODE_CREATE;
  void *body = NULL;
  cc_status status = cc_decode(op->body,
                               exchange->request->body,
                               exchange->request->body_length,
                               mode,
                               call->arena,
                               &body,
                               &call->body_present,
                               &call->errors);
  call->body = body;
  if (status != CC_OK)
    return status;
  cc_str text = CC_STR_INIT(BODY_TEXT_MAX);
  cc_encode_body(op->body, body, mode == CC_MODE_PATCH ? &call->body_present : NULL, &text);
  exchange->body_text = text.failed ? NULL : cc_arena_strndup(call->arena, text.text, text.length);
  cc_str_done(&text);
  return exchange->body_text != NULL
           ? CC_OK
           : cc_fail(reterr, CC_ERR_NO_MEMORY, "no_memory", "The body is too large to keep");
}

/* Return the version in an entity tag of this server, which is "3" or "3.17"; NULL for a tag of
 * another form, which never matches. */
static const char *
version_of(const ccd_entity_tag *tag, cc_arena *arena)
{
  size_t digits = strspn(tag->text + 1, "0123456789");
  const char *end = tag->text + 1 + digits;
  if (digits > 0 && *end == '.')
    end += 1 + strspn(end + 1, "0123456789");
  bool ours = digits > 0 && digits < 19 && end == tag->text + tag->length - 1 && !tag->weak;
  return ours ? cc_arena_strndup(arena, tag->text + 1, digits) : NULL;
}

/* Read If-Match: the versions that the client knows, without the revision after the dot. */
static cc_status
take_condition(ccd_exchange *exchange, cc_error *reterr)
{
  const char *list = ccd_http_header(exchange->request, "if-match");
  if (list == NULL || strcmp(list, "*") == 0 || exchange->method == CC_GET)
    return CC_OK;
  ccd_entity_tag tag;
  bool any = false;
  while (ccd_entity_tag_next(&list, &tag)) {
    any = true;
    const char *version = version_of(&tag, exchange->call.arena);
    if (version != NULL && exchange->n_if_match < CCD_IF_MATCH_MAX)
      exchange->if_match[exchange->n_if_match++] = version;
  }
  if (*list != '\0' || !any)
    return cc_fail_field(reterr,
                         CC_ERR_MALFORMED,
                         "if_match",
                         "If-Match",
                         "If-Match must hold entity tags in quotes, as ETag gave them: \"3\"");
  if (exchange->n_if_match == 0)
    exchange->if_match[exchange->n_if_match++] = "-1";
  return CC_OK;
}

static cc_status
take_idempotency_key(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_route *route = exchange->call.route;
  const char *key = ccd_http_header(exchange->request, "idempotency-key");
  if (key == NULL || !ccd_exchange_takes_key(route))
    return CC_OK;
  size_t length = strlen(key);
  if (length == 0 || length > IDEMPOTENCY_KEY_MAX)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "idempotency_key",
                         "Idempotency-Key",
                         "Idempotency-Key must have 1 to %d characters",
                         IDEMPOTENCY_KEY_MAX);
  exchange->idempotency_key = key;
  return CC_OK;
}

static void
fill_context(ccd_exchange *exchange)
{
  const ccd_route *route = exchange->call.route;
  const ccd_actor *actor = &exchange->actor;
  cc_arena *arena = exchange->call.arena;
  static const char *const names[] =
    {[CCD_ACTOR_PERSON] = "user", [CCD_ACTOR_TOKEN] = "token", [CCD_ACTOR_DEVICE] = "device"};
  exchange->context = (ccd_context){
    .tx = route->tx,
    .organization_id = actor->organization_id,
    .user_id = actor->user_id,
    .role = route->as_public ? CCD_PUBLIC_ROLE : NULL,
    .actor =
      actor->kind == CCD_ACTOR_ANONYMOUS
        ? "anonymous"
        : cc_arena_printf(arena,
                          "%s:%" PRId64,
                          names[actor->kind],
                          actor->kind == CCD_ACTOR_PERSON ? actor->user_id : actor->session_id),
    .action = route->audit,
    .request_id = exchange->call.request_id,
    .address = exchange->call.address,
  };
}

/* The decoded names are compared, so that the weight does not depend on how a client encodes a
 * name. */
int64_t
ccd_intake_weight(const ccd_exchange *exchange)
{
  const ccd_weight *weight = &exchange->call.route->weight;
  const char *at = weight->member == NULL ? NULL : exchange->request->query;
  while (at != NULL && *at != '\0') {
    size_t length = 0;
    const char *name = ccd_percent_decode(exchange->call.arena,
                                          at,
                                          strcspn(at, "=&"),
                                          /* plus_is_space= */ true,
                                          &length);
    if (name != NULL && strcmp(name, weight->member) == 0)
      return weight->requests;
    at += strcspn(at, "&");
    at += *at == '&';
  }
  return 1;
}

cc_status
ccd_intake(ccd_exchange *exchange, cc_error *reterr)
{
  fill_context(exchange);
  cc_status status = take_params(exchange, reterr);
  if (status == CC_OK)
    status = take_query(exchange, reterr);
  if (status == CC_OK)
    status = take_page(exchange, reterr);
  if (status == CC_OK)
    status = take_body(exchange, reterr);
  if (status == CC_OK)
    status = take_idempotency_key(exchange, reterr);
  return status == CC_OK ? take_condition(exchange, reterr) : status;
}
