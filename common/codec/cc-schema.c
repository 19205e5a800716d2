/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/codec/cc-schema.h"

#include <string.h>

#include "common/codec/cc-codec-private.h"

/* Generate JSON Schema 2020-12 in the order of the field tables, so that the text is the same
 * each time. */

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

/* Control characters that no line may contain, written in the subset of regular expressions that
 * all languages share. U+2028 and similar characters appear literally. */
#define CONTROLS "\\x00-\\x1f\\x7f-\\x9f\u2028-\u202e\u2066-\u2069"
#define LABEL "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#define PHONE "^\\+?[ .()\\[\\]-]*([0-9][ .()\\[\\]-]*){7,15}$"

/* The patterns express cc_format_check() as far as a regular expression can; the contract suite
 * compares the two. */
static const format_row formats[] = {
  [CC_FORMAT_TEXT] = {NULL, NULL},
  [CC_FORMAT_LINE] = {NULL, "^[^" CONTROLS "]*$"},
  [CC_FORMAT_WORDS] = {NULL, "^[^" CONTROLS "]*$"},
  [CC_FORMAT_NAME] = {NULL, "^[^\\s" CONTROLS "]([^" CONTROLS "]*[^\\s" CONTROLS "])?$"},
  [CC_FORMAT_EMAIL] = {"email", "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@" LABEL "(\\." LABEL ")+$"},
  [CC_FORMAT_EMAIL_STORED] = {"email",
                              "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@" LABEL "(\\." LABEL ")*$"},
  [CC_FORMAT_URL] = {"uri", "^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20\"<>\\\\^`{|}\\x7f]+$"},
  [CC_FORMAT_SLUG] = {NULL, "^[a-z0-9]+(-[a-z0-9]+)*$"},
  [CC_FORMAT_ZONE] = {NULL, "^[A-Za-z0-9_+/-]+$"},
  [CC_FORMAT_PHONE] = {NULL, PHONE},
  [CC_FORMAT_PHONE_USED] = {NULL, PHONE},
  [CC_FORMAT_COUNTRY] = {NULL, "^[A-Z]{2}$"},
  [CC_FORMAT_UUID] = {"uuid", NULL},
  [CC_FORMAT_DIGITS] = {NULL, "^[0-9]+$"},
  [CC_FORMAT_DATE] = {"date", NULL},
};

/* Pattern of a field with CC_NOT_BLANK. */
static const format_row visible_text = {NULL, "\\S"};
static const format_row visible_line = {NULL,
                                        "^[^" CONTROLS "]*[^\\s" CONTROLS "][^" CONTROLS "]*$"};

/* Can a reply contain null? Also true for optional fields without a value. */
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

/* Limits and patterns apply to requests only. Replies do not promise them, because imports,
 * purges and older versions stored values that no request may contain. */
static bool
has_limits(cc_schema_use use)
{
  return use != CC_SCHEMA_REPLY;
}

/* Formats that the column types of the database guarantee. */
static bool
is_kept(cc_format format)
{
  return format == CC_FORMAT_UUID || format == CC_FORMAT_DATE;
}

static void
add_format(const cc_field *field, cc_schema_use use, cc_str *out)
{
  const format_row *row = &formats[field->format];
  if ((field->flags & CC_NOT_BLANK) != 0)
    row = field->format == CC_FORMAT_LINE ? &visible_line : &visible_text;
  if ((field->flags & CC_SECRET) != 0)
    add_text(out, "format", "password");
  else if (row->format != NULL && (has_limits(use) || is_kept((cc_format) field->format)))
    add_text(out, "format", row->format);
  if (row->pattern != NULL && has_limits(use))
    add_text(out, "pattern", row->pattern);
}

static void
add_limits(const cc_field *field, cc_schema_use use, const char *min, const char *max, cc_str *out)
{
  if (!has_limits(use))
    return;
  if (cc_field_has_min(field))
    add_number(out, min, field->min);
  if (cc_field_has_max(field) && field->max != INT64_MAX)
    add_number(out, max, field->max);
}

static void
add_lengths(int64_t min, int64_t max, cc_schema_use use, cc_str *out)
{
  if (!has_limits(use))
    return;
  if (min > 0)
    add_number(out, "minLength", min);
  add_number(out, "maxLength", max);
}

static void
add_string(const cc_field *field, cc_schema_use use, cc_str *out)
{
  bool may_be_empty = use == CC_SCHEMA_PATCH && (field->flags & CC_MAY_BE_EMPTY) != 0;
  if (!may_be_empty)
    add_format(field, use, out);
  add_lengths(may_be_empty ? 0 : field->min, cc_field_max_length(field), use, out);
}

static void
add_names(const cc_enum *names, bool or_null, cc_str *out)
{
  cc_str_add(out, ",\"enum\":[");
  for (size_t i = 0; i < names->n; i++) {
    if (i > 0)
      cc_str_add_char(out, ',');
    cc_str_add_json(out, names->names[i], strlen(names->names[i]));
  }
  cc_str_add(out, or_null ? ",null]" : "]");
}

