/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-utf8.h"
#include "server/engine/ccd-router.h"
#include "tests/fuzz/fuzz.h"

/* Matches arbitrary paths. Decoded segments that are accepted contain no slash, dot segment or
 * control character, and are valid UTF-8. */

typedef struct item_ref {
  char *a;
  char *b;
} item_ref;

static const cc_field item_fields[] = {CC_STRING(item_ref, a), CC_STRING(item_ref, b)};
static const cc_type item_type = CC_TYPE(item_ref, "ItemRef", item_fields);
static const cc_op op_plain = {.id = "plain", .method = CC_GET, .path = "/v1/things"};
static const cc_op op_item = {.id = "item",
                              .method = CC_GET,
                              .path = "/v1/{a}/x/{b}",
                              .params = &item_type};
static const cc_op op_literal = {.id = "literal", .method = CC_GET, .path = "/v1/y/x/z"};
static const ccd_route routes[] = {{&op_plain}, {&op_item}, {&op_literal}, {0}};
static const ccd_route *const tables[] = {routes, NULL};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(1024 * 1024);
  ccd_router *router = NULL;
  cc_error error;
  ccd_match match;
  char *path = arena == NULL ? NULL : cc_arena_strndup(arena, (const char *) data, size);
  if (path == NULL || ccd_router_new(tables, &router, &error) != CC_OK)
    return 0;
  if (ccd_router_match(router, CC_GET, path, arena, &match, &error) == CC_OK) {
    for (size_t i = 0; i < match.n_params; i++) {
      const cc_pair *param = &match.params[i];
      assert(param->length > 0 && strlen(param->text) == param->length);
      assert(strchr(param->text, '/') == NULL && strcmp(param->text, "..") != 0);
      assert(cc_utf8_length(param->text, param->length) > 0);
      assert(!cc_utf8_has_control(param->text, param->length));
      assert(match.route == NULL || param->name != NULL);
    }
  }
  ccd_router_free(router);
  return 0;
}
