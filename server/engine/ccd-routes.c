/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-routes.h"

#include <string.h>

#include "ccd-queries.h"
#include "server/engine/ccd-bind.h"
#include "server/engine/ccd-dispatch.h"
#include "server/engine/ccd-steps.h"

/* Checks of the route tables at start. A failed check stops the start. */

/* Check that every {name} of the path is a field of .params, and that every field of .params is
 * in the path. */
static cc_status
check_params(const cc_op *op, cc_error *reterr)
{
  size_t n = 0;
  for (const char *at = strchr(op->path, '{'); at != NULL; at = strchr(at + 1, '{')) {
    size_t length = strcspn(at + 1, "}");
    bool found = false;
    for (size_t i = 0; op->params != NULL && i < op->params->n_fields; i++) {
      const char *name = op->params->fields[i].name;
      found = found || (strlen(name) == length && memcmp(name, at + 1, length) == 0);
    }
    if (!found)
      return cc_fail(reterr,
                     CC_ERR_INTERNAL,
                     "route",
                     "%s: {%.*s} is no field of its params",
                     op->id,
                     (int) length,
                     at + 1);
    n++;
  }
  if (n != (op->params == NULL ? 0u : op->params->n_fields))
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s: params has a field that the path has not",
                   op->id);
  return CC_OK;
}

static cc_status
check_list(const ccd_route *route, cc_error *reterr)
{
  const cc_op *op = route->op;
  if (op->shape != CC_REPLY_LIST)
    return CC_OK;
  if (op->query == NULL || cc_type_find(op->query, "limit") < 0 ||
      cc_type_find(op->query, "cursor") < 0)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s: a list needs limit and cursor in its query",
                   op->id);
  if (route->keyset[0] == NULL)
    return cc_fail(reterr, CC_ERR_INTERNAL, "route", "%s: a list needs a keyset", op->id);
  return CC_OK;
}

/* Check a route that receives a file. Receiving takes as long as the client likes, so the route
 * must run on separate threads; and only a handler can process the file. */
static cc_status
check_streams(const ccd_route *route, cc_error *reterr)
{
  const cc_op *op = route->op;
  if (op->body_media != NULL && (op->body != NULL || op->method == CC_GET || !route->slow ||
                                 route->handler == NULL || route->max_body == 0))
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s: a body that is a file needs .slow, .handler and .max_body, and no .body",
                   op->id);
  if ((op->shape == CC_REPLY_FILE) != (op->media != NULL) ||
      (op->shape == CC_REPLY_FILE && (route->handler == NULL || op->reply != NULL)))
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s: an answer that is a file needs .media and .handler, and no .reply",
                   op->id);
  return CC_OK;
}

/* Check a route with .by_key. Statements that share a round trip wait for each other, so writes
 * are refused (they may wait for a lock), and so are lists and handlers. */
static cc_status
check_by_key(const ccd_route *route, cc_error *reterr)
{
  const cc_op *op = route->op;
  bool good = route->tx == CCD_READ && route->query != NULL && route->prepare == NULL &&
              op->shape == CC_REPLY_ONE && op->body == NULL && !route->slow;
  return !route->by_key || good
           ? CC_OK
           : cc_fail(reterr,
                     CC_ERR_INTERNAL,
                     "route",
                     "%s: .by_key is for a read of one object by one statement",
                     op->id);
}

/* Check that the path in op->location can be filled in. */
static cc_status
check_location(const cc_op *op, cc_error *reterr)
{
  const cc_op *to = op->location;
  if (to == NULL && op->creates)
    return cc_fail(reterr, CC_ERR_INTERNAL, "route", "%s: what it makes needs .location", op->id);
  if (to == NULL)
    return CC_OK;
  bool good = op->creates && to->method == CC_GET && to->shape == CC_REPLY_ONE && op->reply != NULL;
  size_t n = to->params == NULL ? 0 : to->params->n_fields;
  good = good && (n == 0 || cc_type_find(op->reply, "id") >= 0);
  for (size_t i = 0; good && i < n; i++) {
    const char *place = strstr(to->path, to->params->fields[i].name);
    bool last = place == NULL || strchr(place, '{') == NULL;
    good =
      last || (op->params != NULL && cc_type_find(op->params, to->params->fields[i].name) >= 0);
  }
  return good ? CC_OK
              : cc_fail(reterr,
                        CC_ERR_INTERNAL,
                        "route",
                        "%s: its .location must be a GET whose path parameters it has",
                        op->id);
}

