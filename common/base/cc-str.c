/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/cc-str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST ((size_t) 64)

void
cc_str_done(cc_str *str)
{
  free(str->text);
  *str = CC_STR_INIT(str->ceiling);
}

void
cc_str_clear(cc_str *str)
{
  str->length = 0;
  str->failed = false;
  if (str->text != NULL)
    str->text[0] = '\0';
}

/* Make sure that @more bytes fit, within the ceiling. False when memory is exhausted; the text
 * is unchanged then. */
static bool
make_room(cc_str *str, size_t more)
{
  size_t need = str->length + more + 1;
  if (need <= str->capacity)
    return true;
  size_t capacity = str->capacity * 2;
  if (capacity < SMALLEST)
    capacity = SMALLEST;
  if (capacity < need)
    capacity = need;
  if (capacity > str->ceiling + 1)
    capacity = str->ceiling + 1;
  char *text = realloc(str->text, capacity);
  if (text == NULL)
    return false;
  str->text = text;
  str->capacity = capacity;
  str->text[str->length] = '\0';
  return true;
}

char *
cc_str_grow(cc_str *str, size_t more)
{
  if (str->failed || more > str->ceiling - str->length || !make_room(str, more)) {
    str->failed = true;
    return NULL;
  }
  return str->text + str->length;
}

void
cc_str_hint(cc_str *str, size_t more)
{
  size_t left = str->ceiling - str->length;
  if (!str->failed)
    (void) make_room(str, more < left ? more : left);
}

void
cc_str_add_n(cc_str *str, const char *text, size_t length)
{
  if (length == 0)
    return;
  char *to = cc_str_reserve(str, length);
  if (to == NULL)
    return;
  memcpy(to, text, length);
  cc_str_wrote(str, length);
}

void
cc_str_add(cc_str *str, const char *text)
{
  cc_str_add_n(str, text, strlen(text));
}

void
cc_str_add_char(cc_str *str, char c)
{
  cc_str_add_n(str, &c, 1);
}

void
cc_str_add_int(cc_str *str, int64_t value)
{
  char digits[20]; /* enough for -9223372036854775808 */
  char *end = digits + sizeof digits;
  char *at = end;
  uint64_t left = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;
  do {
    *--at = (char) ('0' + left % 10);
    left /= 10;
  } while (left != 0);
  if (value < 0)
    *--at = '-';
  cc_str_add_n(str, at, (size_t) (end - at));
}

void
cc_str_printf(cc_str *str, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  va_list again;
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  char *to = length < 0 ? NULL : cc_str_reserve(str, (size_t) length);
  if (to != NULL) {
    (void) vsnprintf(to, (size_t) length + 1, format, again);
    cc_str_wrote(str, (size_t) length);
  } else {
    str->failed = true;
  }
  va_end(again);
  va_end(args);
}

/* How JSON escapes each byte: 0 = not escaped, 'u' = \u00XX, 'L' = lead byte of U+2028/9, which
 * needs a check of the next bytes; any other value is the letter after the backslash. */
static const char json_escape[256] = {
  [0] = 'u',  [1] = 'u',  [2] = 'u',  [3] = 'u',  [4] = 'u',   [5] = 'u',     [6] = 'u',
  [7] = 'u',  [8] = 'b',  [9] = 't',  [10] = 'n', [11] = 'u',  [12] = 'f',    [13] = 'r',
  [14] = 'u', [15] = 'u', [16] = 'u', [17] = 'u', [18] = 'u',  [19] = 'u',    [20] = 'u',
  [21] = 'u', [22] = 'u', [23] = 'u', [24] = 'u', [25] = 'u',  [26] = 'u',    [27] = 'u',
  [28] = 'u', [29] = 'u', [30] = 'u', [31] = 'u', ['"'] = '"', ['\\'] = '\\', [0xE2] = 'L',
};

#define BYTES(b) (UINT64_C(0x0101010101010101) * (b))
#define HAS_ZERO(v) (((v) -BYTES(1)) & ~(v) &BYTES(0x80))

/* Number of bytes at @text that need no escape; checks eight at a time. */
static size_t
json_run(const unsigned char *text, size_t length)
{
  size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    uint64_t word;
    memcpy(&word, text + i, 8);
    uint64_t control = (word - BYTES(0x20)) & ~word & BYTES(0x80);
    if (control | HAS_ZERO(word ^ BYTES('"')) | HAS_ZERO(word ^ BYTES('\\')) |
        HAS_ZERO(word ^ BYTES(0xE2)))
      break;
  }
  while (i < length && json_escape[text[i]] == 0)
    i++;
  return i;
}

/* Write the escape of the byte at @text[0] and return the number of input bytes consumed. */
static size_t
json_special(cc_str *str, const unsigned char *text, size_t length)
{
  static const char hex[] = "0123456789abcdef";
  char kind = json_escape[text[0]];
  if (kind == 'L') {
    if (length >= 3 && text[1] == 0x80 && (text[2] & 0xFE) == 0xA8) {
      cc_str_add_n(str, text[2] == 0xA8 ? "\\u2028" : "\\u2029", 6);
      return 3;
    }
    cc_str_add_n(str, (const char *) text, 1);
    return 1;
  }
  if (kind == 'u') {
    char escape[6] = {'\\', 'u', '0', '0', hex[text[0] >> 4], hex[text[0] & 15]};
    cc_str_add_n(str, escape, sizeof escape);
    return 1;
  }
  char escape[2] = {'\\', kind};
  cc_str_add_n(str, escape, sizeof escape);
  return 1;
}

void
cc_str_add_json(cc_str *str, const char *text, size_t length)
{
  const unsigned char *at = (const unsigned char *) text;
  size_t run = json_run(at, length);
  char *to = cc_str_reserve(str, run + 2);
  if (to == NULL)
    return;
  to[0] = '"';
  if (run > 0)
    memcpy(to + 1, at, run);
  if (run == length) {
    to[run + 1] = '"';
    cc_str_wrote(str, run + 2);
    return;
  }
  cc_str_wrote(str, run + 1);
  while (run < length && !str->failed) {
    run += json_special(str, at + run, length - run);
    size_t plain = json_run(at + run, length - run);
    cc_str_add_n(str, text + run, plain);
    run += plain;
  }
  cc_str_add_char(str, '"');
}

void
cc_str_add_html(cc_str *str, const char *text)
{
  for (;;) {
    size_t run = strcspn(text, "&<>\"'");
    cc_str_add_n(str, text, run);
    text += run;
    switch (*text++) {
    case '&':
      cc_str_add(str, "&amp;");
      break;
    case '<':
      cc_str_add(str, "&lt;");
      break;
    case '>':
      cc_str_add(str, "&gt;");
      break;
    case '"':
      cc_str_add(str, "&quot;");
      break;
    case '\'':
      cc_str_add(str, "&#39;");
      break;
    default:
      return;
    }
  }
}

char *
cc_str_take(cc_str *str, size_t *ret_length)
{
  if (str->failed || cc_str_reserve(str, 0) == NULL)
    return NULL;
  char *text = str->text;
  if (ret_length != NULL)
    *ret_length = str->length;
  *str = CC_STR_INIT(str->ceiling);
  return text;
}

int
cc_hex_value(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}
