/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/codec/cc-schema.h"

#include <string.h>

#include "common/codec/cc-codec-private.h"

/* JSON Schema 2020-12 in the order of the tables: the same text every time. */

static void
add_text(cc_str *out, const char *key, const char *text)
{
  cc_str_printf(out, ",\"%s\":", key);
  cc_str_add_json(out, text, strlen(text));
}

static void
add_number(cc_str *out, const char *key, int64_t value)
{
  cc_str_printf(out, ",\"%s\":%lld", key, (long long) value);
}

typedef struct format_row {
  const char *format, *pattern;
} format_row;

static const format_row formats[] = {
  [CC_FORMAT_TEXT] = {NULL, NULL},
  [CC_FORMAT_EMAIL] = {"email", NULL},
  [CC_FORMAT_URL] = {"uri", "^https?://"},
  [CC_FORMAT_SLUG] = {NULL, "^[a-z0-9]+(-[a-z0-9]+)*$"},
  [CC_FORMAT_COUNTRY] = {NULL, "^[A-Z]{2}$"},
  [CC_FORMAT_UUID] = {"uuid", NULL},
  [CC_FORMAT_DIGITS] = {NULL, "^[0-9]+$"},
  [CC_FORMAT_DATE] = {"date", NULL},
};

/* Can a reply say null? Also what is optional and has not been given. */
static bool
can_be_null(const cc_field *field, cc_schema_use use)
{
  if ((field->flags & CC_NULLABLE) != 0)
    return true;
  if (use != CC_SCHEMA_REPLY || (field->flags & (CC_REQUIRED | CC_READ_ONLY)) != 0)
    return false;
  bool scalar = field->kind == CC_KIND_BOOL || field->kind == CC_KIND_INT64 ||
                field->kind == CC_KIND_DOUBLE || field->kind == CC_KIND_TIME;
  bool list = field->kind == CC_KIND_LIST || field->kind == CC_KIND_STRINGS;
  return field->fallback == NULL && !list && (!scalar || field->boxed);
}

static void
add_type(const cc_field *field, cc_schema_use use, cc_str *out)
{
  static const char *const names[] = {
    [CC_KIND_BOOL] = "boolean",
    [CC_KIND_INT64] = "integer",
    [CC_KIND_DOUBLE] = "number",
    [CC_KIND_STRING] = "string",
    [CC_KIND_TIME] = "string",
    [CC_KIND_ENUM] = "string",
    [CC_KIND_STRINGS] = "array",
    [CC_KIND_JSON] = "object",
    [CC_KIND_OBJECT] = "object",
    [CC_KIND_LIST] = "array",
  };
  const char *name = names[field->kind];
  if (can_be_null(field, use))
    cc_str_printf(out, "\"type\":[\"%s\",\"null\"]", name);
  else
    cc_str_printf(out, "\"type\":\"%s\"", name);
}

/* What a string of a format looks like; the length stands beside it where it is the field's. */
static void
add_format(const cc_field *field, cc_str *out)
{
  const format_row *row = &formats[field->format];
  if ((field->flags & CC_SECRET) != 0)
    add_text(out, "format", "password");
  else if (row->format != NULL)
    add_text(out, "format", row->format);
  if (row->pattern != NULL)
    add_text(out, "pattern", row->pattern);
}

static void
add_limits(const cc_field *field, const char *min, const char *max, cc_str *out)
{
  if (cc_field_has_min(field))
    add_number(out, min, field->min);
  if (cc_field_has_max(field))
    add_number(out, max, field->max);
}

static void
add_enum(const cc_field *field, cc_schema_use use, cc_str *out)
{
  cc_str_add(out, ",\"enum\":[");
  for (size_t i = 0; i < field->names->n; i++) {
    if (i > 0)
      cc_str_add_char(out, ',');
    cc_str_add_json(out, field->names->names[i], strlen(field->names->names[i]));
  }
  cc_str_add(out, can_be_null(field, use) ? ",null]" : "]");
}

static void add_members(const cc_type *type, cc_schema_use use, cc_str *out);

