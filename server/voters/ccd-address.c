/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/voters/ccd-address.h"

#include <stdlib.h>
#include <string.h>

#include "server/voters/ccd-address-words.h"

#define TOKENS_MAX 48
#define LINE_MAX 1000 /* bytes that are looked at; no address is longer */

/* A line in parts: tokens of [first, last) belong to the street. */
typedef struct parse {
  ccd_slice tokens[TOKENS_MAX];
  size_t n;
  char *out; /* text of what is made */
} parse;

static bool
is_word(ccd_slice token, const char *word)
{
  return token.length == strlen(word) && memcmp(token.text, word, token.length) == 0;
}

static int
by_word(const void *key, const void *item)
{
  const ccd_slice *token = key;
  const ccd_word *word = item;
  int order = strncmp(token->text, word->word, token->length);
  return order != 0 ? order : -(word->word[token->length] != '\0');
}

/* NULL: not in the list. */
static const char *
normal_word(const ccd_word_list *list, ccd_slice token)
{
  if (token.length == 0 || token.length > 12)
    return NULL;
  const ccd_word *found = bsearch(&token, list->words, list->n, sizeof *list->words, by_word);
  return found != NULL ? found->normal : NULL;
}

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool
has_digit(ccd_slice token)
{
  for (size_t i = 0; i < token.length; i++) {
    if (is_digit(token.text[i]))
      return true;
  }
  return false;
}

/* "1ST", "22ND", "3RD", "4TH". */
static bool
is_ordinal(ccd_slice token)
{
  if (token.length < 3 || !is_digit(token.text[token.length - 3]))
    return false;
  const char *end = token.text + token.length - 2;
  return memcmp(end, "ST", 2) == 0 || memcmp(end, "ND", 2) == 0 || memcmp(end, "RD", 2) == 0 ||
         memcmp(end, "TH", 2) == 0;
}

static bool
is_fraction(ccd_slice token)
{
  return token.length == 3 && is_digit(token.text[0]) && token.text[1] == '/' &&
         is_digit(token.text[2]);
}

