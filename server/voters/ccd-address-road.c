/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses roads that have a number or letters instead of a name: county, state, US and farm roads,
 * interstates and others. Their classes are in ccd-address-classes.c. */
#include <string.h>

#include "server/voters/ccd-address-private.h"

typedef struct road {
  const char *code, *direction, *prefix; /* prefix: "OLD" or "NEW"; NULL: none */
  size_t direction_at;                   /* index of the token that is the direction */
  ccd_slice id;                          /* the road's number or letters */
  size_t at;                             /* index of the next token to read */
  ccd_slice behind[4];                   /* words after the number, such as "BUS" */
  size_t n_behind;
} road;

static bool
is_one_of(ccd_slice token, const char *const *words, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    if (ccd_address_is(token, words[i]))
      return true;
  }
  return false;
}

static const char *
word_behind(ccd_slice token)
{
  return ccd_address_word(&ccd_address_behind_words, token);
}

static void
add_behind(road *r, const char *word)
{
  if (r->n_behind < CC_N(r->behind))
    r->behind[r->n_behind++] = ccd_slice_of(word);
}

/* Read the words before the words of the class: "OLD" or "NEW", "BUSINESS" and similar words,
 * and a direction. */
static void
read_before(const ccd_address_state *p, road *r)
{
  static const char *const ages[] = {"OLD", "NEW"};
  static const char *const kinds[] = {"ALT", "BUS", "BYP"};
  size_t ignored;
  for (; r->at + 1 < p->n; r->at++) {
    ccd_slice token = p->tokens[r->at];
    const char *direction = ccd_address_word(&ccd_address_directions, token);
    const char *behind = word_behind(token);
    if (ccd_address_find_state(p, r->at, &ignored) != NULL &&
        ccd_address_find_class(p, r->at, &ignored) == NULL)
      return;
    if (direction != NULL && r->direction == NULL &&
        ccd_address_count_words(p, r->at, "S R") == 0 &&
        ccd_address_count_words(p, r->at, "S H") == 0)
      r->direction = direction, r->direction_at = r->at;
    else if (r->prefix == NULL && is_one_of(token, ages, CC_N(ages)))
      r->prefix = ccd_address_is(token, "OLD") ? "OLD" : "NEW";
    else if (behind != NULL && is_one_of(ccd_slice_of(behind), kinds, CC_N(kinds)))
      add_behind(r, behind);
    else
      return;
  }
}

/* Read the number of the road: "12", "12A", "12-A", "7 1/2" or "39.2"; with @letters also "AA".
 * In "400N" and "400-N" the letter is stored as a direction, not as part of the number. Returns
 * false when there is no number. */
static bool
read_id(ccd_address_state *p, road *r, bool letters)
{
  ccd_slice token = r->at < p->n ? p->tokens[r->at] : (ccd_slice){NULL, 0};
  size_t digits = 0;
  while (digits < token.length && token.text[digits] >= '0' && token.text[digits] <= '9')
    digits++;
  if (digits == 0) {
    r->id = token;
    r->at++;
    return letters && token.length > 0 && token.length <= 2 && !ccd_address_has_digit(token) &&
           token.text[0] != '#' && ccd_address_word(&ccd_address_units, token) == NULL &&
           (token.length == 1 || ccd_address_word(&ccd_address_types, token) == NULL);
  }
  if (ccd_address_is_ordinal(token) || token.length > digits + 3)
    return false;
  const char *start = p->out;
  for (; digits > 1 && token.text[0] == '0'; digits--, token.length--)
    token.text++;
  size_t dash = digits < token.length && token.text[digits] == '-';
  ccd_slice tail = {token.text + digits + dash, token.length - digits - dash};
  const char *direction = tail.length == 1 ? ccd_address_word(&ccd_address_directions, tail) : NULL;
  ccd_address_add_unit_text(p, direction != NULL ? (ccd_slice){token.text, digits} : token);
  if (direction != NULL)
    add_behind(r, direction);
  r->at++;
  if (r->at < p->n && ccd_address_is_fraction(p->tokens[r->at]))
    ccd_address_add_word(p, start, p->tokens[r->at++]);
  r->id = ccd_address_made(p, start);
  return true;
}

/* Read directions and other words after the number. Returns false when the words that follow
 * them are not a unit: the tokens are then the name of an ordinary street. */
static bool
read_behind(const ccd_address_state *p, road *r)
{
  static const char *const redundant[] = {"HWY", "RTE", "RD"};
  for (; r->at < p->n && !p->comma[r->at]; r->at++) {
    ccd_slice token = p->tokens[r->at];
    const char *word = ccd_address_word(&ccd_address_directions, token);
    if (word == NULL)
      word = word_behind(token);
    if (word != NULL)
      add_behind(r, word);
    else if (!is_one_of(ccd_address_class_word(token), redundant, CC_N(redundant)))
      break;
  }
  if (r->at == p->n || p->comma[r->at])
    return true;
  ccd_slice next = p->tokens[r->at];
  return next.text[0] == '#' || ccd_address_has_digit(next) ||
         ccd_address_word(&ccd_address_units, next) != NULL ||
         ccd_address_word(&ccd_address_lone_units, next) != NULL;
}

/* If token @at is a class and a number in one ("CR-12", "US50", "NY-27"), split the token into
 * two. */
