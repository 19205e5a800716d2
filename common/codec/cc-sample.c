/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/codec/cc-sample.h"

#include <string.h>

#include "common/codec/cc-codec-private.h"

/* Sample values that fields accept, for documents and tests. */

static const char *const formats[] = {
  [CC_FORMAT_TEXT] = "Sample",
  [CC_FORMAT_LINE] = "Sample",
  [CC_FORMAT_NAME] = "Sample",
  [CC_FORMAT_WORDS] = "Sample",
  [CC_FORMAT_EMAIL] = "ada@example.org",
  [CC_FORMAT_EMAIL_STORED] = "ada@example.org",
  [CC_FORMAT_URL] = "https://example.org/",
  [CC_FORMAT_SLUG] = "townhall",
  [CC_FORMAT_ZONE] = "America/New_York",
  [CC_FORMAT_PHONE] = "+12155550123",
  [CC_FORMAT_PHONE_USED] = "+12155550123",
  [CC_FORMAT_COUNTRY] = "US",
  [CC_FORMAT_UUID] = "7d444840-9dc0-11d1-b245-5ffdce74fad2",
  [CC_FORMAT_DIGITS] = "123456",
  [CC_FORMAT_DATE] = "1980-05-31",
};

/* A text in the field's format, extended or shortened to fit the limits. */
static void
sample_text(const cc_field *field, bool item, cc_str *out)
{
  const char *sample = field->names != NULL ? field->names->names[0] : formats[field->format];
  size_t length = strlen(sample);
  size_t min = item || field->min < 0 ? 0 : (size_t) field->min;
  size_t max = item ? CC_LENGTH_MAX : (size_t) cc_field_max_length(field);
  cc_str_add_char(out, '"');
  cc_str_add_n(out, sample, length < max ? length : max);
  for (size_t i = length; i < min; i++)
    cc_str_add_char(out, field->format == CC_FORMAT_DIGITS ? '0' : 'a');
  cc_str_add_char(out, '"');
}

/* The value nearest to @wish within the field's limits. */
static int64_t
clamp_to_limits(const cc_field *field, int64_t wish)
{
  if (cc_field_has_max(field) && wish > field->max)
    wish = field->max;
  return cc_field_has_min(field) && wish < field->min ? field->min : wish;
}

static void
sample_list(const cc_field *field, cc_str *out)
{
  int64_t n = clamp_to_limits(field, 1);
  cc_str_add_char(out, '[');
  for (int64_t i = 0; i < n; i++) {
    if (i > 0)
      cc_str_add_char(out, ',');
    if (field->kind == CC_KIND_LIST)
      cc_type_sample(field->type, out);
    else
      sample_text(field, /* item= */ true, out);
  }
  cc_str_add_char(out, ']');
}

static void
sample_members(const cc_field *field, cc_str *out)
{
  cc_str_add_char(out, '{');
  for (int64_t i = 0; i < field->min; i++)
    cc_str_printf(out, "%s\"key_%lld\":true", i > 0 ? "," : "", (long long) i);
  cc_str_add_char(out, '}');
}

void
cc_field_sample(const cc_field *field, cc_str *out)
{
  if (field->example != NULL) {
    cc_str_add(out, field->example);
    return;
  }
  switch ((cc_kind) field->kind) {
  case CC_KIND_BOOL:
    cc_str_add(out, "true");
    return;
  case CC_KIND_INT64:
  case CC_KIND_DOUBLE:
    cc_str_add_int(out, clamp_to_limits(field, 1));
    return;
  case CC_KIND_STRING:
    sample_text(field, /* item= */ false, out);
    return;
  case CC_KIND_TIME:
    cc_str_add(out, "\"2026-11-03T12:00:00Z\"");
    return;
  case CC_KIND_ENUM:
    cc_str_add_json(out, field->names->names[0], strlen(field->names->names[0]));
    return;
  case CC_KIND_JSON:
    sample_members(field, out);
    return;
  case CC_KIND_OBJECT:
    cc_type_sample(field->type, out);
    return;
  case CC_KIND_STRINGS:
  case CC_KIND_LIST:
    sample_list(field, out);
    return;
  }
}

void
cc_type_sample(const cc_type *type, cc_str *out)
{
  cc_str_add_char(out, '{');
  bool first = true;
  for (size_t i = 0; i < type->n_fields; i++) {
    if ((type->fields[i].flags & CC_READ_ONLY) != 0)
      continue;
    cc_str_printf(out, "%s\"%s\":", first ? "" : ",", type->fields[i].name);
    cc_field_sample(&type->fields[i], out);
    first = false;
  }
  cc_str_add_char(out, '}');
}