/* Capitals; blanks and commas part tokens, # is one of its own, dots and apostrophes vanish. */
static void
split_line(parse *p, ccd_slice line)
{
  size_t used = 0;
  bool open = false;
  for (size_t i = 0; i < line.length; i++) {
    char c = line.text[i];
    if (c == '.' || c == '\'' || c == '"')
      continue;
    bool blank = (unsigned char) c <= ' ' || c == ',' || c == ';' || c == '(' || c == ')';
    bool alone = c == '#';
    if (blank || alone)
      open = false;
    if (blank)
      continue;
    if (!open && p->n == TOKENS_MAX)
      break;
    if (!open)
      p->tokens[p->n++] = (ccd_slice){p->out + used, 0};
    p->out[used++] = (char) (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    p->tokens[p->n - 1].length++;
    open = !alone;
  }
  p->out += used;
}

/* "N6W23001" and its like: Wisconsin's grid. */
static bool
is_grid(ccd_slice token)
{
  if (token.length < 4 || strchr("NSEW", token.text[0]) == NULL || !is_digit(token.text[1]))
    return false;
  for (size_t i = 2; i + 1 < token.length; i++) {
    if (token.text[i] != '\0' && strchr("NSEW", token.text[i]) != NULL)
      return is_digit(token.text[i + 1]);
  }
  return false;
}

/* How many tokens the house number takes. */
static size_t
take_number(parse *p, ccd_address *ret)
{
  if (p->n < 2)
    return 0;
  ccd_slice token = p->tokens[0];
  bool number = (is_digit(token.text[0]) && !is_ordinal(token)) || is_grid(token);
  if (!number || is_fraction(token))
    return 0;
  /* A key must not hang on leading zeros. */
  while (token.length > 1 && token.text[0] == '0' && is_digit(token.text[1])) {
    token.text++;
    token.length--;
  }
  ret->number = token;
  if (p->n > 2 && is_fraction(p->tokens[1])) {
    ret->fraction = p->tokens[1];
    return 2;
  }
  return 1;
}

static ccd_slice
join_tokens(parse *p, size_t from, size_t to, const char *between)
{
  char *start = p->out;
  for (size_t i = from; i < to; i++) {
    if (i > from) {
      memcpy(p->out, between, strlen(between));
      p->out += strlen(between);
    }
    memcpy(p->out, p->tokens[i].text, p->tokens[i].length);
    p->out += p->tokens[i].length;
  }
  return (ccd_slice){start, (size_t) (p->out - start)};
}

/* May the token name a flat: "3", "12B", "PH", "C". */
static bool
is_unit_name(ccd_slice token)
{
  return has_digit(token) || token.length <= 2;
}

/* What ends the line at @i and needs no designator before it: "REAR", "1ST FLOOR". */
static bool
plain_unit(const parse *p, size_t i, ccd_address *ret)
{
  const char *lone = i < p->n ? normal_word(&ccd_address_lone_units, p->tokens[i]) : NULL;
  if (lone != NULL && i + 1 == p->n) {
    ret->unit_type = ccd_slice_of(lone);
    return true;
  }
  const char *last = i + 2 == p->n ? normal_word(&ccd_address_units, p->tokens[i + 1]) : NULL;
  if (last == NULL || strcmp(last, "FL") != 0 || !is_ordinal(p->tokens[i]))
    return false;
  ret->unit_type = ccd_slice_of("FL");
  ret->unit = (ccd_slice){p->tokens[i].text, p->tokens[i].length - 2};
  return true;
}

/* A designator at @i; what it takes runs to the end of the line. */
static bool
unit_at(parse *p, size_t i, ccd_address *ret)
{
  /* Where a file has units in a column of their own, the sign stands before everything. */
  if (p->tokens[i].text[0] == '#' && p->tokens[i].length == 1 && plain_unit(p, i + 1, ret))
    return true;
  if (i + 1 == p->n && plain_unit(p, i, ret))
    return true;
  const char *type = normal_word(&ccd_address_units, p->tokens[i]);
  if (type == NULL)
    return false;
  size_t id = i + 1;
  if (type[0] == '#' && id < p->n && normal_word(&ccd_address_units, p->tokens[id]) != NULL)
    type = normal_word(&ccd_address_units, p->tokens[id++]);
  else if (id < p->n && is_word(p->tokens[id], "#"))
    id++;
  bool sign = p->tokens[i].text[0] == '#';
  if (id >= p->n)
    return sign; /* a lone # says nothing */
  if (!sign && !is_unit_name(p->tokens[id]) && id + 1 < p->n)
    return false;
  /* "12 LOT ST" is a street. */
  if (!sign && normal_word(&ccd_address_types, p->tokens[id]) != NULL &&
      !has_digit(p->tokens[id]) && id + 1 == p->n && i < 2)
    return false;
  ret->unit_type = ccd_slice_of(type);
  ret->unit = join_tokens(p, id, p->n, " ");
  return true;
}

/* "12 ELM ST 3B": what follows a street type and has a digit. Not behind roads that have numbers.
 */
static bool
bare_unit(const parse *p, size_t first)
{
  if (p->n < first + 3)
    return false;
  size_t before = p->n - 2;
  if (normal_word(&ccd_address_directions, p->tokens[before]) != NULL && before > first + 1)
    before--;
  const char *type = normal_word(&ccd_address_types, p->tokens[before]);
  bool numbered = type == NULL || strcmp(type, "HWY") == 0 || strcmp(type, "RTE") == 0 ||
                  strcmp(type, "RD") == 0 || strcmp(type, "LOOP") == 0;
  return !numbered && before > first && has_digit(p->tokens[p->n - 1]) &&
         !is_ordinal(p->tokens[p->n - 1]) && !is_fraction(p->tokens[p->n - 1]);
}

/* End of the street's tokens. */
static size_t
take_unit(parse *p, size_t first, ccd_address *ret)
{
  for (size_t i = first + 1; i < p->n; i++) {
    if (unit_at(p, i, ret))
      return i;
  }
  size_t n = p->n;
  if (n >= first + 3 && plain_unit(p, n - 2, ret))
    return n - 2;
  if (!bare_unit(p, first))
    return n;
  ret->unit_type = ccd_slice_of("#");
  ret->unit = p->tokens[n - 1];
  return n - 1;
}

static void
take_street(parse *p, size_t first, size_t end, ccd_address *ret)
{
  const char *word =
    end > first + 2 ? normal_word(&ccd_address_directions, p->tokens[end - 1]) : NULL;
  if (word != NULL && normal_word(&ccd_address_types, p->tokens[end - 2]) != NULL) {
    ret->postdirection = ccd_slice_of(word);
    end--;
  }
  word = end > first + 1 ? normal_word(&ccd_address_types, p->tokens[end - 1]) : NULL;
  if (word != NULL) {
    ret->type = ccd_slice_of(word);
    end--;
  }
  word = end > first + 1 ? normal_word(&ccd_address_directions, p->tokens[first]) : NULL;
  if (word != NULL) {
    ret->predirection = ccd_slice_of(word);
    first++;
  }
  for (size_t i = first; i < end; i++) {
    word = normal_word(&ccd_address_names, p->tokens[i]);
    if (word != NULL)
      p->tokens[i] = ccd_slice_of(word);
  }
  ret->street = join_tokens(p, first, end, " ");
}

static void
add_part(parse *p, const char *start, ccd_slice part)
{
  if (part.length == 0)
    return;
  if (p->out > start)
    *p->out++ = ' ';
  memcpy(p->out, part.text, part.length);
  p->out += part.length;
}

static ccd_slice
made_since(const parse *p, const char *start)
{
  return (ccd_slice){start, (size_t) (p->out - start)};
}

ccd_slice
ccd_address_unit_word(const ccd_address *address)
{
  static const char *const alike[] = {"APT", "UNIT", "STE", "RM", "#"};
  for (size_t i = 0; i < CC_N(alike); i++) {
    if (is_word(address->unit_type, alike[i]))
      return ccd_slice_of("");
  }
  return address->unit_type;
}

/* Flats by number alone: APT 3, UNIT 3 and # 3 are one door, FL 3 and LOT 3 are others. */
static void
add_unit(parse *p, const char *start, const ccd_address *address)
{
  ccd_slice word = ccd_address_unit_word(address);
  add_part(p, start, word);
  if (address->unit.length == 0)
    return;
  *p->out++ = ' ';
  if (word.length == 0)
    *p->out++ = '#';
  bool leading = true;
  for (size_t i = 0; i < address->unit.length; i++) {
    char c = address->unit.text[i];
    bool zero = leading && c == '0' && i + 1 < address->unit.length;
    if (zero || c == ' ' || c == '-' || c == '#')
      continue;
    leading = false;
    *p->out++ = c;
  }
}

static void
make_keys(parse *p, ccd_slice zip5, ccd_address *ret)
{
  const char *start = p->out;
  add_part(p, start, ret->predirection);
  add_part(p, start, ret->street);
  add_part(p, start, ret->type);
  add_part(p, start, ret->postdirection);
  ret->street_key = made_since(p, start);
  if (ret->number.length == 0 || ret->street_key.length == 0)
    return;
  for (int with_unit = 0; with_unit < 2; with_unit++) {
    start = p->out;
    add_part(p, start, ret->number);
    add_part(p, start, ret->fraction);
    add_part(p, start, ret->street_key);
    if (with_unit)
      add_unit(p, start, ret);
    add_part(p, start, zip5);
    *(with_unit ? &ret->address_key : &ret->building_key) = made_since(p, start);
  }
}

static ccd_slice
collapse_blanks(parse *p, ccd_slice line)
{
  char *start = p->out;
  for (size_t i = 0; i < line.length; i++) {
    bool blank = (unsigned char) line.text[i] <= ' ';
    bool doubled = blank && (p->out == start || p->out[-1] == ' ');
    if (!doubled)
      *p->out++ = blank ? ' ' : line.text[i];
  }
  if (p->out > start && p->out[-1] == ' ')
    p->out--;
  return made_since(p, start);
}

cc_status
ccd_address_parse(ccd_slice line, ccd_slice zip5, cc_arena *arena, ccd_address *ret)
{
  if (line.length > LINE_MAX)
    line.length = LINE_MAX;
  /* Cut inside a character: drop its rest. */
  while (line.length == LINE_MAX && line.length > 0 &&
         ((unsigned char) line.text[line.length - 1] & 0x80) != 0)
    line.length--;
  /* The line, its tokens, unit, name and three keys are each no longer than it; words that get
   * longer ("PK") and blanks between are within the rest. */
  parse p = {.out = cc_arena_text(arena, 10 * line.length + 3 * zip5.length + 10 * TOKENS_MAX)};
  if (p.out == NULL)
    return CC_ERR_NO_MEMORY;
  *ret = (ccd_address){.line = collapse_blanks(&p, line)};
  split_line(&p, ret->line);
  size_t first = take_number(&p, ret);
  size_t end = take_unit(&p, first, ret);
  take_street(&p, first, end, ret);
  make_keys(&p, zip5, ret);
  return CC_OK;
}
