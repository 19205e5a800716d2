/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "common/codec/cc-codec-private.h"

/* Error reports of the decoder: JSON pointer, message and hint. */

static void
add_path(const cc_spot *at, cc_str *out)
{
  if (at->up != NULL) {
    add_path(at->up, out);
    cc_str_add_char(out, '/');
  }
  if (at->name == NULL) {
    if (at->up != NULL)
      cc_str_add_int(out, (int64_t) at->index);
    return;
  }
  for (const char *c = at->name; *c != '\0'; c++) {
    if (*c == '~' || *c == '/')
      cc_str_add(out, *c == '~' ? "~0" : "~1");
    else
      cc_str_add_char(out, *c);
  }
}

void
cc_wrong(const cc_spot *at, const char *code, const char *what, const char *hint_format, ...)
{
  at->d->invalid = true;
  if (at->d->errors->n >= CC_ERRORS_MAX)
    return;
  cc_str pointer = CC_STR_INIT(4096);
  add_path(at, &pointer);
  const cc_spot *named = at;
  while (named->name == NULL)
    named = named->up;
  /* A key can be long; it is cut between two characters. */
  size_t shown = strlen(named->name);
  for (shown = shown < 40 ? shown : 40; ((unsigned char) named->name[shown] & 0xC0) == 0x80;)
    shown--;
  cc_error *error = cc_error_list_add(at->d->errors,
                                      code,
                                      pointer.length > 0 ? pointer.text : "",
                                      "\"%.*s\" %s.",
                                      (int) shown,
                                      named->name,
                                      what);
  cc_str_done(&pointer);
  if (error == NULL)
    return;
  va_list args;
  va_start(args, hint_format);
  cc_error_vhint(error, hint_format, args);
  va_end(args);
}

/* Describe the values that a field accepts: "one of red, green". */
static const char *
describe_field(const cc_field *field, char *buffer, size_t size)
{
  static const char *const words[] = {
    [CC_KIND_BOOL] = "true or false",
    [CC_KIND_INT64] = "a whole number",
    [CC_KIND_DOUBLE] = "a number",
    [CC_KIND_STRING] = "a text",
    [CC_KIND_TIME] = "a time like 2026-11-03T12:00:00Z",
    [CC_KIND_STRINGS] = "a list of texts",
    [CC_KIND_JSON] = "an object",
    [CC_KIND_OBJECT] = "an object",
    [CC_KIND_LIST] = "a list of objects",
  };
  if (field->names == NULL)
    return words[field->kind];
  int used = snprintf(buffer, size, "one of");
  for (size_t i = 0; i < field->names->n && used >= 0 && (size_t) used < size; i++)
    used += snprintf(buffer + used,
                     size - (size_t) used,
                     "%s %s",
                     i > 0 ? "," : "",
                     field->names->names[i]);
  return buffer;
}

void
cc_wrong_type(const cc_spot *at)
{
  char text[112];
  bool item = at->name == NULL;
  const char *takes = !item ? describe_field(at->field, text, sizeof text)
                      : at->field->kind == CC_KIND_STRINGS ? "texts only"
                                                           : "objects only";
  cc_wrong(at, "type", "has the wrong type", "Send %s.", takes);
}

void
cc_wrong_value(const cc_spot *at)
{
  char text[112];
  const char *code = at->field->names->code;
  cc_wrong(at,
           code != NULL ? code : "enum",
           "has an unknown value",
           "Send %s.",
           describe_field(at->field, text, sizeof text));
}

void
cc_wrong_missing(const cc_spot *at)
{
  char text[112];
  cc_wrong(at,
           "required",
           "is missing",
           "Add it: %s.",
           describe_field(at->field, text, sizeof text));
}

#define NAME_MAX_LENGTH 40

/* Edit distance of two names, exact up to about 2; a larger value means "far". */
static unsigned
edit_distance(const char *a, const char *b)
{
  size_t a_length = strlen(a), b_length = strlen(b);
  if (a_length > NAME_MAX_LENGTH || b_length > NAME_MAX_LENGTH || a_length > b_length + 2 ||
      b_length > a_length + 2)
    return 9;
  unsigned row[NAME_MAX_LENGTH + 1];
  for (unsigned j = 0; j <= b_length; j++)
    row[j] = j;
  for (unsigned i = 1; i <= a_length; i++) {
    unsigned diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      unsigned cost = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      unsigned other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
      row[j] = cost < other ? cost : other;
    }
  }
  return row[b_length];
}

void
cc_wrong_name(const cc_spot *at, const cc_type *type)
{
  /* Skip the search for a suggestion when the error will not be stored. */
  if (at->d->errors->n >= CC_ERRORS_MAX)
    return;
  const char *nearest = NULL;
  unsigned least = strlen(at->name) < 4 ? 2 : 3;
  for (size_t i = 0; i < type->n_fields; i++) {
    unsigned far = edit_distance(at->name, type->fields[i].name);
    if (far < least && (type->fields[i].flags & CC_READ_ONLY) == 0) {
      least = far;
      nearest = type->fields[i].name;
    }
  }
  if (nearest != NULL)
    cc_wrong(at, "unknown_field", "is not known here", "Did you mean \"%s\"?", nearest);
  else
    cc_wrong(at,
             "unknown_field",
             "is not known here",
             "Leave it out: %s has no such field.",
             type->name);
}
