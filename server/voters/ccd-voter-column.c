/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds fields of cc_voter_type and checks values against them; see ccd-voter-column.h. */
#include "server/voters/ccd-voter-column.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "common/api/cc-voter-profile.h"
#include "common/api/cc-voter.h"
#include "common/base/cc-utf8.h"

const cc_field *
ccd_voter_other_column(const char *name)
{
  int index = cc_type_find(&cc_voter_type, name);
  const cc_field *field = index >= 0 ? &cc_voter_type.fields[index] : NULL;
  if (field == NULL || !(field->flags & CC_IMPORTED) || (field->flags & CC_RESIDENCE) ||
      (field->kind != CC_KIND_STRING && field->kind != CC_KIND_INT64 &&
       field->kind != CC_KIND_ENUM))
    return NULL;
  for (size_t i = 0; i < cc_voter_field_enum.n; i++) {
    if (strcmp(cc_voter_field_enum.names[i], name) == 0)
      return NULL;
  }
  return strcmp(name, "name_suffix") != 0
           ? field
           : NULL; /* this field is filled by the mapping field "suffix" */
}

/* Returns whether the text is a choice of the field, without regard to case. If so, *text is
 * replaced by the exact name of the choice. */
static bool
is_choice(const cc_field *field, ccd_slice *text)
{
  for (size_t i = 0; i < field->names->n; i++) {
    const char *name = field->names->names[i];
    if (strlen(name) == text->length && strncasecmp(name, text->text, text->length) == 0) {
      *text = (ccd_slice){.text = name, .length = text->length};
      return true;
    }
  }
  return false;
}

static bool
is_number(const cc_field *field, ccd_slice text)
{
  char digits[19], *end = NULL;
  if (text.length >= sizeof digits)
    return false;
  memcpy(digits, text.text, text.length);
  digits[text.length] = '\0';
  int64_t value = strtoimax(digits, &end, 10);
  bool bounded = field->min != 0 || field->max != 0;
  return *end == '\0' && (!bounded || (value >= field->min && value <= field->max));
}

static bool
is_text(const cc_field *field, ccd_slice text)
{
  const char *code, *message, *hint;
  int64_t most = field->max > 0 ? field->max : CC_LENGTH_MAX;
  int64_t length = cc_utf8_length(text.text, text.length);
  return length >= field->min && length <= most &&
         cc_format_check((cc_format) field->format, text.text, text.length, &code, &message, &hint);
}

bool
ccd_voter_column_value(const cc_field *field, ccd_slice *text)
{
  if (field->kind == CC_KIND_ENUM)
    return is_choice(field, text);
  return field->kind == CC_KIND_INT64 ? is_number(field, *text) : is_text(field, *text);
}
