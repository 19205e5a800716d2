/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/codec/cc-pairs.h"

#include <string.h>

#include "common/base/cc-utf8.h"
#include "common/codec/cc-codec-private.h"

/* Fill structs from texts: parameters of a path, a query string, the cells of a row. */

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

/* Convert a plain text into the JSON value of a field; NULL when it is not a value of the field.
 * For a cell of a row (@cell) PostgreSQL's notation is also accepted. */
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
decode_pair(const cc_spot *up, const cc_type *type, const cc_pair *pair, cc_present *seen)
{
  cc_spot here = *up;
  here.name = cc_utf8_length(pair->name, strlen(pair->name)) < 0 ? "?" : pair->name;
  int index = cc_type_find(type, pair->name);
  if (index < 0) {
    cc_wrong_name(&here, type);
    return;
  }
  if (cc_present_has(seen, (size_t) index)) {
    cc_wrong(&here, "duplicate_key", "is there twice", "Leave one of the two out.");
    return;
  }
  cc_present_set(seen, (size_t) index);
  here.field = &type->fields[index];
  const char *code, *message, *way_out;
  if (!cc_format_check(CC_FORMAT_TEXT, pair->text, pair->length, &code, &message, &way_out)) {
    cc_wrong(&here, code, message, "%s", way_out);
    return;
  }
  const json_t *json = value_from_text(here.field, pair->text, pair->length, /* cell= */ false);
  if (json == NULL)
    cc_wrong_type(&here);
  else
    cc_decode_value(&here, json);
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
  const cc_spot all = {.d = &d, .object = cc_arena_alloc(arena, type->size)};
  cc_present present = {0};
  if (all.object == NULL)
    return CC_ERR_NO_MEMORY;
  cc_arena *before = cc_json_enter(arena);
  for (size_t i = 0; i < n_pairs; i++)
    decode_pair(&all, type, &pairs[i], &present);
  cc_decode_finish(&all, type, &present);
  cc_status status = cc_decode_outcome(&d);
  cc_json_leave(before);
  if (status != CC_OK)
    return status;
  *ret = all.object;
  if (ret_present != NULL)
    *ret_present = present;
  return CC_OK;
}

static void
bind_cell(const cc_spot *at, const cc_cell *cell)
{
  const cc_field *field = at->field;
  void *member = cc_member(field, at->object);
  bool small = !field->boxed && field->kind == CC_KIND_BOOL;
  memset(member, 0, small ? sizeof(bool) : field->kind == CC_KIND_ENUM ? sizeof(int) : 8);
  if (field->kind == CC_KIND_LIST)
    memset((char *) at->object + field->count_offset, 0, sizeof(size_t));
  if (field->kind == CC_KIND_STRINGS)
    *(cc_strings *) member = (cc_strings){0};
  if (cell->text == NULL)
    return;
  size_t length = (size_t) cell->length;
  if (field->kind == CC_KIND_JSON) {
    *(char **) member = cc_arena_strndup(at->d->arena, cell->text, length);
    at->d->no_memory = at->d->no_memory || *(char **) member == NULL;
    return;
  }
  const json_t *json = value_from_text(field, cell->text, length, /* cell= */ true);
  if (json != NULL)
    cc_decode_value(at, json);
  else
    at->d->invalid = true;
}

cc_status
cc_bind_row(const cc_row_map *map, const cc_cell *cells, cc_arena *arena, void *ret_object)
{
  cc_error_list errors = {.arena = arena};
  cc_decoder d = {.arena = arena, .errors = &errors, .mode = CC_MODE_REPLY};
  cc_arena *before = cc_json_enter(arena);
  for (size_t i = 0; i < map->type->n_fields && !d.no_memory; i++) {
    const cc_field *field = &map->type->fields[i];
    const cc_spot at = {.d = &d, .name = field->name, .field = field, .object = ret_object};
    if (map->column[i] >= 0)
      bind_cell(&at, &cells[map->column[i]]);
  }
  bool exhausted = d.no_memory || cc_json_exhausted();
  cc_json_leave(before);
  return exhausted ? CC_ERR_NO_MEMORY : d.invalid ? CC_ERR_INTERNAL : CC_OK;
}
