/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/codec/cc-json.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/codec/cc-codec-private.h"

/* Reading JSON with jansson: its memory, its limits, its errors. No other file of the codec
 * depends on them. */

/* Arena for jansson's memory on this thread; NULL: malloc. JSON trees never outlive the decode
 * that made them, so they are not freed one by one. */
static _Thread_local cc_arena *current;
static _Thread_local bool exhausted;
/* Leaves the reader when the arena is full. jansson 2.14 ignores a failed growth of its token
 * buffer and then writes past the end of it, so an allocation must never fail inside jansson. */
static _Thread_local jmp_buf *escape;
static bool ready;

static void *
json_alloc(size_t size)
{
  if (current == NULL)
    return malloc(size);
  void *memory = cc_arena_alloc(current, size);
  if (memory == NULL) {
    exhausted = true;
    if (escape != NULL)
      longjmp(*escape, 1);
  }
  return memory;
}

static void
json_release(void *memory)
{
  if (current == NULL)
    free(memory);
}

void
cc_codec_init(void)
{
  json_set_alloc_funcs(json_alloc, json_release);
  json_object_seed(0);
  ready = true;
}

cc_arena *
cc_json_enter(cc_arena *arena)
{
  assert(ready);
  cc_arena *before = current;
  current = arena;
  exhausted = false;
  return before;
}

bool
cc_json_exhausted(void)
{
  return exhausted;
}

void
cc_json_leave(cc_arena *before)
{
  current = before;
}

/* json_loadb that returns at once at the arena's ceiling. Its allocations stay in the arena. */
json_t *
cc_json_load(const char *json, size_t length, size_t flags, json_error_t *reterr)
{
  jmp_buf here;
  if (setjmp(here) != 0) {
    escape = NULL;
    return NULL;
  }
  escape = &here;
  json_t *tree = json_loadb(json, length, flags, reterr);
  escape = NULL;
  return tree;
}

static cc_status
fail_malformed(cc_error_list *errors,
               const char *code,
               const char *pointer,
               const char *message,
               const char *hint)
{
  cc_error *error = cc_error_list_add(errors, code, pointer, "%s", message);
  if (error == NULL)
    return CC_ERR_NO_MEMORY;
  error->status = CC_ERR_MALFORMED;
  cc_error_hint(error, "%s", hint);
  return CC_ERR_MALFORMED;
}