static cc_status
check_parent(const ccd_route *route, cc_error *reterr)
{
  const cc_op *op = route->op;
  bool below = op->params != NULL && (op->shape == CC_REPLY_LIST || op->creates);
  if (below && route->parent == NULL)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s: a list or a new thing below another one needs .parent",
                   op->id);
  if (route->parent != NULL && !below)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s: .parent is for a list or a new thing below another one",
                   op->id);
  return CC_OK;
}

/* Names of fields that contain the id of an object with a scope. */
static const struct {
  const char *name;
  unsigned scope;
} scoped_ids[] = {
  {"turf_id", CCD_SCOPE_TURF},
  {"turf_ids", CCD_SCOPE_TURF},
  {"door_id", CCD_SCOPE_DOOR},
  {"door_ids", CCD_SCOPE_DOOR},
  {"voter_id", CCD_SCOPE_VOTER},
  {"voter_ids", CCD_SCOPE_VOTER},
  {"survivor_id", CCD_SCOPE_VOTER},
  {"merged_id", CCD_SCOPE_VOTER},
  {"event_id", CCD_SCOPE_EVENT},
  {"event_ids", CCD_SCOPE_EVENT},
};

#define SCOPE_DEPTH_MAX 4

/* Return the scopes of the ids that a client may send in @type and in the types inside it. */
static unsigned
scopes_in(const cc_type *type, int depth)
{
  unsigned found = 0;
  for (size_t i = 0; type != NULL && depth < SCOPE_DEPTH_MAX && i < type->n_fields; i++) {
    const cc_field *field = &type->fields[i];
    if (field->flags & CC_READ_ONLY)
      continue;
    for (size_t n = 0; n < CC_N(scoped_ids); n++)
      found |= strcmp(field->name, scoped_ids[n].name) == 0 ? scoped_ids[n].scope : 0;
    found |= scopes_in(field->type, depth + 1);
  }
  return found;
}

static cc_status
check_scope(const ccd_route *route, cc_error *reterr)
{
  unsigned ids = scopes_in(route->op->params, 0) | scopes_in(route->op->body, 0);
  if ((route->scope & CCD_SCOPE_NONE) ? route->scope != CCD_SCOPE_NONE : (ids & ~route->scope) != 0)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s: its path or body has ids of turfs, doors, voters or events that .scope "
                   "does "
                   "not name",
                   route->op->id);
  return CC_OK;
}

static cc_status
check_query(const ccd_route *route, cc_error *reterr)
{
  const ccd_query *query = route->query;
  for (int i = 0; query != NULL && i < query->n_params; i++) {
    const ccd_param *param = &query->params[i];
    const char *fault = ccd_bind_fault(route, param);
    if (fault != NULL)
      return cc_fail(reterr,
                     CC_ERR_INTERNAL,
                     "route",
                     "%s: query %s (%s) has the parameter :%s.%s, %s",
                     route->op->id,
                     query->name,
                     query->source,
                     ccd_param_source_name(param->source),
                     param->name,
                     fault);
  }
  return CC_OK;
}

bool
ccd_routes_stream(const ccd_route *const *tables)
{
  bool found = false;
  for (; *tables != NULL; tables++) {
    for (const ccd_route *route = *tables; route->op != NULL; route++)
      found = found || route->op->body_media != NULL;
  }
  return found;
}

/* Does the handler run the route's query in a separate transaction? */
static bool
runs_own_query(const ccd_route *route)
{
  return route->tx == CCD_TX_BY_HANDLER && route->query != NULL && route->handler != NULL;
}

static cc_status
check_weight(const ccd_route *route, cc_error *reterr)
{
  const ccd_weight *weight = &route->weight;
  bool good = weight->requests > 1 && route->limit != CCD_LIMIT_NONE && route->op->query != NULL &&
              cc_type_find(route->op->query, weight->member) >= 0;
  return weight->member == NULL || good
           ? CC_OK
           : cc_fail(reterr,
                     CC_ERR_INTERNAL,
                     "route",
                     "%s: .weight names a member of its query that counts as several requests",
                     route->op->id);
}

