/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Splits an address line into tokens. Letters are converted to ASCII capitals; characters that have
 * no ASCII equivalent are kept. */
#include <string.h>

#include "server/voters/ccd-address-private.h"

/* ASCII letters for U+00C0 to U+00DF (also used for the small letters U+00E0 to U+00FF), and for
 * U+0100 to U+017F. */
static const char latin_1[] = "AAAAAAACEEEEIIIIDNOOOOOXOUUUUYTS";
static const char latin_extended[] =
  "AAAAAACCCCCCCCDDDDEEEEEEEEEEGGGGGGGGHHHHIIIIIIIIIIIIJJKKKLLLLLLL"
  "LLLNNNNNNNNNOOOOOOOORRRRRRSSSSSSSSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZS";

typedef struct letter {
  uint32_t code;
  const char *text; /* the replacement; " ": separates tokens; "": the character is removed */
} letter;

/* Characters with another replacement than one letter, or without an entry in the tables above.
 * Sorted by code. */
static const letter letters[] = {
  {0xA0, " "},       {0xB2, "2"},       {0xB3, "3"},       {0xB9, "1"},       {0xBC, " 1/4 "},
  {0xBD, " 1/2 "},   {0xBE, " 3/4 "},   {0xC6, "AE"},      {0xDE, "TH"},      {0xDF, "SS"},
  {0xE6, "AE"},      {0xF7, " "},       {0xFE, "TH"},      {0xFF, "Y"},       {0x132, "IJ"},
  {0x133, "IJ"},     {0x152, "OE"},     {0x153, "OE"},     {0x218, "S"},      {0x219, "S"},
  {0x21A, "T"},      {0x21B, "T"},      {0x2044, "/"},     {0x2116, "#"},     {0x2153, " 1/3 "},
  {0x2154, " 2/3 "}, {0x215B, " 1/8 "}, {0x215C, " 3/8 "}, {0x215D, " 5/8 "}, {0x215E, " 7/8 "},
  {0x2212, "-"},     {0x2215, "/"},     {0x3000, " "},     {0xFEFF, ""},
};

/* Returns the next character and moves *at to the following one. Each byte of an incomplete
 * UTF-8 sequence at the end is returned as a character of its own. */
static uint32_t
next_code(const unsigned char **at, const unsigned char *end)
{
  const unsigned char *p = *at;
  size_t more = p[0] >= 0xF0 ? 3 : p[0] >= 0xE0 ? 2 : p[0] >= 0xC0 ? 1 : 0;
  if ((size_t) (end - p) <= more)
    more = 0;
  uint32_t code = more == 0 ? p[0] : p[0] & (0x3Fu >> more);
  for (size_t i = 1; i <= more; i++)
    code = code << 6 | (p[i] & 0x3F);
  *at = p + 1 + more;
  return code;
}

static const char *
find_letter(uint32_t code)
{
  size_t low = 0, high = CC_N(letters);
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (letters[middle].code == code)
      return letters[middle].text;
    if (letters[middle].code < code)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

/* Returns the ASCII text for a non-ASCII character; NULL when the character is kept unchanged.
 * @one: buffer of two bytes that may hold the result. */
static const char *
fold_letter(uint32_t code, char *one)
{
  const char *found = find_letter(code);
  one[1] = '\0';
  if (found != NULL)
    return found;
  if (code >= 0xC0 && code <= 0xFF)
    one[0] = latin_1[(code - 0xC0) % 0x20];
  else if (code >= 0x100 && code <= 0x17F)
    one[0] = latin_extended[code - 0x100];
  else if (code >= 0xFF01 && code <= 0xFF5E)
    one[0] = (char) (code - 0xFEE0);
  else if ((code >= 0x2000 && code <= 0x200A) || code == 0x202F || code == 0x205F)
    one[0] = ' ';
  else if (code >= 0x2010 && code <= 0x2015)
    one[0] = '-';
  /* These are apostrophes of all kinds, combining marks and characters without width: remove
   * them. */
  else if (code < 0xC0 || (code >= 0x2B0 && code <= 0x36F) || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2018 && code <= 0x201F) || (code >= 0x2032 && code <= 0x2037))
    one[0] = '\0';
  else
    return NULL;
  return one;
}

static bool
is_letter(char c)
{
  return (c >= 'A' && c <= 'Z') || (unsigned char) c >= 0x80;
}

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Returns whether the dot or hyphen @mark, which stands between the current token @token and the
 * character @next, ends the token. */
