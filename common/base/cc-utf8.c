/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/cc-utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "common/base/cc-arena.h"

/* Length of the UTF-8 sequence at @at, 0 when it is not valid: table 3-7 of the Unicode
 * Standard. */
static size_t
sequence_length(const unsigned char *at, size_t left)
{
  unsigned char lead = at[0];
  if (lead < 0x80)
    return 1;
  if (lead < 0xC2 || lead > 0xF4)
    return 0;
  size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (left < length)
    return 0;
  unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (at[1] < low || at[1] > high)
    return 0;
  for (size_t i = 2; i < length; i++) {
    if ((at[i] & 0xC0) != 0x80)
      return 0;
  }
  return length;
}

long
cc_utf8_length(const char *text, size_t bytes)
{
  const unsigned char *at = (const unsigned char *) text;
  const unsigned char *end = at + bytes;
  long count = 0;
  while (at < end) {
    uint64_t word;
    if (end - at >= 8 && (memcpy(&word, at, 8), (word & UINT64_C(0x8080808080808080)) == 0)) {
      at += 8;
      count += 8;
      continue;
    }
    size_t length = sequence_length(at, (size_t) (end - at));
    if (length == 0)
      return -1;
    at += length;
    count++;
  }
  return count;
}

bool
cc_utf8_has_control(const char *text, size_t bytes)
{
  const unsigned char *at = (const unsigned char *) text;
  for (size_t i = 0; i < bytes; i++) {
    if (at[i] < 0x20 || at[i] == 0x7F)
      return true;
    if (at[i] == 0xC2 && i + 1 < bytes && at[i + 1] >= 0x80 && at[i + 1] <= 0x9F)
      return true;
    if (at[i] != 0xE2 || i + 2 >= bytes)
      continue;
    if (at[i + 1] == 0x80 && at[i + 2] >= 0xAA && at[i + 2] <= 0xAE)
      return true;
    if (at[i + 1] == 0x81 && at[i + 2] >= 0xA6 && at[i + 2] <= 0xA9)
      return true;
  }
  return false;
}

/* utf8proc's result, copied into the arena; NULL when memory is exhausted or the bytes are not
 * UTF-8. */
static char *
map_text(cc_arena *arena, const char *text, size_t bytes, unsigned options)
{
  utf8proc_uint8_t *mapped = NULL;
  utf8proc_ssize_t length = utf8proc_map((const utf8proc_uint8_t *) text,
                                         (utf8proc_ssize_t) bytes,
                                         &mapped,
                                         (utf8proc_option_t) options);
  if (length < 0)
    return NULL;
  char *copy = cc_arena_strndup(arena, (const char *) mapped, (size_t) length);
  free(mapped);
  return copy;
}

const char *
cc_utf8_nfc(cc_arena *arena, const char *text, size_t bytes)
{
  /* Characters below U+0300 (lead byte 0xCC) never change. */
  size_t i = 0;
  while (i < bytes && (unsigned char) text[i] < 0xCC)
    i++;
  if (i == bytes)
    return text;
  const char *mapped = map_text(arena, text, bytes, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  if (mapped != NULL && strlen(mapped) == bytes && memcmp(mapped, text, bytes) == 0)
    return text;
  return mapped;
}

const char *
cc_utf8_fold(cc_arena *arena, const char *text, size_t bytes)
{
  return map_text(arena, text, bytes, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}

/* Does the last character before @at belong to a script that joins letters or is written from
 * right to left, or to an emoji (U+0590 and above)? Joiners are meaningful there. */
static bool
needs_joiner(const char *start, const char *at)
{
  while (at > start && ((unsigned char) at[-1] & 0xC0) == 0x80)
    at--;
  return at > start && (unsigned char) at[-1] >= 0xD6;
}

size_t
cc_utf8_blank(const char *at, const char *end, const char *start, bool *ret_zero)
{
  const unsigned char *p = (const unsigned char *) at;
  size_t left = (size_t) (end - at);
  *ret_zero = false;
  if (*p <= ' ' || *p == 0x7F)
    return 1;
  if (*p == 0xC2 && left >= 2 && (p[1] == 0xA0 || p[1] == 0xAD)) {
    *ret_zero = p[1] == 0xAD;
    return 2;
  }
  if (left < 3 || *p < 0xE2)
    return 0;
  unsigned code = (unsigned) p[0] << 16 | (unsigned) p[1] << 8 | p[2];
  bool joiner = code >= 0xE2808C && code <= 0xE2808F;
  if (joiner && needs_joiner(start, at))
    return 0;
  *ret_zero = joiner || code == 0xE2808B || code == 0xE281A0 || code == 0xEFBBBF;
  bool wide = (code >= 0xE28080 && code <= 0xE2808A) || code == 0xE280AF || code == 0xE2819F ||
              code == 0xE38080;
  return *ret_zero || wide ? 3 : 0;
}

const char *
cc_utf8_words(cc_arena *arena, const char *text, size_t bytes)
{
  char *copy = cc_arena_text(arena, bytes + 1);
  size_t n = 0;
  if (copy == NULL)
    return NULL;
  for (const char *at = text, *end = text + bytes; at < end;) {
    bool zero;
    size_t blank = cc_utf8_blank(at, end, text, &zero);
    if (blank == 0)
      copy[n++] = *at;
    else if (!zero && n > 0 && copy[n - 1] != ' ')
      copy[n++] = ' ';
    at += blank > 0 ? blank : 1;
  }
  n -= n > 0 && copy[n - 1] == ' ';
  copy[n] = '\0';
  return n == bytes && memcmp(copy, text, n) == 0 ? text : copy;
}

uint32_t
cc_utf8_next(const char **at)
{
  const unsigned char *text = (const unsigned char *) *at;
  static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  size_t length = sequence_length(text, strnlen(*at, 4));
  if (length == 0)
    length = 1;
  uint32_t c = length == 1 ? text[0] : (uint32_t) (text[0] & masks[length]);
  for (size_t i = 1; i < length; i++)
    c = (c << 6) | (text[i] & 0x3Fu);
  *at += length;
  return c;
}

size_t
cc_utf8_put(uint32_t c, char to[static 4])
{
  return (size_t) utf8proc_encode_char((utf8proc_int32_t) c, (utf8proc_uint8_t *) to);
}

uint32_t
cc_utf8_lower(uint32_t c)
{
  if (c < 0x80)
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  return (uint32_t) utf8proc_tolower((utf8proc_int32_t) c);
}

/* U+00DF has a capital form since Unicode 5.1 but no simple mapping to it; utf8proc maps it
 * nevertheless. */
uint32_t
cc_utf8_upper(uint32_t c)
{
  if (c < 0x80)
    return c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c;
  return c == 0xDF ? c : (uint32_t) utf8proc_toupper((utf8proc_int32_t) c);
}

bool
cc_utf8_is_word(uint32_t c)
{
  if (c < 0x80)
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  if (c >= 0xFE00 && c <= 0xFE0F) /* variation selectors: they only modify the sign before them */
    return false;
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t) c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}
