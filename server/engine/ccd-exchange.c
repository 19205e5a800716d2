/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-exchange.h"

#include <string.h>

#include "server/engine/ccd-arg-text.h"

/* Where the parameters of a named query come from. */

/* The call's own names, which nothing that a client sends can replace. user_id is apart: a path may
 * name another person. */
typedef enum own_name {
  OWN_NONE = 0,
  OWN_ORGANIZATION_ID,
  OWN_SESSION_ID,
  OWN_REQUEST_ID,
  OWN_ADDRESS,
  OWN_ACTOR,
  OWN_BODY,
  OWN_LIMIT,
  OWN_CURSOR_1,
  OWN_CURSOR_2,
  OWN_IF_MATCH,
  OWN_MY_USER_ID,
  OWN_MY_RIGHTS,
  OWN_USER_ID,
} own_name;

static const char *const own_names[] = {
  [OWN_ORGANIZATION_ID] = "organization_id",
  [OWN_SESSION_ID] = "session_id",
  [OWN_REQUEST_ID] = "request_id",
  [OWN_ADDRESS] = "address",
  [OWN_ACTOR] = "actor",
  [OWN_BODY] = "body",
  [OWN_LIMIT] = "limit",
  [OWN_CURSOR_1] = "cursor_1",
  [OWN_CURSOR_2] = "cursor_2",
  [OWN_IF_MATCH] = "if_match",
  [OWN_MY_USER_ID] = "my_user_id",
  [OWN_MY_RIGHTS] = "my_rights",
  [OWN_USER_ID] = "user_id",
};

static own_name
own_find(const char *name)
{
  for (size_t i = 1; i < CC_N(own_names); i++) {
    if (strcmp(own_names[i], name) == 0)
      return (own_name) i;
  }
  return OWN_NONE;
}

/* The names of the actor's rights as a JSON array, for `:my_rights::jsonb ? 'manage_voters'`: where
 * a right decides what is shown and not whether. */
static const char *
rights_text(cc_arena *arena, uint64_t rights)
{
  const char *text = "[";
  for (int right = CC_RIGHT_PUBLIC; text != NULL && right < _CC_RIGHT_MAX; right++) {
    if (rights & CC_RIGHT_BIT(right))
      text = cc_arena_printf(arena,
                             "%s%s\"%s\"",
                             text,
                             text[1] == '\0' ? "" : ",",
                             cc_right_get((cc_right) right)->name);
  }
  return text == NULL ? NULL : cc_arena_printf(arena, "%s]", text);
}

static const char *
own_value(ccd_exchange *exchange, own_name name)
{
  cc_arena *arena = exchange->call.arena;
  switch (name) {
  case OWN_ORGANIZATION_ID:
    return ccd_text_id(arena, exchange->context.organization_id);
  case OWN_SESSION_ID:
    return ccd_text_id(arena, exchange->actor.session_id);
  case OWN_REQUEST_ID:
    return exchange->call.request_id;
  case OWN_ADDRESS:
    return exchange->call.address;
  case OWN_ACTOR:
    return exchange->context.actor;
  case OWN_BODY:
    return exchange->body_text;
  case OWN_LIMIT:
    return ccd_text_int64(arena, exchange->page_limit + 1);
  case OWN_CURSOR_1:
    return exchange->cursor[0];
  case OWN_CURSOR_2:
    return exchange->cursor[1];
  case OWN_IF_MATCH:
    return exchange->if_match;
  case OWN_MY_RIGHTS:
    return rights_text(arena, exchange->actor.rights);
  case OWN_MY_USER_ID:
  case OWN_USER_ID:
    return ccd_text_id(arena, exchange->context.user_id);
  case OWN_NONE:
  default:
    return NULL;
  }
}

/* Index of a field that a client may give, or -1: read-only ones are the server's. */
static int
given_field(const cc_type *type, const char *name)
{
  int index = type == NULL ? -1 : cc_type_find(type, name);
  return index >= 0 && (type->fields[index].flags & CC_READ_ONLY) ? -1 : index;
}

/* A field that is absent, and has no fallback, is SQL NULL: zero must stay apart from "not said".
 */
static const char *
given_value(ccd_exchange *exchange,
            const cc_type *type,
            const void *object,
            const cc_present *present,
            int index)
{
  const cc_field *field = &type->fields[index];
  if (!cc_present_has(present, (size_t) index) && field->fallback == NULL)
    return NULL;
  return cc_field_text(field, object, exchange->call.arena);
}

/* NULL is a value too; false: nobody has this name. */
static bool
find_arg(ccd_exchange *exchange, const char *name, const ccd_arg *extra, const char **ret)
{
  for (; extra != NULL && extra->name != NULL; extra++) {
    if (strcmp(extra->name, name) == 0) {
      *ret = extra->text;
      return true;
    }
  }
  own_name own = own_find(name);
  if (own != OWN_NONE && own != OWN_USER_ID) {
    *ret = own_value(exchange, own);
    return true;
  }
  const cc_op *op = exchange->call.route->op;
  int index = given_field(op->params, name);
  if (index >= 0) {
    *ret = cc_field_text(&op->params->fields[index], exchange->call.params, exchange->call.arena);
    return true;
  }
  index = given_field(op->query, name);
  if (index >= 0) {
    *ret =
      given_value(exchange, op->query, exchange->call.query, &exchange->call.query_present, index);
    return true;
  }
  index = given_field(op->body, name);
  if (index >= 0) {
    *ret =
      given_value(exchange, op->body, exchange->call.body, &exchange->call.body_present, index);
    return true;
  }
  if (own == OWN_USER_ID)
    *ret = own_value(exchange, own);
  return own == OWN_USER_ID;
}

bool
ccd_exchange_knows(const ccd_route *route, const char *name)
{
  const cc_op *op = route->op;
  return own_find(name) != OWN_NONE || given_field(op->params, name) >= 0 ||
         given_field(op->query, name) >= 0 || given_field(op->body, name) >= 0;
}

bool
ccd_exchange_takes_key(const ccd_route *route)
{
  return route->tx == CCD_WRITE && !route->secret_reply && route->op->shape != CC_REPLY_FILE &&
         route->op->body_media == NULL && given_field(route->op->body, "client_id") < 0;
}

cc_status
ccd_exchange_args(ccd_exchange *exchange,
                  const ccd_query *query,
                  const ccd_arg *extra,
                  const char **ret,
                  cc_error *reterr)
{
  for (int i = 0; i < query->n_params; i++) {
    if (!find_arg(exchange, query->params[i], extra, &ret[i]))
      return cc_fail(reterr,
                     CC_ERR_INTERNAL,
                     "parameter",
                     "%s: nothing has the name :%s",
                     query->name,
                     query->params[i]);
  }
  return CC_OK;
}

cc_status
ccd_exchange_conn(ccd_exchange *exchange, cc_error *reterr)
{
  return exchange->conn != NULL ? CC_OK
                                : ccd_db_borrow(exchange->server->db, &exchange->conn, reterr);
}