static void
split_class_and_number(ccd_address_state *p, size_t at)
{
  ccd_slice token = at < p->n ? p->tokens[at] : (ccd_slice){NULL, 0};
  size_t n = 0, ignored;
  while (n < token.length && token.text[n] >= 'A' && token.text[n] <= 'Z')
    n++;
  size_t dash = n < token.length && token.text[n] == '-';
  ccd_slice rest = {token.text + n + dash, token.length - n - dash};
  if (n == 0 || n > 5 || rest.length == 0 || rest.text[0] < '0' || rest.text[0] > '9' ||
      p->n == CCD_ADDRESS_TOKENS)
    return;
  ccd_address_state alone = {.tokens = {{token.text, n}}, .n = 1};
  bool known = ccd_address_find_class(&alone, 0, &ignored) != NULL ||
               ccd_address_find_state(&alone, 0, &ignored) != NULL ||
               (dash > 0 && n == 1 && (token.text[0] == 'M' || token.text[0] == 'K'));
  if (!known)
    return;
  memmove(p->tokens + at + 1, p->tokens + at, (p->n - at) * sizeof(*p->tokens));
  memmove(p->comma + at + 1, p->comma + at, (p->n - at) * sizeof(*p->comma));
  p->tokens[at].length = n;
  p->tokens[at + 1] = rest;
  p->comma[at + 1] = false;
  p->n++;
}

/* Returns whether the number is written before the class: "24 HIGHWAY". */
static bool
number_first(const ccd_address_state *p, size_t i)
{
  return i + 1 < p->n && ccd_address_all_digits(p->tokens[i]) && p->tokens[i].length <= 3 &&
         ccd_address_same(ccd_address_class_word(p->tokens[i + 1]), ccd_slice_of("HWY"));
}

/* Skip "HIGHWAY" if another class follows: "HWY FM 1320", "HIGHWAY US 50". */
static void
skip_highway(ccd_address_state *p, road *r)
{
  size_t n = 0;
  if (!ccd_address_is(ccd_address_class_word(p->tokens[r->at]), "HWY") || r->at + 2 > p->n)
    return;
  split_class_and_number(p, r->at + 1);
  const ccd_road_class *found = ccd_address_find_class(p, r->at + 1, &n);
  size_t id = r->at + 1 + n;
  if (found != NULL && id < p->n && ccd_address_has_digit(p->tokens[id]) &&
      !ccd_address_is_ordinal(p->tokens[id]))
    r->at++;
}

static bool
read_road(ccd_address_state *p, road *r)
{
  static const char *const signs[] = {"#", "NO", "NUM", "NUMBER"};
  read_before(p, r);
  split_class_and_number(p, r->at);
  if (r->at + 1 >= p->n)
    return false;
  skip_highway(p, r);
  if (ccd_address_is(ccd_address_class_word(p->tokens[r->at]), "CARR"))
    split_class_and_number(p, r->at + 1);
  if (number_first(p, r->at)) {
    r->code = "HWY";
    return read_id(p, r, /* letters= */ false) && read_behind(p, r);
  }
  size_t n = 0;
  static const ccd_road_class lettered = {"", "SR", false};
  const ccd_road_class *found = ccd_address_find_class(p, r->at, &n);
  if (found == NULL)
    found = ccd_address_find_state(p, r->at, &n);
  if (found == NULL &&
      (ccd_address_is(p->tokens[r->at], "M") || ccd_address_is(p->tokens[r->at], "K"))) {
    found = &lettered;
    n = 1;
  }
  if (found == NULL)
    return false;
  r->code = found->code;
  r->at += n;
  const char *kind = r->at < p->n ? word_behind(p->tokens[r->at]) : NULL;
  if (kind != NULL && r->at + 1 < p->n && ccd_address_has_digit(p->tokens[r->at + 1])) {
    add_behind(r, kind);
    r->at++;
  }
  while (r->at + 1 < p->n && is_one_of(p->tokens[r->at], signs, CC_N(signs)) &&
         !(ccd_address_is(p->tokens[r->at], "NO") && !ccd_address_has_digit(p->tokens[r->at + 1])))
    r->at++;
  const char *direction =
    r->at + 1 < p->n && r->direction == NULL && ccd_address_has_digit(p->tokens[r->at + 1])
      ? ccd_address_word(&ccd_address_directions, p->tokens[r->at])
      : NULL;
  if (direction != NULL) {
    r->direction = direction;
    r->direction_at = r->at++;
  }
  return read_id(p, r, found->letters) && read_behind(p, r);
}

/* Set ret->street, the road's name for display, and p->road_key. */
static void
set_road(ccd_address_state *p, const road *r, size_t first, ccd_address *ret)
{
  const char *start = p->out;
  for (size_t i = first; i < r->at; i++) {
    if (r->direction == NULL || i != r->direction_at)
      ccd_address_add_word(p, start, p->tokens[i]);
  }
  ret->street = ccd_address_made(p, start);
  ret->predirection = ccd_slice_of(r->direction);
  start = p->out;
  ccd_address_add_word(p, start, ccd_slice_of(r->direction));
  ccd_address_add_word(p, start, ccd_slice_of(r->prefix));
  ccd_address_add_word(p, start, ccd_slice_of(r->code));
  ccd_address_add_word(p, start, r->id);
  for (size_t i = 0; i < r->n_behind; i++)
    ccd_address_add_word(p, start, r->behind[i]);
  p->road_key = ccd_address_made(p, start);
}

size_t
ccd_address_take_road(ccd_address_state *p, size_t first, ccd_address *ret)
{
  road r = {.at = first};
  ccd_address_state tried = *p;
  if (!read_road(&tried, &r))
    return 0;
  *p = tried;
  set_road(p, &r, first, ret);
  return r.at;
}
