/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/codec/cc-encode.h"

#include <string.h>

#include "common/codec/cc-codec-private.h"

/* Does a reply for @view contain the field? */
static bool
is_seen(const cc_field *field, cc_view view)
{
  return (field->flags & CC_WRITE_ONLY) == 0 && field->view <= view;
}

static inline size_t
key_length(const cc_field *field)
{
  return (size_t) field->name_length + 4; /* comma, two quotes and colon */
}

/* Write `,"name":` and reserve @more bytes after it; call cc_str_wrote for both. NULL when the
 * text is full. The whole key buffer is copied because its size is a constant; the following
 * value overwrites the excess. */
static inline char *
put_key(cc_str *out, const cc_field *field, size_t more)
{
  char *to = cc_str_reserve(out, CC_KEY_BYTES + more);
  if (to == NULL)
    return NULL;
  memcpy(to, field->key, CC_KEY_BYTES);
  return to + key_length(field);
}

static bool
add_key(cc_str *out, const cc_field *field, size_t more)
{
  if (put_key(out, field, more) == NULL)
    return false;
  cc_str_wrote(out, key_length(field));
  return true;
}

/* End the object that began at @start: replaces the comma before its first key with the brace. */
static void
end_object(cc_str *out, size_t start)
{
  if (out->failed)
    return;
  if (out->length == start)
    cc_str_add_char(out, '{');
  else
    out->text[start] = '{';
  cc_str_add_char(out, '}');
}

/* Which fields an encode writes: those of a reply's view, or the writable ones of a body (all or
 * only the present ones). */
typedef struct choice {
  cc_view view;
  bool body;
  const cc_present *present;
} choice;

static void encode_object(const cc_type *type, const void *object, choice what, cc_str *out);

/* STRINGS and LIST: both are stored as an array of pointers and a count. */
static void
encode_array(const cc_field *field, const void *object, choice what, cc_str *out)
{
  bool strings = field->kind == CC_KIND_STRINGS;
  size_t count_at = strings ? field->offset + offsetof(cc_strings, n) : field->count_offset;
  void *const *items;
  size_t n;
  memcpy(&items, cc_member_const(field, object), sizeof items);
  memcpy(&n, (const char *) object + count_at, sizeof n);
  if (items == NULL && (field->flags & CC_NULLABLE) != 0) {
    cc_str_add(out, "null");
    return;
  }
  cc_str_add_char(out, '[');
  for (size_t i = 0; items != NULL && i < n; i++) {
    if (i > 0)
      cc_str_add_char(out, ',');
    if (strings)
      cc_str_add_json(out, items[i], strlen(items[i]));
    else
      encode_object(field->type, items[i], what, out);
  }
  cc_str_add_char(out, ']');
}

/* Pointer to the value, NULL for null. */
static const void *
value_of(const cc_field *field, const void *object)
{
  const void *member = cc_member_const(field, object);
  bool pointer = field->boxed || field->kind == CC_KIND_STRING || field->kind == CC_KIND_JSON ||
                 field->kind == CC_KIND_OBJECT;
  if (pointer)
    memcpy(&member, member, sizeof member);
  else if (field->kind == CC_KIND_ENUM && *(const int *) member <= 0)
    return NULL;
  return member;
}

static const char *
enum_name(const cc_field *field, int value)
{
  return (size_t) value <= field->names->n ? field->names->names[value - 1] : "";
}

static void
encode_value(const cc_field *field, const void *object, choice what, cc_str *out)
{
  const void *value = value_of(field, object);
  if (value == NULL) {
    cc_str_add(out, "null");
    return;
  }
  switch ((cc_kind) field->kind) {
  case CC_KIND_BOOL:
    cc_str_add(out, *(const bool *) value ? "true" : "false");
    return;
  case CC_KIND_INT64:
    cc_str_add_int(out, *(const int64_t *) value);
    return;
  case CC_KIND_DOUBLE:
    cc_json_write_double(*(const double *) value, out);
    return;
  case CC_KIND_STRING:
    cc_str_add_json(out, value, strlen(value));
    return;
  case CC_KIND_TIME: {
    char text[CC_TIME_TEXT_MAX];
    cc_time_format(*(const cc_time *) value, text);
    cc_str_add_json(out, text, strlen(text));
    return;
  }
  case CC_KIND_ENUM: {
    const char *name = enum_name(field, *(const int *) value);
    cc_str_add_json(out, name, strlen(name));
    return;
  }
  case CC_KIND_JSON:
    cc_str_add(out, value);
    return;
  case CC_KIND_OBJECT:
    encode_object(field->type, value, what, out);
    return;
  case CC_KIND_STRINGS:
  case CC_KIND_LIST:
    encode_array(field, object, what, out);
    return;
  }
}

