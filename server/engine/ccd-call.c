/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-call.h"

#include <inttypes.h>
#include <string.h>

#include "ccd-queries.h"
#include "common/base/cc-time.h"
#include "server/engine/ccd-exchange.h"

#define PARAMS_MAX 64

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

const char *
ccd_text_int64(cc_arena *arena, int64_t value)
{
  return cc_arena_printf(arena, "%" PRId64, value);
}

const char *
ccd_text_time(cc_arena *arena, cc_time value)
{
  char text[CC_TIME_TEXT_MAX];
  cc_time_format(value, text);
  return cc_arena_strdup(arena, text);
}

static const char *
id_or_null(cc_arena *arena, int64_t id)
{
  return id == 0 ? NULL : ccd_text_int64(arena, id);
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
                             ccd_right_get((cc_right) right)->name);
  }
  return text == NULL ? NULL : cc_arena_printf(arena, "%s]", text);
}

static const char *
own_value(ccd_exchange *exchange, own_name name)
{
  cc_arena *arena = exchange->call.arena;
  switch (name) {
  case OWN_ORGANIZATION_ID:
    return id_or_null(arena, exchange->context.organization_id);
  case OWN_SESSION_ID:
    return id_or_null(arena, exchange->actor.session_id);
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
    return id_or_null(arena, exchange->context.user_id);
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

cc_status
ccd_call_query(ccd_call *call,
               const ccd_query *query,
               const ccd_arg *extra,
               const ccd_rows **ret,
               cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  const char *args[PARAMS_MAX];
  if (!exchange->in_transaction || query->n_params > PARAMS_MAX)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "transaction",
                   "%s: the route has no transaction",
                   query->name);
  cc_status status = ccd_exchange_args(exchange, query, extra, args, reterr);
  if (status != CC_OK)
    return status;
  return ccd_db_query(exchange->conn, query, args, ret, reterr);
}

cc_status
ccd_call_copy_out(ccd_call *call,
                  const ccd_query *query,
                  ccd_db_copy_cb *callback,
                  void *data,
                  cc_error *reterr)
{
  const ccd_exchange *exchange = ccd_exchange_of(call);
  return exchange->in_transaction
           ? ccd_db_copy_out(exchange->conn, query, callback, data, reterr)
           : cc_fail(reterr, CC_ERR_INTERNAL, "copy", "%s: no transaction", query->name);
}

cc_status
ccd_call_once(ccd_call *call,
              ccd_tx tx,
              const char *action,
              const ccd_query *query,
              const ccd_arg *extra,
              const ccd_rows **ret,
              cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  const char *args[PARAMS_MAX];
  if (exchange->in_transaction || query->n_params > PARAMS_MAX)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "transaction",
                   "%s: the route has a transaction",
                   query->name);
  cc_status status = ccd_exchange_conn(exchange, reterr);
  if (status == CC_OK)
    status = ccd_exchange_args(exchange, query, extra, args, reterr);
  if (status != CC_OK)
    return status;
  ccd_context context = exchange->context;
  context.tx = tx;
  context.action = action;
  for (int attempt = 1;; attempt++) {
    status = ccd_db_query_once(exchange->conn, &context, query, args, ret, reterr);
    if (status == CC_OK || attempt == CCD_TRIES || !ccd_db_may_retry(exchange->conn))
      break;
  }
  exchange->wrote = exchange->wrote || (status == CC_OK && tx == CCD_WRITE);
  return status;
}

cc_time
ccd_call_received(const ccd_call *call)
{
  int64_t since = cc_time_monotonic() - call->exchange->request->started;
  return cc_time_now() - since;
}

cc_status
ccd_call_switch(ccd_call *call, int64_t organization_id, int64_t user_id, cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  const ccd_arg args[] = {
    {"organization", id_or_null(call->arena, organization_id)},
    {"person", id_or_null(call->arena, user_id)},
    {0},
  };
  exchange->context.organization_id = organization_id;
  exchange->context.user_id = user_id;
  return ccd_call_query(call, &ccd_q_context_switch, args, NULL, reterr);
}

void
ccd_call_revoke(ccd_call *call, const char *kind, int64_t id)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  if (exchange->n_revokes < CCD_REVOKES_MAX)
    exchange->revokes[exchange->n_revokes++] = (ccd_revoke){kind, id};
}

void
ccd_call_wake_jobs(ccd_call *call)
{
  ccd_exchange_of(call)->wake_jobs = true;
}

cc_status
ccd_call_limit(ccd_call *call, ccd_limit limit, const char *key, cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  return ccd_sessions_count(call->server->sessions,
                            limit,
                            key,
                            call->arena,
                            &exchange->limit,
                            reterr);
}
