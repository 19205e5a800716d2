/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks and fills text templates: "Hi {first_name|neighbor}, this is {texter_first_name}". */
#include "common/rules/cc-text-template.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/base/cc-str.h"
#include "common/base/cc-utf8.h"

const cc_text_field cc_text_fields[] = {
  {"first_name", "Alexandra"},
  {"last_name", "Washington"},
  {"city", "Springfield"},
  {"precinct", "12-3"},
  {"organization", "Neighbors for Springfield"},
  {"texter_first_name", "Alexandra"},
  {0},
};

/* Returns the field with this name, which is @length bytes long; NULL when there is none. */
static const cc_text_field *
find_field(const cc_text_field *fields, const char *name, size_t length)
{
  for (; fields->name != NULL; fields++)
    if (strlen(fields->name) == length && memcmp(fields->name, name, length) == 0)
      return fields;
  return NULL;
}

/* Returns the next "{…}" at or after @from, and sets @ret_end to the byte behind its closing brace.
 * Returns NULL when there is none. */
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

/* Returns the text that replaces the field between @begin and @end (braces included): the field's
 * value, or else the fallback behind "|". Not NUL-terminated. */
static const char *
field_text(const cc_text_field *fields, const char *begin, const char *end, size_t *ret_length)
{
  size_t inside = (size_t) (end - begin) - 2;
  const char *bar = memchr(begin + 1, '|', inside);
  size_t name = bar == NULL ? inside : (size_t) (bar - begin) - 1;
  const cc_text_field *field = find_field(fields, begin + 1, name);
  const char *value = field == NULL || field->value == NULL ? "" : field->value;
  bool fallback = *value == '\0' && bar != NULL;
  *ret_length = fallback ? inside - name - 1 : strlen(value);
  return fallback ? bar + 1 : value;
}

/* Render the template into @to, without a NUL; when @to is NULL, only count. Returns the length in
 * bytes. */
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
      /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the caller adds the NUL */
      memcpy(to + n + before, value, length);
    }
    n += before + length;
  }
  size_t rest = strlen(template);
  if (to != NULL)
    memcpy(to + n, template, rest); /* NOLINT(bugprone-not-null-terminated-result): as above */
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
  cc_error_hint(reterr,
                "Fields are %s",
                names.failed ? "listed in the documentation." : names.text);
  cc_str_done(&names);
  return status;
}

/* The innermost pair of braces is the field: in "{a {b}" the field is {b}, and the first brace is
 * reported as unmatched. */
cc_status
cc_text_check(const char *template, const char *pointer, cc_error *reterr)
{
  bool unmatched = false;
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
      unmatched = true;
    }
  }
  return unmatched ? refuse_template(pointer, "A brace is not closed or not opened.", reterr)
                   : CC_OK;
}

static bool
is_all_capitals(const char *name)
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
  if (name == NULL || !is_all_capitals(name))
    return name;
  char *made = cc_arena_text(arena, 4 * strlen(name) + 1);
  if (made == NULL)
    return NULL;
  size_t n = 0;
  bool inside = false; /* inside a word, so not at its first letter */
  for (const char *at = name; *at != '\0';) {
    uint32_t c = cc_utf8_next(&at);
    n += cc_utf8_put(inside ? cc_utf8_lower(c) : c, made + n);
    inside = c != '_' && cc_utf8_is_word(c);
  }
  made[n] = '\0';
  return made;
}
