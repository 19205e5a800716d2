/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-router.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cc-str.h"
#include "common/base/cc-utf8.h"

typedef struct node node;

/* One segment of the trie. Children with literal text are in the order of the tables. The child
 * for a {parameter} is separate, so that a literal is always preferred. */
struct node {
  const char *text; /* literal text, or the parameter's name; owned by the op's path */
  size_t length;
  node *children, *sibling, *any;
  int routes[_CC_METHOD_MAX]; /* 1 + index of the route for each method; 0: none */
};

struct ccd_router {
  node *root;
  const ccd_route **routes;
  int n_routes;
};

static void
node_free(node *self)
{
  while (self != NULL) {
    node *next = self->sibling;
    node_free(self->children);
    node_free(self->any);
    free(self);
    self = next;
  }
}

void
ccd_router_free(ccd_router *router)
{
  if (router == NULL)
    return;
  node_free(router->root);
  free(router->routes);
  free(router);
}

static node *
child_of(node *parent, const char *segment, size_t length)
{
  bool is_param = length > 2 && segment[0] == '{';
  node **place = is_param ? &parent->any : &parent->children;
  for (node *child = *place; child != NULL; child = child->sibling) {
    if (is_param || (child->length == length && memcmp(child->text, segment, length) == 0))
      return child;
  }
  node *child = calloc(1, sizeof(*child));
  if (child == NULL)
    return NULL;
  child->text = is_param ? segment + 1 : segment;
  child->length = is_param ? length - 2 : length;
  child->sibling = *place;
  *place = child;
  return child;
}

static cc_status
add_route(ccd_router *router, const ccd_route *route, int index, cc_error *reterr)
{
  const char *path = route->op->path;
  if (*path != '/')
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s: the path must begin with /",
                   route->op->id);
  node *at = router->root;
  while (*path == '/') {
    const char *segment = path + 1;
    size_t length = strcspn(segment, "/");
    at = child_of(at, segment, length);
    if (at == NULL)
      return cc_fail_memory(reterr);
    path = segment + length;
  }
  int *place = &at->routes[route->op->method];
  if (*place != 0)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "route",
                   "%s and %s have the same method and path",
                   route->op->id,
                   router->routes[*place - 1]->op->id);
  *place = index + 1;
  router->routes[index] = route;
  return CC_OK;
}

cc_status
ccd_router_new(const ccd_route *const *tables, ccd_router **ret, cc_error *reterr)
{
  int n = 0;
  for (const ccd_route *const *table = tables; *table != NULL; table++) {
    for (const ccd_route *route = *table; route->op != NULL; route++)
      n++;
  }
  ccd_router *router = calloc(1, sizeof(*router));
  if (router == NULL)
    return cc_fail_memory(reterr);
  router->root = calloc(1, sizeof(*router->root));
  router->routes = calloc((size_t) n + 1, sizeof(*router->routes));
  router->n_routes = n;
  cc_status status =
    router->root != NULL && router->routes != NULL ? CC_OK : cc_fail_memory(reterr);
  int index = 0;
  for (const ccd_route *const *table = tables; *table != NULL; table++) {
    for (const ccd_route *route = *table; status == CC_OK && route->op != NULL; route++)
      status = add_route(router, route, index++, reterr);
  }
  if (status != CC_OK) {
    ccd_router_free(router);
    return status;
  }
  *ret = router;
  return CC_OK;
}

int
ccd_router_routes(const ccd_router *router)
{
  return router->n_routes;
}

const ccd_route *
ccd_router_route(const ccd_router *router, int index)
{
  return router->routes[index];
}

char *
ccd_percent_decode(cc_arena *arena,
                   const char *text,
                   size_t length,
                   bool plus_is_space,
                   size_t *ret_length)
{
  char *decoded = cc_arena_text(arena, length + 1);
  if (decoded == NULL)
    return NULL;
  size_t n = 0;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if (c == '+' && plus_is_space) {
      c = ' ';
    } else if (c == '%') {
      int high = length - i > 2 ? cc_hex_value(text[i + 1]) : -1;
      int low = high < 0 ? -1 : cc_hex_value(text[i + 2]);
      if (low < 0)
        return NULL;
      c = (char) (high * 16 + low);
      i += 2;
    }
    decoded[n++] = c;
  }
  decoded[n] = '\0';
  *ret_length = n;
  return decoded;
}

