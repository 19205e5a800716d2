/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

#include "common/codec/cc-codec.h"

/* Finds members of a struct that have no row in its table. The member of each row is marked in a
 * map of the struct's bytes; only padding may remain unmarked. Also checks the rules for rows
 * that the compiler cannot check. */

static inline size_t
drift_member_size(const cc_field *field)
{
  switch ((cc_kind) field->kind) {
  case CC_KIND_BOOL:
    return field->boxed ? sizeof(bool *) : sizeof(bool);
  case CC_KIND_INT64:
  case CC_KIND_TIME:
    return sizeof(int64_t);
  case CC_KIND_DOUBLE:
    return sizeof(double);
  case CC_KIND_STRING:
  case CC_KIND_JSON:
  case CC_KIND_OBJECT:
  case CC_KIND_LIST:
    return sizeof(void *);
  case CC_KIND_ENUM:
    return sizeof(int);
  case CC_KIND_STRINGS:
    return sizeof(cc_strings);
  }
  g_assert_not_reached();
}

static inline void
drift_mark(const cc_type *type, const char *name, guint8 *map, size_t offset, size_t size)
{
  if (offset + size > type->size)
    g_error("%s.%s: lies outside of the struct", type->name, name);
  for (size_t i = offset; i < offset + size; i++) {
    if (map[i] != 0)
      g_error("%s.%s: another row has the same member", type->name, name);
    map[i] = 1;
  }
}

/* Refuse combinations of kind and flags that decode and encode do not support. */
static inline void
drift_check_row(const cc_type *type, const cc_field *field)
{
  gboolean scalar = field->kind == CC_KIND_BOOL || field->kind == CC_KIND_INT64 ||
                    field->kind == CC_KIND_DOUBLE || field->kind == CC_KIND_TIME;
  if (field->doc == NULL || field->doc[0] == '\0')
    g_error("%s.%s: has no doc", type->name, field->name);
  if (scalar && (field->flags & CC_NULLABLE) != 0 && !field->boxed)
    g_error("%s.%s: is nullable and has no way to be null; use CC_OPT_", type->name, field->name);
  if (field->boxed && !scalar)
    g_error("%s.%s: only scalars are boxed", type->name, field->name);
  if (field->kind == CC_KIND_ENUM && (field->names == NULL || field->names->n == 0))
    g_error("%s.%s: has no names", type->name, field->name);
  if ((field->kind == CC_KIND_OBJECT || field->kind == CC_KIND_LIST) && field->type == NULL)
    g_error("%s.%s: has no type", type->name, field->name);
  if ((field->flags & CC_READ_ONLY) != 0 && (field->flags & CC_WRITE_ONLY) != 0)
    g_error("%s.%s: can be neither read nor written", type->name, field->name);
  for (const char *c = field->name; *c != '\0'; c++) {
    if (!g_ascii_islower(*c) && !g_ascii_isdigit(*c) && *c != '_')
      g_error("%s.%s: a name has a to z, 0 to 9 and _", type->name, field->name);
  }
}

static inline void
drift_check(const cc_type *type)
{
  g_assert_cmpuint(type->n_fields, <=, CC_FIELDS_MAX);
  g_autofree guint8 *map = g_malloc0(type->size + 1u);
  for (size_t i = 0; i < type->n_fields; i++) {
    const cc_field *field = &type->fields[i];
    drift_check_row(type, field);
    g_assert_cmpint(cc_type_find(type, field->name), ==, (int) i);
    drift_mark(type, field->name, map, field->offset, drift_member_size(field));
    if (field->kind == CC_KIND_LIST)
      drift_mark(type, field->name, map, field->count_offset, sizeof(size_t));
    if (field->type != NULL && field->type != type)
      drift_check(field->type);
  }
  /* An unmarked gap that covers a whole aligned word, or is as large as the smallest member
   * where no padding is needed, is a member without a row. */
  for (size_t i = 0; i < type->size; i++) {
    size_t hole = 0;
    while (i + hole < type->size && map[i + hole] == 0)
      hole++;
    if (hole == 0)
      continue;
    gboolean pads = hole < 8 && (i + hole) % 4 == 0;
    if (!pads)
      g_error("%s: %zu bytes at offset %zu have no row in its table", type->name, hole, i);
    i += hole;
  }
}

/* Decode the sample of a type's writable fields, encode it and decode it again: the text must be
 * the same. */
static inline void
drift_round_trip(const cc_type *type)
{
  cc_arena *arena = cc_arena_new(16 * 1024 * 1024);
  cc_error_list errors = {.arena = arena};
  cc_str sample = CC_STR_INIT(4 * 1024 * 1024);
  cc_str first = CC_STR_INIT(4 * 1024 * 1024);
  cc_str second = CC_STR_INIT(4 * 1024 * 1024);
  cc_type_sample(type, &sample);
  g_assert_false(sample.failed);
  void *object = NULL;
  cc_status status =
    cc_decode(type, sample.text, sample.length, CC_MODE_CREATE, arena, &object, NULL, &errors);
  if (status != CC_OK)
    g_error("%s: its sample does not decode: %s %s\n%s",
            type->name,
            errors.n > 0 ? errors.items[0].pointer : "",
            errors.n > 0 ? errors.items[0].message : "",
            sample.text);
  cc_encode_body(type, object, /* present= */ NULL, &first);
  status = cc_decode(type, first.text, first.length, CC_MODE_CREATE, arena, &object, NULL, &errors);
  if (status != CC_OK)
    g_error("%s: what it encodes does not decode: %s %s\n%s",
            type->name,
            errors.n > 0 ? errors.items[0].pointer : "",
            errors.n > 0 ? errors.items[0].message : "",
            first.text);
  cc_encode_body(type, object, /* present= */ NULL, &second);
  g_assert_cmpstr(first.text, ==, second.text);
  cc_str_done(&sample);
  cc_str_done(&first);
  cc_str_done(&second);
  cc_arena_free(arena);
}