static bool
is_white(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Check depth and number of items in the raw text before parsing. Exact for valid JSON; anything
 * else is rejected by the parser afterwards. A malicious document costs one pass over its bytes
 * and no memory. */
static cc_status
check_size(const char *json, size_t length, cc_error_list *errors)
{
  int depth = 0;
  int items = 0;
  bool opened = false; /* only white space was read since a bracket opened */
  for (size_t i = 0; i < length; i++) {
    char c = json[i];
    if (is_white(c))
      continue;
    if (c == ',' || (opened && c != ']' && c != '}'))
      items++;
    opened = c == '{' || c == '[';
    if (opened)
      depth++;
    else if (c == '}' || c == ']')
      depth--;
    else if (c == '"')
      for (i++; i < length && json[i] != '"'; i++)
        i += json[i] == '\\';
    if (depth > CC_JSON_DEPTH_MAX)
      return fail_malformed(errors,
                            "json_depth",
                            "",
                            "The JSON is nested too deeply.",
                            "At most 32 levels are read.");
    if (items > CC_JSON_ITEMS_MAX)
      return fail_malformed(errors,
                            "json_items",
                            "",
                            "The JSON has too many members and elements.",
                            "At most 10000 are read: send it in parts.");
  }
  return CC_OK;
}

/* Report a duplicate key. The parser stopped after the second of two equal keys; the key's
 * pointer is known when the key is in the outermost object. */
static cc_status
duplicate_key(const char *json, size_t position, cc_error_list *errors)
{
  static const char hint[] = "Leave one of the two out.";
  size_t end = position > 0 && json[position - 1] == '"' ? position - 1 : 0;
  size_t start = 0;
  int depth = 0;
  for (size_t i = 0; i < end; i++) {
    if (json[i] == '{' || json[i] == '[')
      depth++;
    else if (json[i] == '}' || json[i] == ']')
      depth--;
    else if (json[i] == '"')
      for (start = ++i; i < end && json[i] != '"'; i++)
        i += json[i] == '\\';
  }
  char pointer[sizeof((cc_error *) NULL)->pointer] = "";
  bool known = depth == 1 && start < end && end - start < sizeof pointer - 1;
  if (known && memchr(json + start, '\\', end - start) == NULL)
    (void) snprintf(pointer, sizeof pointer, "/%.*s", (int) (end - start), json + start);
  return fail_malformed(errors,
                        "duplicate_key",
                        pointer,
                        "An object has the same key twice.",
                        hint);
}

/* --- well-formed JSON that jansson does not read ---
 *
 * Numbers beyond 64 bits, halves of surrogate pairs and NUL in a key are valid JSON, so the
 * error belongs to the field and not to the document. Such a document is read a second time with
 * marks in their places that no field accepts: CC_JSON_HUGE, CC_JSON_HALF and U+FFFD in a key. */

/* Length of the number that begins at @at. */
static size_t
number_length(const char *at, size_t length)
{
  size_t n = 0;
  while (n < length && at[n] != '\0' && strchr("+-.0123456789Ee", at[n]) != NULL)
    n++;
  return n;
}

static bool
is_huge(const char *at, size_t n)
{
  char text[400];
  if (n >= sizeof(text))
    return true;
  memcpy(text, at, n);
  text[n] = '\0';
  if (strpbrk(text, ".eE") != NULL)
    return !isfinite(strtod(text, NULL));
  errno = 0;
  (void) strtoll(text, NULL, 10);
  return errno == ERANGE;
}

/* Value of the \uXXXX escape at @at, or -1. */
static long
escaped_unit(const char *at, size_t length)
{
  if (length < 6 || at[0] != '\\' || at[1] != 'u')
    return -1;
  long unit = 0;
  for (size_t i = 2; i < 6; i++) {
    int digit = cc_hex_value(at[i]);
    if (digit < 0)
      return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

static bool
is_high(long unit)
{
  return unit >= 0xD800 && unit <= 0xDBFF;
}

/* Copy one character or escape of a string; returns its length. */
static size_t
copy_character(const char *at, size_t length, bool key, cc_str *out)
{
  long unit = escaped_unit(at, length);
  bool half = unit >= 0xD800 && unit <= 0xDFFF;
  if (is_high(unit)) {
    long low = escaped_unit(at + 6, length - 6);
    if (low >= 0xDC00 && low <= 0xDFFF) {
      cc_str_add_n(out, at, 12);
      return 12;
    }
  }
  if (half || (key && unit == 0)) {
    cc_str_add(out, key ? "\\ufffd" : CC_JSON_HALF_ESCAPED);
    return 6;
  }
  size_t n = at[0] == '\\' && length > 1 ? 2 : 1;
  cc_str_add_n(out, at, n);
  return n;
}

/* Copy a string with its quotes; returns its length. */
static size_t
copy_string(const char *json, size_t length, cc_str *out)
{
  size_t end = 1;
  while (end < length && json[end] != '"')
    end += json[end] == '\\' ? 2 : 1;
  size_t next = end + 1;
  while (next < length && is_white(json[next]))
    next++;
  bool key = next < length && json[next] == ':';
  cc_str_add_char(out, '"');
  for (size_t i = 1; i < end && i < length;)
    i += copy_character(json + i, length - i, key, out);
  if (end < length)
    cc_str_add_char(out, '"');
  return end < length ? end + 1 : length;
}

static json_t *
load_marked(const char *json, size_t length, json_error_t *reterr)
{
  cc_str text = CC_STR_INIT(length * 4 + 1024);
  for (size_t i = 0; i < length;) {
    if (json[i] == '"') {
      i += copy_string(json + i, length - i, &text);
      continue;
    }
    size_t n = json[i] == '-' || (json[i] >= '0' && json[i] <= '9')
                 ? number_length(json + i, length - i)
                 : 0;
    if (n > 0 && is_huge(json + i, n))
      cc_str_add(&text, json[i] == '-' ? "-" CC_JSON_HUGE_TEXT : CC_JSON_HUGE_TEXT);
    else
      cc_str_add_n(&text, json + i, n > 0 ? n : 1);
    i += n > 0 ? n : 1;
  }
  json_t *tree = text.failed ? NULL : cc_json_load(text.text, text.length, CC_JSON_FLAGS, reterr);
  cc_str_done(&text);
  return tree;
}

static cc_status
parse_error(const char *json, size_t length, const json_error_t *error, cc_error_list *errors)
{
  if (exhausted)
    return CC_ERR_NO_MEMORY;
  enum json_error_code code = json_error_code(error);
  size_t position = error->position < 0 ? 0 : (size_t) error->position;
  if (code == json_error_duplicate_key)
    return duplicate_key(json, position < length ? position : length, errors);
  if (code == json_error_invalid_utf8)
    return fail_malformed(errors, "utf8", "", "The body is not valid UTF-8.", "Send it as UTF-8.");
  char message[160];
  (void) snprintf(message,
                  sizeof message,
                  "The body is not JSON: stopped at line %d, column %d.",
                  error->line,
                  error->column);
  const char *hint = "Check the place for a missing quote, comma or bracket.";
  if (code == json_error_premature_end_of_input)
    hint = "It ends too early: something is still open.";
  else if (code == json_error_end_of_input_expected)
    hint = "Nothing may follow the object.";
  return fail_malformed(errors, "json_syntax", "", message, hint);
}

/* Length of a byte order mark, which some systems write at the beginning of a text. */
static size_t
mark_length(const char *json, size_t length)
{
  return length >= 3 && memcmp(json, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

cc_status
cc_json_parse(const char *json, size_t length, json_t **ret, cc_error_list *reterr)
{
  size_t start = mark_length(json, length);
  if (start > 0)
    json += start;
  length -= start;
  for (start = 0; start < length && is_white(json[start]);)
    start++;
  if (start == length)
    return fail_malformed(reterr,
                          "json_syntax",
                          "",
                          "The body is empty.",
                          "Send a JSON object, {} at least.");
  if (memchr(json, '\0', length) != NULL)
    return fail_malformed(reterr,
                          "json_syntax",
                          "",
                          "The body is not JSON: it has a NUL byte.",
                          "Send the text without what follows it in memory.");
  if (json[start] != '{' && strchr("[\"-0123456789tfn", json[start]) != NULL)
    return fail_malformed(reterr,
                          "body_object",
                          "",
                          "The body is not a JSON object.",
                          "Send an object: {\"name\": value, ...}.");
  cc_status status = check_size(json, length, reterr);
  if (status != CC_OK)
    return status;
  json_error_t error = {0}, ignored;
  json_t *tree = cc_json_load(json, length, CC_JSON_FLAGS, &error);
  enum json_error_code code = tree == NULL ? json_error_code(&error) : json_error_unknown;
  if (code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
      code == json_error_invalid_syntax)
    tree = load_marked(json, length, &ignored);
  if (tree == NULL)
    return parse_error(json, length, &error, reterr);
  *ret = tree;
  return CC_OK;
}

void
cc_json_write_double(double value, cc_str *out)
{
  if (!isfinite(value)) {
    cc_str_add(out, "null");
    return;
  }
  char text[40];
  for (int precision = 15; precision <= 17; precision++) {
    (void) snprintf(text, sizeof text, "%.*g", precision, value);
    double back = strtod(text, NULL);
    if (!(back < value) && !(back > value))
      break;
  }
  /* The decimal separator of the locale may differ from ".", and may have several bytes. */
  char *to = text;
  for (const char *from = text; *from != '\0'; from++) {
    bool number = (*from >= '0' && *from <= '9') || *from == 'e' || *from == '+' || *from == '-';
    if (number)
      *to++ = *from;
    else if (to == text || to[-1] != '.')
      *to++ = '.';
  }
  cc_str_add_n(out, text, (size_t) (to - text));
}

static void
write_real(const json_t *json, cc_str *out)
{
  size_t before = out->length;
  cc_json_write_double(json_real_value(json), out);
  /* Keep 2.0 recognizable as a real number. */
  if (!out->failed && strpbrk(out->text + before, ".en") == NULL)
    cc_str_add(out, ".0");
}

static void
write_object(const json_t *json, cc_str *out)
{
  cc_str_add_char(out, '{');
  bool first = true;
  for (void *at = json_object_iter((json_t *) json); at != NULL;
       at = json_object_iter_next((json_t *) json, at)) {
    if (!first)
      cc_str_add_char(out, ',');
    first = false;
    const char *key = json_object_iter_key(at);
    cc_str_add_json(out, key, strlen(key));
    cc_str_add_char(out, ':');
    cc_json_write(json_object_iter_value(at), out);
  }
  cc_str_add_char(out, '}');
}

void
cc_json_write(const json_t *json, cc_str *out)
{
  switch (json_typeof(json)) {
  case JSON_OBJECT:
    write_object(json, out);
    return;
  case JSON_ARRAY:
    cc_str_add_char(out, '[');
    for (size_t i = 0; i < json_array_size(json); i++) {
      if (i > 0)
        cc_str_add_char(out, ',');
      cc_json_write(json_array_get(json, i), out);
    }
    cc_str_add_char(out, ']');
    return;
  case JSON_STRING:
    cc_str_add_json(out, json_string_value(json), json_string_length(json));
    return;
  case JSON_INTEGER:
    cc_str_add_int(out, json_integer_value(json));
    return;
  case JSON_REAL:
    write_real(json, out);
    return;
  case JSON_TRUE:
  case JSON_FALSE:
  case JSON_NULL:
    cc_str_add(out, json_is_true(json) ? "true" : json_is_false(json) ? "false" : "null");
    return;
  }
}
