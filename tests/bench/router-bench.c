/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures nanoseconds per lookup in a router with made-up tables: one, two and three segments,
 * with and without parameters, five methods. The argument is the number of routes. Run by
 * limits.py. */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/cc-time.h"
#include "server/engine/ccd-router.h"

#define LOOKUPS 2000000
#define PER_RESOURCE 5
#define PATH_MAX_BYTES 64

typedef struct ref {
  int64_t id;
} ref;

static const cc_field ref_fields[] = {CC_INT64(ref, id, .doc = "Number.")};
static const cc_type ref_type = CC_TYPE(ref, "Ref", ref_fields);

static const struct {
  cc_method method;
  const char *tail;
} shapes[PER_RESOURCE] = {
  {CC_GET, ""},
  {CC_POST, ""},
  {CC_GET, "/{id}"},
  {CC_PATCH, "/{id}"},
  {CC_POST, "/{id}/publish"},
};

static char *
path_of(int route, const char *id)
{
  const char *tail = shapes[route % PER_RESOURCE].tail;
  char *path = malloc(PATH_MAX_BYTES);
  if (path == NULL)
    abort();
  const char *rest = *tail == '\0' ? "" : tail + 5; /* behind /{id} */
  (void) snprintf(path,
                  PATH_MAX_BYTES,
                  "/v1/resource-%d%s%s%s",
                  route / PER_RESOURCE,
                  *tail == '\0' ? "" : "/",
                  *tail == '\0' ? "" : id,
                  rest);
  return path;
}

static ccd_router *
build(int n, char **ret_paths)
{
  cc_op *ops = calloc((size_t) n, sizeof(*ops));
  ccd_route *routes = calloc((size_t) n + 1, sizeof(*routes));
  if (ops == NULL || routes == NULL)
    abort();
  for (int i = 0; i < n; i++) {
    ops[i] = (cc_op){.id = "bench",
                     .method = shapes[i % PER_RESOURCE].method,
                     .path = path_of(i, "{id}"),
                     .params = &ref_type};
    routes[i].op = &ops[i];
    ret_paths[i] = path_of(i, "123456");
  }
  const ccd_route *const tables[] = {routes, NULL};
  ccd_router *router = NULL;
  cc_error error = {0};
  if (ccd_router_new(tables, &router, &error) != CC_OK) {
    (void) fprintf(stderr, "%s\n", error.message);
    abort();
  }
  return router;
}

int
main(int argc, char **argv)
{
  int n = argc > 1 ? (int) strtoll(argv[1], NULL, 10) : 0;
  if (n < PER_RESOURCE || n % PER_RESOURCE != 0) {
    (void) fprintf(stderr, "usage: router-bench ROUTES (a multiple of %d)\n", PER_RESOURCE);
    return 2;
  }
  char **paths = calloc((size_t) n, sizeof(*paths));
  cc_arena *arena = cc_arena_new(1 << 20);
  if (paths == NULL || arena == NULL)
    abort();
  ccd_router *router = build(n, paths);
  int64_t start = cc_time_monotonic();
  for (int i = 0; i < LOOKUPS; i++) {
    int which = (int) ((unsigned) i * 2654435761u % (unsigned) n);
    ccd_match match;
    cc_error error = {0};
    if (ccd_router_match(router,
                         shapes[which % PER_RESOURCE].method,
                         paths[which],
                         arena,
                         &match,
                         &error) != CC_OK ||
        match.index != which)
      abort();
    cc_arena_clear(arena);
  }
  (void) printf("%.1f\n", (double) (cc_time_monotonic() - start) * 1000 / LOOKUPS);
  return 0; /* all memory is freed when the process ends */
}
