/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cleans the text of cells: blanks, HTML entities, characters that were encoded twice. */
#include "server/voters/ccd-clean.h"

#include <string.h>
#include <strings.h>

#include "common/base/cc-base.h"
#include "common/base/cc-utf8.h"
#include "server/voters/ccd-text.h"

/* A replacement for a piece of the text. The replacement is never longer than the piece. */
typedef struct piece {
  size_t taken; /* bytes of the text that are replaced; 0: there is nothing to replace */
  char out[4];  /* the replacement, @n bytes */
  size_t n;     /* its length */
} piece;

typedef struct entity {
  const char *name;
  uint32_t code; /* the character; for a letter the small one, whose capital is 0x20 lower */
} entity;

static piece
replace_by_code(size_t taken, uint32_t code)
{
  piece made = {.taken = taken};
  made.n = cc_utf8_put(code <= 0x20 || code == 0xA0 ? ' ' : code, made.out);
  return made;
}

/* Recognize a numeric entity: "&#39;", "&#x27;". */
static piece
numbered_entity(const char *text, size_t n)
{
  bool hex = n > 2 && (text[2] | 0x20) == 'x';
  uint32_t code = 0;
  size_t first = hex ? 3 : 2, i = first;
  for (; i < n && i < first + 6; i++) {
    unsigned char c = (unsigned char) text[i];
    unsigned char low = (unsigned char) (c | 0x20);
    if (c >= '0' && c <= '9')
      code = code * (hex ? 16 : 10) + (c - '0');
    else if (hex && low >= 'a' && low <= 'f')
      code = code * 16 + (low - 'a') + 10u;
    else
      break;
  }
  bool is = i > first && i < n && text[i] == ';' && code != 0 && code < 0x110000 &&
            (code < 0x80 || code > 0x9F) && (code < 0xD800 || code > 0xDFFF);
  return is ? replace_by_code(i + 1, code) : (piece){0};
}

/* Recognize an HTML entity at the beginning of the text. HTML entities occur in data that was
 * copied from web pages. */
static piece
entity_at(const char *text, size_t n)
{
  static const entity entities[] = {
    {"apos;", '\''},   {"amp;", '&'},      {"quot;", '"'},     {"lt;", '<'},      {"gt;", '>'},
    {"nbsp;", 0xA0},   {"lsquo;", 0x2018}, {"rsquo;", 0x2019}, {"aacute;", 0xE1}, {"eacute;", 0xE9},
    {"iacute;", 0xED}, {"oacute;", 0xF3},  {"uacute;", 0xFA},  {"ntilde;", 0xF1}, {"atilde;", 0xE3},
    {"otilde;", 0xF5}, {"auml;", 0xE4},    {"euml;", 0xEB},    {"iuml;", 0xEF},   {"ouml;", 0xF6},
    {"uuml;", 0xFC},   {"egrave;", 0xE8},  {"agrave;", 0xE0},  {"ccedil;", 0xE7}, {"oslash;", 0xF8},
  };
  if (n < 4 || text[0] != '&')
    return (piece){0};
  if (text[1] == '#')
    return numbered_entity(text, n);
  for (size_t i = 0; i < CC_N(entities); i++) {
    size_t length = strlen(entities[i].name);
    if (n - 1 < length || strncasecmp(text + 1, entities[i].name, length) != 0)
      continue;
    bool capital = text[1] < 'a' && entities[i].code >= 0xE0 && entities[i].code < 0x100;
    return replace_by_code(length + 1, entities[i].code - (capital ? 0x20 : 0));
  }
  return (piece){0};
}

/* Recognize a character that was encoded as UTF-8 twice because its bytes were once read as
 * Windows-1252: "Ãº" should be "ú", "â€™" should be an apostrophe. Such sequences do not occur
 * in correct names. Sequences that could be the correct end of a word in capitals ("Ä’") are not
 * changed. */
