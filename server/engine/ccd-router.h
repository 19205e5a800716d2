/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/codec/cc-codec.h"
#include "server/engine/ccd-call.h"

/* Finds the route of a path in a trie of path segments, which is built once at start. Literal
 * segments are preferred to {parameters}. */
typedef struct ccd_router ccd_router;

#define CCD_PATH_PARAMS_MAX 8

typedef struct ccd_match {
  const ccd_route *route; /* NULL: no route for this method */
  int index;              /* index of the route among all, for metrics; -1 without a route */
  unsigned methods;       /* bits 1 << cc_method that the path supports; 0: no such path */
  cc_pair params[CCD_PATH_PARAMS_MAX];
  size_t n_params;
} ccd_match;

/* Build the router from the tables. Two routes with the same method and shape, or a path that
 * does not begin with /, are errors. */
cc_status
ccd_router_new(const ccd_route *const *tables, ccd_router **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_router_free(ccd_router *router);

int ccd_router_routes(const ccd_router *router);
const ccd_route *ccd_router_route(const ccd_router *router, int index);

/**
 * Find the route of an encoded path. Each segment is percent-decoded separately, in the arena.
 *
 * CC_ERR_MALFORMED: %2F, %00 or another control character, a broken escape, an empty segment or a
 * dot segment, bytes that are not UTF-8. CC_OK otherwise, whether or not a route was found: see
 * @ret.
 */
cc_status ccd_router_match(const ccd_router *router,
                           cc_method method,
                           const char *path,
                           cc_arena *arena,
                           ccd_match *ret,
                           cc_error *reterr) CC_MUSTCHECK;

/* Percent-decode @length bytes; the result may contain NUL. plus_is_space: "+" is a space, as in
 * a query string. NULL: a broken escape, or the arena's ceiling. */
char *ccd_percent_decode(cc_arena *arena,
                         const char *text,
                         size_t length,
                         bool plus_is_space,
                         size_t *ret_length);