static void
add_strings(const cc_field *field, cc_schema_use use, cc_str *out)
{
  add_limits(field, use, "minItems", "maxItems", out);
  cc_str_add(out, ",\"items\":{\"type\":\"string\"");
  if (field->names != NULL) {
    add_names(field->names, /* or_null= */ false, out);
  } else {
    add_lengths(0, CC_LENGTH_MAX, use, out);
    add_format(field, use, out);
  }
  cc_str_add_char(out, '}');
}

/* An object whose keys are the enum's names, each true or false; in a merge-patch null keeps the
 * stored value. */
static void
add_switches(const cc_field *field, cc_str *out)
{
  cc_str_add(out, ",\"propertyNames\":{\"type\":\"string\"");
  add_names(field->names, /* or_null= */ false, out);
  cc_str_add(out, "},\"additionalProperties\":{\"type\":[\"boolean\",\"null\"]}");
}

static void
add_list(const cc_field *field, cc_schema_use use, cc_str *out)
{
  add_limits(field, use, "minItems", "maxItems", out);
  cc_str_add(out, ",\"items\":");
  cc_schema_ref(field->type, cc_schema_part(use), out);
}

static void
add_rules(const cc_field *field, cc_schema_use use, cc_str *out)
{
  switch ((cc_kind) field->kind) {
  case CC_KIND_BOOL:
  case CC_KIND_OBJECT: /* see cc_schema_field() */
    return;
  case CC_KIND_INT64:
    add_text(out, "format", "int64");
    add_limits(field, use, "minimum", "maximum", out);
    return;
  case CC_KIND_DOUBLE:
    add_limits(field, use, "minimum", "maximum", out);
    return;
  case CC_KIND_STRING:
    add_string(field, use, out);
    return;
  case CC_KIND_TIME:
    add_text(out, "format", "date-time");
    return;
  case CC_KIND_ENUM:
    add_names(field->names, can_be_null(field, use), out);
    return;
  case CC_KIND_STRINGS:
    add_strings(field, use, out);
    return;
  case CC_KIND_JSON:
    if (field->names != NULL)
      add_switches(field, out);
    else
      add_limits(field, use, "minProperties", "maxProperties", out);
    return;
  case CC_KIND_LIST:
    add_list(field, use, out);
    return;
  }
}

static void
add_description(const cc_field *field, cc_schema_use use, cc_str *out)
{
  static const char kept[] = " Kept as + and digits; ten digits alone are a number of the USA.";
  cc_str text = CC_STR_INIT(8192);
  cc_str_add(&text, field->doc);
  if ((field->format == CC_FORMAT_PHONE || field->format == CC_FORMAT_PHONE_USED) &&
      has_limits(use))
    cc_str_add(&text, kept);
  add_text(out, "description", text.failed ? field->doc : text.text);
  cc_str_done(&text);
}

/* An object is written as a reference to the schema of its type. */
static void
add_shape(const cc_field *field, cc_schema_use use, cc_str *out)
{
  if (field->kind != CC_KIND_OBJECT) {
    add_type(field, use, out);
    return;
  }
  bool or_null = can_be_null(field, use);
  cc_str_add(out, or_null ? "\"anyOf\":[" : "\"allOf\":[");
  cc_schema_ref(field->type, cc_schema_part(use), out);
  cc_str_add(out, or_null ? ",{\"type\":\"null\"}]" : "]");
}

void
cc_schema_field(const cc_field *field, cc_schema_use use, cc_str *out)
{
  cc_str_add_char(out, '{');
  add_shape(field, use, out);
  if (field->doc != NULL)
    add_description(field, use, out);
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

/* Must the key be present? A reply always has every field that everybody may see. */
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
  /* Clients must accept additional members in replies; requests with unknown members are
   * refused. */
  if (use != CC_SCHEMA_REPLY)
    cc_str_add(out, ",\"additionalProperties\":false");
}

cc_schema_use
cc_schema_part(cc_schema_use use)
{
  return use == CC_SCHEMA_PATCH ? CC_SCHEMA_CREATE : use;
}

void
cc_schema_name(const cc_type *type, cc_schema_use use, cc_str *out)
{
  static const char *const suffix[] = {"", "Body", "Patch"};
  cc_str_add(out, type->name);
  cc_str_add(out, suffix[use]);
}

void
cc_schema_ref(const cc_type *type, cc_schema_use use, cc_str *out)
{
  cc_str_add(out, "{\"$ref\":\"#/components/schemas/");
  cc_schema_name(type, use, out);
  cc_str_add(out, "\"}");
}

void
cc_schema(const cc_type *type, cc_schema_use use, cc_str *out)
{
  cc_str_add(out, "{\"type\":\"object\",\"title\":\"");
  cc_schema_name(type, use, out);
  cc_str_add_char(out, '"');
  if (type->doc != NULL)
    add_text(out, "description", type->doc);
  add_members(type, use, out);
  cc_str_add_char(out, '}');
}
