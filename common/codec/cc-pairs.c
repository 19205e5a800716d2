/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "common/base/cc-utf8.h"
#include "common/codec/cc-codec-private.h"

/* Structs from plain texts: the parameters of a path, a query string, the cells of a row. */

static json_t *
integer_from_text(const char *text, size_t length)
{
  bool negative = length > 1 && text[0] == '-';
  int64_t value = 0;
  if (length == 0)
    return NULL;
  for (size_t i = negative; i < length; i++) {
    if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(value, 10, &value))
      return NULL;
    int64_t digit = text[i] - '0';
    if (__builtin_add_overflow(value, negative ? -digit : digit, &value))
      return NULL;
  }
  return json_integer(value);
}

/* The JSON value that a plain text stands for in a field, NULL when it stands for none. As a row's
 * cell (@cell) it may also be PostgreSQL's way of writing. */
static json_t *
value_from_text(const cc_field *field, const char *text, size_t length, bool cell)
{
  switch ((cc_kind) field->kind) {
  case CC_KIND_BOOL:
    if ((length == 4 && memcmp(text, "true", 4) == 0) || (cell && length == 1 && text[0] == 't'))
      return json_true();
    if ((length == 5 && memcmp(text, "false", 5) == 0) || (cell && length == 1 && text[0] == 'f'))
      return json_false();
    return NULL;
  case CC_KIND_INT64:
    return integer_from_text(text, length);
  case CC_KIND_DOUBLE:
    if (length == 0 || (text[0] != '-' && (text[0] < '0' || text[0] > '9')))
      return NULL;
    return cc_json_load(text, length, JSON_DECODE_ANY, NULL);
  case CC_KIND_TIME:
    /* "2026-11-03 12:00:00.5+00" */
    if (cell && length >= 22 && length <= 29 && text[10] == ' ' &&
        memcmp(text + length - 3, "+00", 3) == 0)
      return json_sprintf("%.10sT%.*sZ", text, (int) length - 14, text + 11);
    return json_stringn(text, length);
  case CC_KIND_STRING:
  case CC_KIND_ENUM:
    return json_stringn(text, length);
  case CC_KIND_STRINGS:
  case CC_KIND_JSON:
  case CC_KIND_OBJECT:
  case CC_KIND_LIST:
    return cell ? cc_json_load(text, length, 0, NULL) : NULL;
  }
  return NULL;
}

static void
decode_pair(cc_decoder *d, const cc_type *type, const cc_pair *pair, cc_present *seen, void *object)
{
  bool readable = cc_utf8_length(pair->name, strlen(pair->name)) >= 0;
  const cc_path here = {.name = readable ? pair->name : "?"};
  int index = cc_type_find(type, pair->name);
  if (index < 0) {
    cc_unknown_field(d, &here, type, pair->name);
    return;
  }
  if (cc_present_has(seen, (size_t) index)) {
    cc_hint(cc_wrong(d, &here, "duplicate_key", "is there twice"), "Leave one of the two out.");
    return;
  }
  cc_present_set(seen, (size_t) index);
  const char *code, *message, *way_out;
  if (!cc_format_check(CC_FORMAT_TEXT, pair->text, pair->length, &code, &message, &way_out)) {
    cc_hint(cc_wrong(d, &here, code, "%s", message), "%s", way_out);
    return;
  }
  const cc_field *field = &type->fields[index];
  const json_t *json = value_from_text(field, pair->text, pair->length, /* cell= */ false);
  if (json == NULL)
    cc_wrong_type(d, &here, field);
  else
    cc_decode_value(d, &here, field, json, object);
}

cc_status
cc_decode_pairs(const cc_type *type,
                const cc_pair *pairs,
                size_t n_pairs,
                cc_arena *arena,
                void **ret,
                cc_present *ret_present,
                cc_error_list *reterr)
{
  cc_decoder d = {.arena = arena, .errors = reterr, .mode = CC_MODE_CREATE};
  cc_present present = {0};
  void *object = cc_arena_alloc(arena, type->size);
  if (object == NULL)
    return CC_ERR_NO_MEMORY;
  cc_arena *before = cc_json_enter(arena);
  for (size_t i = 0; i < n_pairs; i++)
    decode_pair(&d, type, &pairs[i], &present, object);
  cc_decode_finish(&d, /* up= */ NULL, type, object, &present);
  cc_json_leave(before);
  cc_status status = cc_decode_outcome(&d);
  if (status != CC_OK)
    return status;
  *ret = object;
  if (ret_present != NULL)
    *ret_present = present;
  return CC_OK;
}

static size_t
member_size(const cc_field *field)
{
  switch ((cc_kind) field->kind) {
  case CC_KIND_BOOL:
    return field->boxed ? sizeof(void *) : sizeof(bool);
  case CC_KIND_ENUM:
    return sizeof(int);
  case CC_KIND_STRINGS:
    return sizeof(cc_strings);
  case CC_KIND_INT64:
  case CC_KIND_DOUBLE:
  case CC_KIND_TIME:
  case CC_KIND_STRING:
  case CC_KIND_JSON:
  case CC_KIND_OBJECT:
  case CC_KIND_LIST:
    return 8;
  }
  return 0;
}

static void
bind_cell(cc_decoder *d, const cc_field *field, const cc_cell *cell, void *object)
{
  memset(cc_member(field, object), 0, member_size(field));
  if (field->kind == CC_KIND_LIST)
    memset((char *) object + field->count_offset, 0, sizeof(size_t));
  if (cell->text == NULL)
    return;
  size_t length = (size_t) cell->length;
  const cc_path here = {.name = field->name};
  if (field->kind == CC_KIND_JSON) {
    char *copy = cc_arena_strndup(d->arena, cell->text, length);
    d->no_memory = d->no_memory || copy == NULL;
    *(char **) cc_member(field, object) = copy;
    return;
  }
  const json_t *json = value_from_text(field, cell->text, length, /* cell= */ true);
  if (json != NULL)
    cc_decode_value(d, &here, field, json, object);
  else
    cc_wrong_type(d, &here, field);
}

cc_status
cc_bind_row(const cc_row_map *map, const cc_cell *cells, cc_arena *arena, void *ret_object)
{
  cc_error_list errors = {.arena = arena};
  cc_decoder d = {.arena = arena, .errors = &errors, .mode = CC_MODE_REPLY};
  cc_arena *before = cc_json_enter(arena);
  for (size_t i = 0; i < map->type->n_fields && !d.no_memory; i++) {
    if (map->column[i] >= 0)
      bind_cell(&d, &map->type->fields[i], &cells[map->column[i]], ret_object);
  }
  cc_json_leave(before);
  cc_status status = cc_decode_outcome(&d);
  return status == CC_ERR_INVALID ? CC_ERR_INTERNAL : status;
}
