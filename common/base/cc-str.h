/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-base.h"

/* Growable text with a ceiling. Appending past the ceiling, or out of memory, sets `failed`
 * and appends nothing more: check once at the end. Text is always NUL-terminated. */
typedef struct cc_str {
  char *text; /* malloc'ed; NULL while empty */
  size_t length, capacity, ceiling;
  bool failed;
} cc_str;

#define CC_STR_INIT(max) ((cc_str){.ceiling = (max)})

void cc_str_done(cc_str *str);

/* Empty it, keep the memory. */
void cc_str_clear(cc_str *str);

/* Room for about @more bytes will be needed. A guess that is too large, or memory that is out,
 * changes nothing: what is appended then decides. */
void cc_str_hint(cc_str *str, size_t more);

/* Make room for @more bytes and return where to write them, or NULL. Follow by cc_str_wrote. */
char *cc_str_grow(cc_str *str, size_t more);

static inline char *
cc_str_reserve(cc_str *str, size_t more)
{
  /* The usual case stays in the caller's code: this runs several times per field of a reply. */
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

/* Value of a hexadecimal digit; -1: it is none. */
int cc_hex_value(char c);

/* Text for HTML, with & < > " ' as entities. */
void cc_str_add_html(cc_str *str, const char *text);

/* The text as a malloc'ed string that the caller frees; the str is empty afterwards.
 * NULL when it failed. */
char *cc_str_take(cc_str *str, size_t *ret_length);
