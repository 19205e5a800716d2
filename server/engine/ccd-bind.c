/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-bind.h"
#include "server/engine/ccd-arg-text.h"

#include <stdlib.h>
#include <string.h>

#include "server/engine/ccd-server.h"

/* For each route the field index of each parameter of its .query; -1 when the parameter is not a
 * field. */
struct ccd_bindings {
  int n;
  int16_t **fields; /* by the route's index; NULL: the route has no query */
};

static const cc_type *
type_of(const cc_op *op, ccd_param_source source)
{
  switch (source) {
  case CCD_FROM_PATH:
    return op->params;
  case CCD_FROM_QUERY:
    return op->query;
  case CCD_FROM_BODY:
    return op->body;
  case CCD_FROM_ARG:
  case CCD_FROM_CALL:
  case CCD_FROM_PAGE:
  case CCD_FROM_WHOLE_BODY:
  default:
    return NULL;
  }
}

/* Index of the field from which a parameter takes its value; -1 when there is none. Read-only
 * fields do not count, because clients may not send them. */
static int
field_of(const cc_op *op, const ccd_param *param)
{
  const cc_type *type = type_of(op, param->source);
  int index = type == NULL ? -1 : cc_type_find(type, param->name);
  return index >= 0 && (type->fields[index].flags & CC_READ_ONLY) ? -1 : index;
}

static const char *
page_fault(const ccd_route *route, const ccd_param *param)
{
  if (route->op->shape != CC_REPLY_LIST)
    return "which only a list has";
  if (param->own == CCD_PAGE_CURSOR_2 && route->keyset[1] == NULL)
    return "but the route's keyset has one column";
  return NULL;
}

const char *
ccd_bind_fault(const ccd_route *route, const ccd_param *param)
{
  switch (param->source) {
  case CCD_FROM_ARG: /* set by .prepare or the handler, so it can be checked only when that function
                        runs */
    return route->prepare != NULL || route->handler != NULL ? NULL : "which no C code passes";
  case CCD_FROM_CALL:
    if (param->own == CCD_CALL_JOB_ID)
      return "which only a job has";
    return param->own == CCD_CALL_IF_MATCH && route->op->method == CC_GET
             ? "which a GET does not have"
             : NULL;
  case CCD_FROM_PAGE:
    return page_fault(route, param);
  case CCD_FROM_WHOLE_BODY:
    return route->op->body != NULL ? NULL : "but the operation has no body";
  case CCD_FROM_QUERY:
    if (route->op->shape == CC_REPLY_LIST &&
        (strcmp(param->name, "limit") == 0 || strcmp(param->name, "cursor") == 0))
      return "but the page of a list is :page.limit, :page.cursor_1 and :page.cursor_2";
    return field_of(route->op, param) >= 0 ? NULL : "which the query string does not have";
  case CCD_FROM_PATH:
    return field_of(route->op, param) >= 0 ? NULL : "which the path does not have";
  case CCD_FROM_BODY:
  default:
    return field_of(route->op, param) >= 0 ? NULL : "which is no writable field of the body";
  }
}

/* -- at start ------------------------------------------------------------------------------------
 */

static int16_t *
fields_of(const ccd_route *route)
{
  int16_t *fields = calloc((size_t) route->query->n_params + 1, sizeof(*fields));
  for (int i = 0; fields != NULL && i < route->query->n_params; i++)
    fields[i] = (int16_t) field_of(route->op, &route->query->params[i]);
  return fields;
}

cc_status
ccd_bindings_new(const ccd_router *router, ccd_bindings **ret, cc_error *reterr)
{
  int n = ccd_router_routes(router);
  ccd_bindings *bindings = calloc(1, sizeof(*bindings));
  bool good = bindings != NULL;
  if (good) {
    bindings->n = n;
    bindings->fields = calloc((size_t) n + 1, sizeof(*bindings->fields));
    good = bindings->fields != NULL;
  }
  for (int i = 0; good && i < n; i++) {
    const ccd_route *route = ccd_router_route(router, i);
    if (route->query == NULL)
      continue;
    bindings->fields[i] = fields_of(route);
    good = bindings->fields[i] != NULL;
  }
  if (good) {
    *ret = bindings;
    return CC_OK;
  }
  ccd_bindings_free(bindings);
  return cc_fail(reterr, CC_ERR_NO_MEMORY, "memory", "Out of memory");
}

void
ccd_bindings_free(ccd_bindings *bindings)
{
  if (bindings == NULL)
    return;
  for (int i = 0; bindings->fields != NULL && i < bindings->n; i++)
    free(bindings->fields[i]);
  free(bindings->fields);
  free(bindings);
}

/* -- in a request --------------------------------------------------------------------------------
 */