static cc_status
check_route(const ccd_route *route, cc_error *reterr)
{
  const cc_op *op = route->op;
  bool own = runs_own_query(route);
  if (route->right == CC_RIGHT_UNSET || route->right >= _CC_RIGHT_MAX)
    return cc_fail(reterr, CC_ERR_INTERNAL, "route", "%s has no right", op->id);
  if (!own && (route->query == NULL) == (route->handler == NULL))
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s needs a query or a handler, and not both",
                   op->id);
  if (route->tx == 0 || (!own && route->query != NULL && route->tx == CCD_TX_BY_HANDLER))
    return cc_fail(reterr, CC_ERR_INTERNAL, "route", "%s has no transaction kind", op->id);
  if ((route->tx == CCD_WRITE || own) != (route->audit != NULL))
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s: a write has an audit name, and nothing else has one",
                   op->id);
  if (op->method == CC_GET && (route->tx == CCD_WRITE || op->body != NULL))
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s: a GET neither writes nor has a body",
                   op->id);
  if (route->as_public && (route->right != CC_RIGHT_PUBLIC || route->tx == CCD_WRITE))
    return cc_fail(reterr, CC_ERR_INTERNAL, "route", "%s: as_public is for public reads", op->id);
  cc_status status = check_params(op, reterr);
  if (status == CC_OK)
    status = check_streams(route, reterr);
  if (status == CC_OK)
    status = check_by_key(route, reterr);
  if (status == CC_OK)
    status = check_list(route, reterr);
  if (status == CC_OK)
    status = check_weight(route, reterr);
  if (status == CC_OK)
    status = check_location(op, reterr);
  if (status == CC_OK)
    status = check_parent(route, reterr);
  if (status == CC_OK)
    status = check_scope(route, reterr);
  if (status == CC_OK)
    status = check_query(route, reterr);
  return status;
}

static bool
is_listed(const cc_op *op)
{
  for (const cc_op *const *at = cc_ops; *at != NULL; at++) {
    if (*at == op)
      return true;
  }
  return false;
}

static int
times_bound(const ccd_route *const *tables, const cc_op *op)
{
  int n = 0;
  for (; *tables != NULL; tables++) {
    for (const ccd_route *route = *tables; route->op != NULL; route++)
      n += route->op == op;
  }
  return n;
}

cc_status
ccd_routes_check(const ccd_route *const *tables, cc_error *reterr)
{
  for (const ccd_route *const *table = tables; *table != NULL; table++) {
    for (const ccd_route *route = *table; route->op != NULL; route++) {
      cc_status status = check_route(route, reterr);
      if (status != CC_OK)
        return status;
      if (!is_listed(route->op))
        return cc_fail(reterr, CC_ERR_INTERNAL, "route", "%s is not among cc_ops", route->op->id);
    }
  }
  for (const cc_op *const *op = cc_ops; *op != NULL; op++) {
    if (times_bound(tables, *op) != 1)
      return cc_fail(reterr, CC_ERR_INTERNAL, "route", "%s must be bound by one route", (*op)->id);
  }
  return CC_OK;
}

size_t
ccd_routes_max_body(const ccd_route *const *tables)
{
  size_t most = CCD_BODY_MAX;
  for (; *tables != NULL; tables++) {
    for (const ccd_route *route = *tables; route->op != NULL; route++)
      most = route->op->body_media == NULL && ccd_step_body_most(route) > most
               ? ccd_step_body_most(route)
               : most;
  }
  return most;
}

/* A query that belongs to no route is run by handlers, which read its rows by name. */
cc_status
ccd_routes_uses(const ccd_route *const *tables,
                cc_arena *arena,
                ccd_query_use **ret,
                size_t *ret_n,
                cc_error *reterr)
{
  size_t capacity = (size_t) ccd_n_queries;
  for (const ccd_route *const *table = tables; *table != NULL; table++) {
    for (const ccd_route *route = *table; route->op != NULL; route++)
      capacity++;
  }
  ccd_query_use *uses = cc_arena_alloc(arena, capacity * sizeof(*uses));
  if (uses == NULL)
    return cc_fail_memory(reterr);
  size_t n = 0;
  for (const ccd_route *const *table = tables; *table != NULL; table++) {
    for (const ccd_route *route = *table; route->op != NULL; route++) {
      if (route->query == NULL)
        continue;
      uses[n++] = (ccd_query_use){.query = route->query,
                                  .reply = route->op->reply,
                                  .body = route->op->body,
                                  .view = route->as_public ? CC_VIEW_PUBLIC : CC_VIEW_ADMIN,
                                  .checked = true};
    }
  }
  for (int i = 0; i < ccd_n_queries; i++) {
    bool bound = false;
    for (size_t u = 0; u < n; u++)
      bound = bound || uses[u].query == ccd_queries[i];
    if (!bound)
      uses[n++] = (ccd_query_use){.query = ccd_queries[i]};
  }
  *ret = uses;
  *ret_n = n;
  return CC_OK;
}