static void
add_rules(const cc_field *field, cc_schema_use use, cc_str *out)
{
  /* A part is whole, also in a merge-patch. */
  cc_schema_use part = use == CC_SCHEMA_PATCH ? CC_SCHEMA_CREATE : use;
  switch ((cc_kind) field->kind) {
  case CC_KIND_BOOL:
    return;
  case CC_KIND_INT64:
    add_text(out, "format", "int64");
    add_limits(field, "minimum", "maximum", out);
    return;
  case CC_KIND_DOUBLE:
    add_limits(field, "minimum", "maximum", out);
    return;
  case CC_KIND_STRING:
    add_format(field, out);
    if (field->min > 0)
      add_number(out, "minLength", field->min);
    add_number(out, "maxLength", cc_field_max_length(field));
    return;
  case CC_KIND_TIME:
    add_text(out, "format", "date-time");
    return;
  case CC_KIND_ENUM:
    add_enum(field, use, out);
    return;
  case CC_KIND_STRINGS:
    add_limits(field, "minItems", "maxItems", out);
    cc_str_printf(out, ",\"items\":{\"type\":\"string\",\"maxLength\":%d", CC_LENGTH_MAX);
    add_format(field, out);
    cc_str_add_char(out, '}');
    return;
  case CC_KIND_JSON:
    add_limits(field, "minProperties", "maxProperties", out);
    return;
  case CC_KIND_OBJECT:
    add_members(field->type, part, out);
    return;
  case CC_KIND_LIST:
    add_limits(field, "minItems", "maxItems", out);
    cc_str_add(out, ",\"items\":");
    cc_schema(field->type, part, out);
    return;
  }
}

void
cc_schema_field(const cc_field *field, cc_schema_use use, cc_str *out)
{
  cc_str_add_char(out, '{');
  add_type(field, use, out);
  if (field->doc != NULL)
    add_text(out, "description", field->doc);
  add_rules(field, use, out);
  if ((field->flags & CC_READ_ONLY) != 0)
    cc_str_add(out, ",\"readOnly\":true");
  if ((field->flags & CC_WRITE_ONLY) != 0)
    cc_str_add(out, ",\"writeOnly\":true");
  if (field->fallback != NULL && use == CC_SCHEMA_CREATE)
    cc_str_printf(out, ",\"default\":%s", field->fallback);
  if (field->example != NULL)
    cc_str_printf(out, ",\"examples\":[%s]", field->example);
  cc_str_add_char(out, '}');
}

static bool
is_listed(const cc_field *field, cc_schema_use use)
{
  return (field->flags & (use == CC_SCHEMA_REPLY ? CC_WRITE_ONLY : CC_READ_ONLY)) == 0;
}

/* Must the key be there? A reply has every field that everybody may see. */
static bool
is_required(const cc_field *field, cc_schema_use use)
{
  switch (use) {
  case CC_SCHEMA_REPLY:
    return field->view == CC_VIEW_PUBLIC;
  case CC_SCHEMA_CREATE:
    return (field->flags & CC_REQUIRED) != 0 && field->fallback == NULL;
  case CC_SCHEMA_PATCH:
    return false;
  }
  return false;
}

static void
add_members(const cc_type *type, cc_schema_use use, cc_str *out)
{
  cc_str_add(out, ",\"properties\":{");
  bool first = true;
  for (size_t i = 0; i < type->n_fields; i++) {
    if (!is_listed(&type->fields[i], use))
      continue;
    cc_str_printf(out, "%s\"%s\":", first ? "" : ",", type->fields[i].name);
    cc_schema_field(&type->fields[i], use, out);
    first = false;
  }
  cc_str_add_char(out, '}');
  first = true;
  for (size_t i = 0; i < type->n_fields; i++) {
    if (!is_listed(&type->fields[i], use) || !is_required(&type->fields[i], use))
      continue;
    cc_str_printf(out, "%s\"%s\"", first ? ",\"required\":[" : ",", type->fields[i].name);
    first = false;
  }
  if (!first)
    cc_str_add_char(out, ']');
  /* Replies may grow; requests are read strictly. */
  if (use != CC_SCHEMA_REPLY)
    cc_str_add(out, ",\"additionalProperties\":false");
}

void
cc_schema(const cc_type *type, cc_schema_use use, cc_str *out)
{
  cc_str_add(out, "{\"type\":\"object\"");
  add_text(out, "title", type->name);
  if (type->doc != NULL)
    add_text(out, "description", type->doc);
  add_members(type, use, out);
  cc_str_add_char(out, '}');
}