static const char *
id_or_null(cc_arena *arena, int64_t id)
{
  return id == 0 ? NULL : ccd_text_int64(arena, id);
}

/* The names of the actor's rights as a JSON array, for SQL such as `:call.rights::jsonb ?
 * 'manage_voters'`: used where a right decides which columns are shown, not whether the request
 * is allowed. */
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
                             cc_right_name((cc_right) right));
  }
  return text == NULL ? NULL : cc_arena_printf(arena, "%s]", text);
}

/* Find a value that the engine supplies. False: a request has no value of this name. */
static bool
own_value(const ccd_exchange *exchange, ccd_own_value own, const char **ret)
{
  cc_arena *arena = exchange->call.arena;
  switch (own) {
  case CCD_CALL_ACTOR:
    *ret = exchange->context.actor;
    return true;
  case CCD_CALL_ADDRESS:
    *ret = exchange->call.address;
    return true;
  case CCD_CALL_IF_MATCH:
    *ret = exchange->n_if_match == 0 ? NULL : exchange->if_match[exchange->tried_if_match];
    return true;
  case CCD_CALL_ORGANIZATION_ID:
    *ret = id_or_null(arena, exchange->context.organization_id);
    return true;
  case CCD_CALL_REQUEST_ID:
    *ret = exchange->call.request_id;
    return true;
  case CCD_CALL_RIGHTS:
    *ret = rights_text(arena, exchange->actor.rights);
    return true;
  case CCD_CALL_SESSION_ID:
    *ret = id_or_null(arena, exchange->actor.session_id);
    return true;
  case CCD_CALL_USER_ID:
    *ret = id_or_null(arena, exchange->context.user_id);
    return true;
  case CCD_PAGE_LIMIT: /* one row more than the page has: the additional row shows that there is a
                          next page */
    *ret = ccd_text_int64(arena, exchange->page_limit + 1);
    return true;
  case CCD_PAGE_CURSOR_1:
    *ret = exchange->cursor[0];
    return true;
  case CCD_PAGE_CURSOR_2:
    *ret = exchange->cursor[1];
    return true;
  case CCD_CALL_JOB_ID:
  case CCD_OWN_NONE:
  default:
    return false;
  }
}

/* Text of a field's value. An absent field without a default becomes NULL, so that it differs
 * from zero. */
static const char *
given_value(const ccd_call *call,
            const cc_type *type,
            const void *object,
            const cc_present *present,
            int index)
{
  const cc_field *field = &type->fields[index];
  if (!cc_present_has(present, (size_t) index) && field->fallback == NULL)
    return NULL;
  return cc_field_text(field, object, call->arena);
}

/* Find the value of a parameter; NULL is a valid value. False: there is no value of this name. */
static bool
param_value(const ccd_exchange *exchange,
            const ccd_param *param,
            int field,
            const ccd_arg *args,
            const char **ret)
{
  const ccd_call *call = &exchange->call;
  const cc_op *op = call->route->op;
  switch (param->source) {
  case CCD_FROM_ARG:
    return ccd_arg_find(args, param->name, ret);
  case CCD_FROM_CALL:
  case CCD_FROM_PAGE:
    return own_value(exchange, param->own, ret);
  case CCD_FROM_WHOLE_BODY:
    *ret = exchange->body_text;
    return op->body != NULL;
  case CCD_FROM_PATH:
    if (field >= 0)
      *ret = cc_field_text(&op->params->fields[field], call->params, call->arena);
    return field >= 0;
  case CCD_FROM_QUERY:
    if (field >= 0)
      *ret = given_value(call, op->query, call->query, &call->query_present, field);
    return field >= 0;
  case CCD_FROM_BODY:
  default:
    if (field >= 0)
      *ret = given_value(call, op->body, call->body, &call->body_present, field);
    return field >= 0;
  }
}

cc_status
ccd_exchange_args(const ccd_exchange *exchange,
                  const ccd_query *query,
                  const ccd_arg *args,
                  const char **ret,
                  cc_error *reterr)
{
  const ccd_route *route = exchange->call.route;
  /* The field indexes were determined at start for the route's own statement. For another
   * statement of a handler, the fields are looked up by name. */
  const int16_t *fields =
    query == route->query ? exchange->server->bindings->fields[exchange->match.index] : NULL;
  for (int i = 0; i < query->n_params; i++) {
    const ccd_param *param = &query->params[i];
    int field = fields != NULL ? fields[i] : field_of(route->op, param);
    if (!param_value(exchange, param, field, args, &ret[i]))
      return cc_fail(reterr,
                     CC_ERR_INTERNAL,
                     "parameter",
                     "%s: nothing in %s gives :%s.%s",
                     query->name,
                     route->op->id,
                     ccd_param_source_name(param->source),
                     param->name);
  }
  return CC_OK;
}
