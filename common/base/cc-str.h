/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-base.h"

/* Growable text with a ceiling. An append that passes the ceiling, or fails to allocate, sets
 * `failed`, and further appends do nothing: check `failed` once at the end. The text is always
 * NUL-terminated. */
typedef struct cc_str {
  char *text; /* malloc'ed; NULL while empty */
  size_t length, capacity, ceiling;
  bool failed;
} cc_str;

#define CC_STR_INIT(max) ((cc_str){.ceiling = (max)})

void cc_str_done(cc_str *str);

/* Empty the text and keep its memory. */
void cc_str_clear(cc_str *str);

/* Announce that about @more bytes will follow. A wrong guess or a failed allocation has no
 * effect: only the appends decide. */
void cc_str_hint(cc_str *str, size_t more);

/* Reserve @more bytes and return where to write them, or NULL. Call cc_str_wrote afterwards. */
char *cc_str_grow(cc_str *str, size_t more);

static inline char *
cc_str_reserve(cc_str *str, size_t more)
{
  /* The common case is inline because encoding a reply calls this function several times per
   * field. */
  return !str->failed && more < str->capacity - str->length ? str->text + str->length
                                                            : cc_str_grow(str, more);
}

static inline void
cc_str_wrote(cc_str *str, size_t bytes)
{
  str->length += bytes;
  str->text[str->length] = '\0';
}

void cc_str_add(cc_str *str, const char *text);
void cc_str_add_n(cc_str *str, const char *text, size_t length);
void cc_str_add_char(cc_str *str, char c);
void cc_str_add_int(cc_str *str, int64_t value);
void cc_str_printf(cc_str *str, const char *format, ...) CC_PRINTF(2, 3);

/* JSON string literal with its quotes. @length bytes of valid UTF-8. Control characters,
 * quote, backslash and U+2028/9 are escaped, nothing else. */
void cc_str_add_json(cc_str *str, const char *text, size_t length);

/* Value of a hexadecimal digit; -1 when @c is none. */
int cc_hex_value(char c);

/* Append text for HTML, with & < > " ' as entities. */
void cc_str_add_html(cc_str *str, const char *text);

/* Return the text as a malloc'ed string that the caller frees, and empty the cc_str. NULL when
 * an append failed. */
char *cc_str_take(cc_str *str, size_t *ret_length);