/* Decode one segment of a path; %2F, %00 and dot segments are refused. */
static cc_status
decode_segment(cc_arena *arena, const char *raw, size_t length, cc_pair *ret, cc_error *reterr)
{
  size_t n = 0;
  char *text = ccd_percent_decode(arena, raw, length, /* plus_is_space= */ false, &n);
  if (text == NULL)
    return cc_fail(reterr,
                   CC_ERR_MALFORMED,
                   "path_escape",
                   "The path has a broken or forbidden %%-escape");
  if (n == 0 || memchr(text, '\0', n) != NULL || strcmp(text, ".") == 0 ||
      strcmp(text, "..") == 0 || memchr(text, '/', n) != NULL || cc_utf8_length(text, n) < 0 ||
      cc_utf8_has_control(text, n))
    return cc_fail(reterr,
                   CC_ERR_MALFORMED,
                   "path_segment",
                   "The path has an empty, dot or otherwise forbidden segment");
  ret->text = text;
  ret->length = n;
  return CC_OK;
}

/* Search depth first, literals before parameters, so that /events/by-slug/{slug} and
 * /events/{id}/publish can both exist. The depth is limited by the longest path of the tables. */
static const node *
match_path(const node *at, const cc_pair *segments, size_t n, ccd_match *match)
{
  if (n == 0) {
    for (int method = 0; method < _CC_METHOD_MAX; method++) {
      if (at->routes[method] != 0)
        return at;
    }
    return NULL;
  }
  for (const node *child = at->children; child != NULL; child = child->sibling) {
    assert(segments->text != NULL);
    if (child->length == segments->length &&
        memcmp(child->text, segments->text, child->length) == 0) {
      const node *found = match_path(child, segments + 1, n - 1, match);
      if (found != NULL)
        return found;
      break;
    }
  }
  if (at->any == NULL)
    return NULL;
  size_t mine = match->n_params;
  match->params[match->n_params++] = *segments;
  const node *found = match_path(at->any, segments + 1, n - 1, match);
  if (found == NULL)
    match->n_params = mine;
  return found;
}

/* Take the names of the parameters from the operation's path: routes that share nodes of the
 * trie may use different names. */
static void
name_params(const ccd_route *route, ccd_match *match)
{
  const char *path = route->op->path;
  for (size_t i = 0; i < match->n_params; i++) {
    path = strchr(path, '{');
    assert(path != NULL);
    path++;
    for (size_t f = 0; f < route->op->params->n_fields; f++) {
      const char *name = route->op->params->fields[f].name;
      if (strncmp(name, path, strlen(name)) == 0 && path[strlen(name)] == '}')
        match->params[i].name = name;
    }
  }
}

cc_status
ccd_router_match(const ccd_router *router,
                 cc_method method,
                 const char *path,
                 cc_arena *arena,
                 ccd_match *ret,
                 cc_error *reterr)
{
  cc_pair segments[CCD_PATH_PARAMS_MAX + 4] = {0};
  size_t n = 0;
  *ret = (ccd_match){.index = -1};
  if (*path != '/')
    return cc_fail(reterr, CC_ERR_MALFORMED, "path", "The path must begin with /");
  if (path[1] == '\0')
    return CC_OK;
  while (*path == '/') {
    const char *segment = path + 1;
    size_t length = strcspn(segment, "/");
    cc_pair pair = {0};
    cc_status status = decode_segment(arena, segment, length, &pair, reterr);
    if (status != CC_OK)
      return status;
    if (n == CCD_PATH_PARAMS_MAX)
      return CC_OK; /* longer than the path of every route: not found */
    segments[n++] = pair;
    path = segment + length;
  }
  const node *found = match_path(router->root, segments, n, ret);
  if (found == NULL)
    return CC_OK;
  for (int m = 0; m < _CC_METHOD_MAX; m++) {
    if (found->routes[m] != 0)
      ret->methods |= 1u << m;
  }
  if (found->routes[method] == 0)
    return CC_OK;
  ret->index = found->routes[method] - 1;
  ret->route = router->routes[ret->index];
  name_params(ret->route, ret);
  return CC_OK;
}
