/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/rules/cc-text-template.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/base/cc-str.h"
#include "common/base/cc-utf8.h"

/* Templates of text messages, such as "Hi {first_name|neighbor}, this is {texter_first_name}". */

const cc_text_field cc_text_fields[] = {
  {"first_name", "Alexandra"},
  {"last_name", "Washington"},
  {"city", "Springfield"},
  {"precinct", "12-3"},
  {"organization", "Neighbors for Springfield"},
  {"texter_first_name", "Alexandra"},
  {0},
};

/* The field with this name of @length bytes; NULL when there is none. */
static const cc_text_field *
find_field(const cc_text_field *fields, const char *name, size_t length)
{
  for (; fields->name != NULL; fields++)
    if (strlen(fields->name) == length && memcmp(fields->name, name, length) == 0)
      return fields;
  return NULL;
}

/* Find the next "{…}"; @ret_end points behind its closing brace. NULL when there is none. */
static const char *
next_field(const char *from, const char **ret_end)
{
  const char *begin = strchr(from, '{');
  const char *end = begin == NULL ? NULL : strchr(begin, '}');
  if (end == NULL)
    return NULL;
  *ret_end = end + 1;
  return begin;
}

/* The text that replaces the field between @begin and @end (braces included): its value or, when
 * it has none, the substitute after "|". */
static const char *
field_text(const cc_text_field *fields, const char *begin, const char *end, size_t *ret_length)
{
  size_t inside = (size_t) (end - begin) - 2;
  const char *bar = memchr(begin + 1, '|', inside);
  size_t name = bar == NULL ? inside : (size_t) (bar - begin) - 1;
  const cc_text_field *field = find_field(fields, begin + 1, name);
  const char *value = field == NULL || field->value == NULL ? "" : field->value;
  bool stands_in = *value == '\0' && bar != NULL;
  *ret_length = stands_in ? inside - name - 1 : strlen(value);
  return stands_in ? bar + 1 : value;
}

/* Render in two passes: with @to NULL only the bytes are counted, then they are written. Returns
 * the number of bytes without NUL. */
static size_t
render_template(const char *template, const cc_text_field *fields, char *to)
{
  size_t n = 0;
  const char *end = NULL;
  for (const char *begin; (begin = next_field(template, &end)) != NULL; template = end) {
    size_t before = (size_t) (begin - template);
    size_t length = 0;
    const char *value = field_text(fields, begin, end, &length);
    if (to != NULL) {
      memcpy(to + n, template, before);
      /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the caller ends the text */
      memcpy(to + n + before, value, length);
    }
    n += before + length;
  }
  size_t rest = strlen(template);
  if (to != NULL)
    memcpy(to + n, template, rest); /* NOLINT(bugprone-not-null-terminated-result): the same */
  return n + rest;
}

char *
cc_text_render(const char *template, const cc_text_field *fields, cc_arena *arena)
{
  size_t length = render_template(template, fields, NULL);
  char *made = cc_arena_text(arena, length + 1);
  if (made == NULL)
    return NULL;
  (void) render_template(template, fields, made);
  made[length] = '\0';
  return made;
}

static cc_status
refuse_template(const char *pointer, const char *message, cc_error *reterr)
{
  cc_status status = cc_fail_field(reterr, CC_ERR_INVALID, "unknown_field", pointer, "%s", message);
  if (reterr == NULL)
    return status;
  cc_str names = CC_STR_INIT(1024);
  for (const cc_text_field *field = cc_text_fields; field->name != NULL; field++)
    cc_str_printf(&names, "{%s}%s", field->name, field[1].name == NULL ? "." : ", ");
  cc_error_hint(reterr, "Fields are %s", names.failed ? "others." : names.text);
  cc_str_done(&names);
  return status;
}

/* The innermost braces are a field: in "{a {b}" the field is {b}, and the first brace has no
 * partner. */
cc_status
cc_text_check(const char *template, const char *pointer, cc_error *reterr)
{
  bool lonely = false;
  for (const char *at = template; *at != '\0'; at++) {
    size_t inside = *at == '{' ? strcspn(at + 1, "{}") : 0;
    if (*at == '{' && at[1 + inside] == '}') {
      const char *bar = memchr(at + 1, '|', inside);
      size_t name = bar == NULL ? inside : (size_t) (bar - at) - 1;
      if (find_field(cc_text_fields, at + 1, name) == NULL) {
        char message[120];
        int shown = inside > 60 ? 60 : (int) inside;
        (void) snprintf(message, sizeof(message), "There is no field {%.*s}.", shown, at + 1);
        return refuse_template(pointer, message, reterr);
      }
      at += 1 + inside;
    } else if (*at == '{' || *at == '}') {
      lonely = true;
    }
  }
  return lonely ? refuse_template(pointer, "A brace has no partner.", reterr) : CC_OK;
}

static bool
is_shouted(const char *name)
{
  for (const char *at = name; *at != '\0';) {
    uint32_t c = cc_utf8_next(&at);
    if (cc_utf8_upper(c) != c)
      return false;
  }
  return true;
}

const char *
cc_text_name(const char *name, cc_arena *arena)
{
  if (name == NULL || !is_shouted(name))
    return name;
  char *made = cc_arena_text(arena, 4 * strlen(name) + 1);
  if (made == NULL)
    return NULL;
  size_t n = 0;
  bool inside = false; /* of a word */
  for (const char *at = name; *at != '\0';) {
    uint32_t c = cc_utf8_next(&at);
    n += cc_utf8_put(inside ? cc_utf8_lower(c) : c, made + n);
    inside = c != '_' && cc_utf8_is_word(c);
  }
  made[n] = '\0';
  return made;
}
