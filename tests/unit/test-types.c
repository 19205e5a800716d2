/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>

#include "common/api/cc-op.h"
#include "tests/unit/drift.h"

/* Checks every type of every operation: its table covers its struct, its sample survives
 * encoding and decoding, its rows have documentation, its schema is valid JSON. */

static void
check_schema(const cc_type *type, cc_schema_use use)
{
  cc_str text = CC_STR_INIT(4 * 1024 * 1024);
  cc_schema(type, use, &text);
  g_assert_false(text.failed);
  json_error_t error;
  json_t *tree = json_loadb(text.text, text.length, JSON_REJECT_DUPLICATES, &error);
  if (tree == NULL)
    g_error("%s: its schema is not JSON: %s\n%s", type->name, error.text, text.text);
  json_decref(tree);
  cc_str_done(&text);
}

/* A default must be valid for its field: a body without the optional keys must decode, so only
 * required keys may be missing. */
static void
check_fallbacks(const cc_type *type)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(4 * 1024 * 1024);
  cc_error_list errors = {.arena = arena};
  void *object;
  cc_status status = cc_decode(type, "{}", 2, CC_MODE_CREATE, arena, &object, NULL, &errors);
  g_assert_true(status == CC_OK || status == CC_ERR_INVALID);
  for (size_t i = 0; i < errors.n; i++) {
    if (strcmp(errors.items[i].code, "required") != 0)
      g_error("%s%s: its fallback is refused: %s",
              type->name,
              errors.items[i].pointer,
              errors.items[i].message);
  }
}

/* Every writable field refuses invalid values, and the error has the pointer of the field. */
static void
check_refusals(const cc_type *type)
{
  for (size_t i = 0; i < type->n_fields; i++) {
    const cc_field *field = &type->fields[i];
    CC_AUTO(cc_arena) arena = cc_arena_new(4 * 1024 * 1024);
    cc_error_list errors = {.arena = arena};
    gboolean takes_list = field->kind == CC_KIND_STRINGS || field->kind == CC_KIND_LIST;
    g_autofree char *body = g_strdup_printf("{\"%s\":%s}", field->name, takes_list ? "{}" : "[]");
    g_autofree char *pointer = g_strdup_printf("/%s", field->name);
    void *object;
    cc_status status =
      cc_decode(type, body, strlen(body), CC_MODE_PATCH, arena, &object, NULL, &errors);
    g_assert_cmpint(status, ==, CC_ERR_INVALID);
    g_assert_cmpuint(errors.n, ==, 1);
    g_assert_cmpstr(errors.items[0].pointer, ==, pointer);
    g_assert_cmpstr(errors.items[0].code,
                    ==,
                    (field->flags & CC_READ_ONLY) != 0 ? "read_only" : "type");
    g_assert_cmpstr(errors.items[0].hint, !=, "");
  }
}

static void
check_type(const cc_op *op, const cc_type *type)
{
  if (type == NULL)
    return;
  g_assert_nonnull(op->id);
  g_assert_nonnull(type->name);
  drift_check(type);
  drift_round_trip(type);
  check_fallbacks(type);
  check_refusals(type);
  check_schema(type, CC_SCHEMA_REPLY);
  check_schema(type, CC_SCHEMA_CREATE);
  check_schema(type, CC_SCHEMA_PATCH);
}

static void
test_op(gconstpointer data)
{
  const cc_op *op = data;
  check_type(op, op->params);
  check_type(op, op->query);
  check_type(op, op->body);
  check_type(op, op->reply);
}

/* Each {name} of a path is a field of the parameters, and each field occurs in the path. */
static void
test_paths(void)
{
  for (size_t i = 0; cc_ops[i] != NULL; i++) {
    const cc_op *op = cc_ops[i];
    g_assert_nonnull(op->summary);
    g_assert_nonnull(op->tag);
    g_assert_cmpstr(cc_method_name(op->method), !=, "");
    size_t n = 0;
    for (const char *at = strchr(op->path, '{'); at != NULL; at = strchr(at + 1, '{')) {
      g_autofree char *name = g_strndup(at + 1, strcspn(at + 1, "}"));
      if (op->params == NULL || cc_type_find(op->params, name) < 0)
        g_error("%s: {%s} is not in its parameters", op->id, name);
      n++;
    }
    g_assert_cmpuint(n, ==, op->params == NULL ? 0 : op->params->n_fields);
    for (size_t j = 0; j < i; j++) {
      g_assert_cmpstr(op->id, !=, cc_ops[j]->id);
      g_assert_false(op->method == cc_ops[j]->method && strcmp(op->path, cc_ops[j]->path) == 0);
    }
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  cc_codec_init();
  g_test_add_func("/types/paths", test_paths);
  for (size_t i = 0; cc_ops[i] != NULL; i++) {
    g_autofree char *path = g_strdup_printf("/types/%s", cc_ops[i]->id);
    g_test_add_data_func(path, cc_ops[i], test_op);
  }
  return g_test_run();
}