static void
encode_object(const cc_type *type, const void *object, choice what, cc_str *out)
{
  choice part = {.view = what.view, .body = what.body};
  size_t start = out->length;
  for (size_t i = 0; i < type->n_fields; i++) {
    const cc_field *field = &type->fields[i];
    bool chosen = what.body ? (field->flags & CC_READ_ONLY) == 0 : is_seen(field, what.view);
    if (what.present != NULL && !cc_present_has(what.present, i))
      chosen = false;
    if (chosen && add_key(out, field, 8))
      encode_value(field, object, part, out);
  }
  end_object(out, start);
}

void
cc_encode(const cc_type *type, const void *object, cc_view view, cc_str *out)
{
  encode_object(type, object, (choice){.view = view}, out);
}

void
cc_encode_body(const cc_type *type, const void *object, const cc_present *present, cc_str *out)
{
  encode_object(type, object, (choice){.body = true, .present = present}, out);
}

const char *
cc_field_text(const cc_field *field, const void *object, cc_arena *arena)
{
  const void *value = value_of(field, object);
  if (value == NULL)
    return NULL;
  if (field->kind == CC_KIND_STRING || field->kind == CC_KIND_JSON)
    return cc_arena_strdup(arena, value);
  if (field->kind == CC_KIND_ENUM)
    return cc_arena_strdup(arena, enum_name(field, *(const int *) value));
  if (field->kind == CC_KIND_TIME) {
    char text[CC_TIME_TEXT_MAX];
    cc_time_format(*(const cc_time *) value, text);
    return cc_arena_strdup(arena, text);
  }
  cc_str out = CC_STR_INIT(16 * 1024 * 1024);
  encode_value(field, object, (choice){.body = true}, &out);
  bool null = out.failed || strcmp(out.text, "null") == 0;
  char *text = null ? NULL : cc_arena_strndup(arena, out.text, out.length);
  cc_str_done(&out);
  return text;
}

/* Append a cell whose text already is a JSON value. */
static void
add_plain(cc_str *out, const cc_field *field, const char *text, size_t length)
{
  char *to = put_key(out, field, length);
  if (to == NULL)
    return;
  memcpy(to, text, length);
  cc_str_wrote(out, key_length(field) + length);
}

/* Converts "2026-11-03 12:00:00.5+00" to "2026-11-03T12:00:00.5Z". Infinity and years beyond
 * 9999, which RFC 3339 cannot represent, become null. */
static void
add_time(cc_str *out, const cc_field *field, const char *text, size_t length)
{
  if (length < 22 || length > 29 || text[10] != ' ' || text[length - 3] != '+') {
    add_plain(out, field, "null", 4);
    return;
  }
  char *to = put_key(out, field, length);
  if (to == NULL)
    return;
  to[0] = '"';
  memcpy(to + 1, text, length - 3);
  to[11] = 'T';
  to[length - 2] = 'Z';
  to[length - 1] = '"';
  cc_str_wrote(out, key_length(field) + length);
}

static void
add_cell(cc_str *out, const cc_field *field, const char *text, size_t length)
{
  switch ((cc_kind) field->kind) {
  case CC_KIND_BOOL:
    add_plain(out, field, text[0] == 't' ? "true" : "false", text[0] == 't' ? 4 : 5);
    return;
  case CC_KIND_STRING:
  case CC_KIND_ENUM:
    if (add_key(out, field, length + 2))
      cc_str_add_json(out, text, length);
    return;
  case CC_KIND_TIME:
    add_time(out, field, text, length);
    return;
  case CC_KIND_DOUBLE:
    /* NaN and infinities are not valid JSON. */
    if (length == 0 || text[length - 1] > '9')
      add_plain(out, field, "null", 4);
    else
      add_plain(out, field, text, length);
    return;
  case CC_KIND_INT64:
  case CC_KIND_STRINGS:
  case CC_KIND_JSON:
  case CC_KIND_OBJECT:
  case CC_KIND_LIST:
    add_plain(out, field, text, length);
    return;
  }
}

void
cc_encode_row(const cc_row_map *map, const cc_cell *cells, cc_view view, cc_str *out)
{
  const cc_type *type = map->type;
  size_t start = out->length;
  for (size_t i = 0; i < type->n_fields; i++) {
    const cc_field *field = &type->fields[i];
    if (map->column[i] < 0 || !is_seen(field, view))
      continue;
    const cc_cell *cell = &cells[map->column[i]];
    bool list = field->kind == CC_KIND_LIST || field->kind == CC_KIND_STRINGS;
    if (cell->text != NULL)
      add_cell(out, field, cell->text, (size_t) cell->length);
    else if (list && (field->flags & CC_NULLABLE) == 0)
      add_plain(out, field, "[]", 2);
    else
      add_plain(out, field, "null", 4);
  }
  end_object(out, start);
}