static piece
twice_encoded(const char *text, size_t n)
{
  const unsigned char *p = (const unsigned char *) text;
  bool lead = n > 3 && p[0] == 0xC3 && ((p[1] >= 0x82 && p[1] <= 0x85) || p[1] == 0xA2);
  if (!lead)
    return (piece){0};
  piece made = {.taken = 2, .n = 1};
  unsigned char first = (unsigned char) (0xC0 | (p[1] & 0x3F));
  size_t more = first == 0xE2 ? 2 : 1;
  made.out[0] = (char) first;
  for (size_t i = 0; i < more; i++) {
    unsigned char byte = 0;
    size_t length = ccd_text_to_1252(text + made.taken, n - made.taken, &byte);
    if (length == 0 || byte < 0x80 || byte > 0xBF)
      return (piece){0};
    made.out[made.n++] = (char) byte;
    made.taken += length;
  }
  unsigned char second = (unsigned char) made.out[1];
  bool mark = second >= 0x91 && second <= 0x97; /* the character is a quote or a dash */
  if ((first == 0xE2 && (second < 0x80 || second > 0x84)) || (first == 0xC2 && second < 0xA0) ||
      ((first == 0xC4 || first == 0xC5) && mark))
    return (piece){0};
  return first == 0xC2 && second == 0xA0 ? replace_by_code(made.taken, ' ') : made;
}

static bool
is_lost(const char *text, size_t n)
{
  return n > 2 && memcmp(text, "\xEF\xBF\xBD", 3) == 0;
}

/* Remove the quote that exportVoters puts before text that a spreadsheet would treat as a
 * formula. */
static ccd_slice
remove_formula_quote(ccd_slice text)
{
  size_t n = 0;
  while (n < text.length && text.text[n] == '\'')
    n++;
  bool set = n > 0 && ccd_table_is_formula(text.text + n, text.length - n);
  return set ? (ccd_slice){text.text + 1, text.length - 1} : text;
}

/* Returns true when the text needs no cleaning: it has no blanks at the ends, no double blanks,
 * no control characters, no "&", and no non-ASCII characters that may have to be replaced. */
static bool
is_clean(ccd_slice text)
{
  if (text.length > 0 && (text.text[0] == ' ' || text.text[text.length - 1] == ' '))
    return false;
  for (size_t i = 0; i < text.length; i++) {
    unsigned char c = (unsigned char) text.text[i];
    bool zero;
    if (c == ' ' ? text.text[i + 1] == ' ' : c < ' ' || c == '&' || c == 0x7F)
      return false;
    if (c >= 0xC2 && (c == 0xC3 || c == 0xEF ||
                      cc_utf8_blank(text.text + i, text.text + text.length, text.text, &zero) > 0))
      return false;
  }
  return true;
}

static ccd_slice
copy_clean(ccd_slice text, bool own, char *out, unsigned *ret_found)
{
  const char *end = text.text + text.length;
  size_t n = 0;
  for (const char *at = text.text; at < end;) {
    size_t left = (size_t) (end - at);
    bool zero;
    size_t blank = cc_utf8_blank(at, end, text.text, &zero);
    piece made = {.taken = blank, .out = " ", .n = blank > 0 && !zero};
    if (blank == 0 && !own)
      made = entity_at(at, left);
    if (made.taken == 0 && !own && (made = twice_encoded(at, left)).taken > 0)
      *ret_found |= CCD_CLEAN_MENDED;
    *ret_found |= is_lost(at, left) ? CCD_CLEAN_LOST : 0;
    if (made.taken == 0)
      made = (piece){.taken = 1, .out = {*at}, .n = 1};
    bool doubled = made.n == 1 && made.out[0] == ' ' && (n == 0 || out[n - 1] == ' ');
    if (!doubled) {
      memcpy(out + n, made.out, made.n);
      n += made.n;
    }
    at += made.taken;
  }
  n -= n > 0 && out[n - 1] == ' ';
  return (ccd_slice){out, n};
}

cc_status
ccd_clean_text(ccd_slice text, bool own, cc_arena *arena, unsigned *ret_found, ccd_slice *ret)
{
  unsigned found = 0;
  while (text.length > 0 && text.text[text.length - 1] == ' ')
    text.length--;
  while (text.length > 0 && text.text[0] == ' ') {
    text.text++;
    text.length--;
  }
  text = remove_formula_quote(text);
  if (!is_clean(text)) {
    char *out = cc_arena_text(arena, text.length + 1);
    if (out == NULL)
      return CC_ERR_NO_MEMORY;
    text = copy_clean(text, own, out, &found);
  }
  if (ret_found != NULL)
    *ret_found = found;
  *ret = text;
  return CC_OK;
}