static bool
mark_ends_token(char mark, ccd_slice token, char next)
{
  bool letters_only = true;
  for (size_t i = 0; i < token.length; i++)
    letters_only = letters_only && is_letter(token.text[i]);
  bool word_next = is_letter(next) || is_digit(next);
  if (mark == '.')
    return letters_only && token.length > 1 && word_next;
  return !word_next || (letters_only && is_letter(next));
}

typedef struct splitter {
  ccd_address_state *p;
  bool open;     /* the last token is not complete yet */
  bool comma;    /* a comma was read after the last token */
  bool initials; /* the last token had a dot: "U.S", "J.F" */
} splitter;

static void
put_char(splitter *s, char c)
{
  ccd_address_state *p = s->p;
  bool alone = c == '#' || c == '&';
  if (alone)
    s->open = false;
  if ((!s->open && p->n == CCD_ADDRESS_TOKENS) || p->out == p->limit)
    return;
  if (!s->open) {
    p->comma[p->n] = s->comma;
    p->tokens[p->n++] = (ccd_slice){p->out, 0};
    s->initials = false;
  }
  *p->out++ = c;
  p->tokens[p->n - 1].length++;
  s->open = !alone;
  s->comma = false;
}

/* Add one character, already in capitals, to the tokens. @next: the character that follows; a
 * blank at the end. */
static void
add_char(splitter *s, char c, char next)
{
  ccd_slice token = s->open ? s->p->tokens[s->p->n - 1] : (ccd_slice){NULL, 0};
  char last = token.length > 0 ? token.text[token.length - 1] : ' ';
  if (c == '\'' || c == '"' || c == '`')
    return;
  if (c == '.' && s->open && is_digit(last) && is_digit(next))
    put_char(s, c);
  else if (c == '.' || (c == '-' && s->open))
    if (s->open && !s->initials && mark_ends_token(c, token, next))
      s->open = false;
    else if (c == '-')
      put_char(s, c);
    else
      s->initials = true;
  else if ((unsigned char) c >= 0x80 || is_letter(c) || is_digit(c) || c == '/' || c == '#' ||
           c == '&')
    put_char(s, c);
  else {
    s->open = false;
    s->comma = s->comma || c == ',' || c == ';';
  }
}

static char
to_capital(char c)
{
  return (char) (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* Returns the text in capitals, in the output buffer of @p. Characters are converted to ASCII
 * where an equivalent exists. */
static ccd_slice
fold_text(ccd_address_state *p, ccd_slice text)
{
  const char *start = p->out;
  const unsigned char *at = (const unsigned char *) text.text;
  const unsigned char *end = text.length > 0 ? at + text.length : at;
  while (at < end) {
    const unsigned char *from = at;
    char one[2];
    uint32_t code = next_code(&at, end);
    const char *folded = code < 0x80 ? NULL : fold_letter(code, one);
    if (folded != NULL)
      ccd_address_add(p, folded, strlen(folded));
    else if (code < 0x80)
      ccd_address_add(p, &(char){to_capital((char) code)}, 1);
    else
      ccd_address_add(p, (const char *) from, (size_t) (at - from));
  }
  for (char *c = p->out - ccd_address_made(p, start).length; c < p->out; c++)
    *c = to_capital(*c);
  return ccd_address_made(p, start);
}

/* Returns whether the hyphen at @i joins two numbers, with or without blanks around the hyphen:
 * "142 - 27". */
static bool
joins_numbers(ccd_slice text, size_t i)
{
  size_t before = i, behind = i + 1;
  while (before > 0 && text.text[before - 1] == ' ')
    before--;
  while (behind < text.length && text.text[behind] == ' ')
    behind++;
  return text.text[i] == '-' && before < i && before > 0 && is_digit(text.text[before - 1]) &&
         behind < text.length && is_digit(text.text[behind]);
}

void
ccd_address_split(ccd_address_state *p, ccd_slice text)
{
  ccd_slice folded = fold_text(p, text);
  splitter s = {.p = p};
  for (size_t i = 0; i < folded.length; i++) {
    if (joins_numbers(folded, i) && p->n > 0) {
      s.open = true;
      put_char(&s, '-');
      while (folded.text[i + 1] == ' ')
        i++;
      continue;
    }
    add_char(&s, folded.text[i], i + 1 < folded.length ? folded.text[i + 1] : ' ');
  }
}
