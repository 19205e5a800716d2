/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses house numbers, and units that are written before the house number. */
#include <string.h>

#include "server/voters/ccd-address-private.h"

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool
is_side(char c)
{
  return c != '\0' && strchr("NSEW", c) != NULL;
}

/* Returns the number of digits in a token that is one direction letter and digits ("N6",
 * "W23001"); 0 for other tokens. */
static size_t
side_digits(ccd_slice token)
{
  bool is = token.length > 1 && is_side(token.text[0]) &&
            ccd_address_all_digits((ccd_slice){token.text + 1, token.length - 1});
  return is ? token.length - 1 : 0;
}

/* Returns whether the token is a grid number, as used in Wisconsin: "N6W23001". */
static bool
is_grid(ccd_slice token)
{
  if (token.length < 4 || !is_side(token.text[0]) || !is_digit(token.text[1]))
    return false;
  for (size_t i = 2; i + 1 < token.length; i++) {
    if (is_side(token.text[i]))
      return is_digit(token.text[i + 1]);
  }
  return false;
}

static void
set_number(ccd_address_state *p, ccd_address *ret, size_t from, size_t to)
{
  const char *start = p->out;
  for (size_t i = from; i < to; i++)
    ccd_address_add(p, p->tokens[i].text, p->tokens[i].length);
  ret->number = ccd_address_made(p, start);
}

/* Move the fraction of ret->number ("12.5", "537-1/2") to ret->fraction. Also remove leading
 * zeros, and the ".0" of a floating point number. */
static void
split_fraction(ccd_address *ret)
{
  ccd_slice number = ret->number;
  const char *dot = memchr(number.text, '.', number.length);
  if (dot != NULL) {
    size_t behind = number.length - (size_t) (dot - number.text) - 1;
    if (behind == 1 && dot[1] == '5')
      ret->fraction = ccd_slice_of("1/2");
    ret->number.length = behind == 1 && (dot[1] == '5' || dot[1] == '0')
                           ? (size_t) (dot - number.text)
                           : number.length;
  }
  const char *dash = memrchr(number.text, '-', number.length);
  ccd_slice rest = dash == NULL
                     ? (ccd_slice){NULL, 0}
                     : (ccd_slice){dash + 1, (size_t) (number.text + number.length - dash) - 1};
  if (ccd_address_is_fraction(rest)) {
    ret->fraction = rest;
    ret->number.length = (size_t) (dash - number.text);
  }
  while (ret->number.length > 1 && ret->number.text[0] == '0' && is_digit(ret->number.text[1])) {
    ret->number.text++;
    ret->number.length--;
  }
}

/* Read a unit that is written before the house number: "#207-1104 Ct", "Apt 3, 12 Main St", "# 3
 * 12 Main St". Returns the index of the token after the unit; 0 when there is no such unit. */
static size_t
leading_unit(ccd_address_state *p)
{
  const char *designator = p->n > 2 ? ccd_address_word(&ccd_address_units, p->tokens[0]) : NULL;
  if (designator == NULL)
    return 0;
  ccd_slice id = p->tokens[1];
  const char *dash = memchr(id.text, '-', id.length);
  if (designator[0] == '#' && dash != NULL) {
    ccd_slice before = {id.text, (size_t) (dash - id.text)};
    ccd_slice behind = {dash + 1, id.length - before.length - 1};
    if (ccd_address_all_digits(before) && ccd_address_all_digits(behind)) {
      p->units[p->n_units++] = (ccd_address_unit){"", "#", before};
      p->tokens[1] = behind;
      return 1;
    }
  }
  bool numbered = p->n > 3 && is_digit(p->tokens[2].text[0]) &&
                  !ccd_address_is_ordinal(p->tokens[2]) && ccd_address_is_unit_name(id);
  if (!numbered)
    return designator[0] == '#' && is_digit(id.text[0]);
  ccd_address_state unit = {.tokens = {p->tokens[0], id}, .n = 2, .out = p->out, .limit = p->limit};
  if (!ccd_address_take_units(&unit, 0))
    return 0;
  p->units[p->n_units++] = unit.units[0];
  p->out = unit.out;
  return 2;
}

/* Set the house number from a number that is written as a word: "One Park Plaza". Returns false
 * if the word belongs to the name of the street: "Seven Oaks Ln", "Two Mile Rd". */
static bool
spelled_number(ccd_address_state *p, size_t i, ccd_address *ret)
{
  const char *number = i + 2 < p->n ? ccd_address_word(&ccd_address_cardinals, p->tokens[i]) : NULL;
  if (number == NULL || strlen(number) > 1)
    return false;
  ccd_slice next = p->tokens[i + 1];
  bool several = next.text[next.length - 1] == 'S' || ccd_address_is(next, "MILE") ||
                 ccd_address_is(next, "NOTCH") || ccd_address_has_digit(next);
  if (several)
    return false;
  ret->number = ccd_slice_of(number);
  return true;
}

/* Returns the number of tokens of a grid number (see is_grid) that begins at @i; 0 when there is
 * none. */
static size_t
grid_number(const ccd_address_state *p, size_t i)
{
  ccd_slice token = p->tokens[i];
  size_t left = p->n - i;
  if (is_grid(token))
    return 1;
  if (left > 2 && side_digits(token) > 0 && side_digits(p->tokens[i + 1]) > 0)
    return 2;
  /* A rural number with one direction: "W7654 County Rd A". */
  if (left > 2 && side_digits(token) > 2)
    return 1;
  /* A number with a direction in the middle, as in Illinois: "25 W 123 Geneva Rd". */
  bool whole = left > 4 && ccd_address_all_digits(token) && p->tokens[i + 1].length == 1 &&
               is_side(p->tokens[i + 1].text[0]) && ccd_address_all_digits(p->tokens[i + 2]);
  ccd_slice name = whole ? p->tokens[i + 3] : (ccd_slice){NULL, 0};
  return whole && !ccd_address_has_digit(name) &&
             ccd_address_word(&ccd_address_types, name) == NULL &&
             ccd_address_word(&ccd_address_directions, name) == NULL
           ? 3
           : 0;
}

/* Set p->number_key, the house number as it appears in keys, from ret->number and ret->fraction. */
static void
finish_number(ccd_address_state *p, ccd_address *ret)
{
  const char *start = p->out;
  ccd_address_add_unit_text(p, ret->number);
  ccd_address_add_word(p, start, ret->fraction);
  p->number_key = ccd_address_made(p, start);
}

size_t
ccd_address_take_number(ccd_address_state *p, ccd_address *ret)
{
  size_t i = leading_unit(p);
  if (i + 2 < p->n && ccd_address_is(p->tokens[i], "NO") && is_digit(p->tokens[i + 1].text[0]))
    i++;
  if (p->n < i + 2)
    return i;
  ccd_slice token = p->tokens[i];
  size_t n = grid_number(p, i);
  bool digits =
    is_digit(token.text[0]) && !ccd_address_is_ordinal(token) && !ccd_address_is_fraction(token);
  if (n == 0 && !digits) {
    if (!spelled_number(p, i, ret))
      return i;
    finish_number(p, ret);
    return i + 1;
  }
  n = n > 0 ? n : 1;
  set_number(p, ret, i, i + n);
  split_fraction(ret);
  i += n;
  bool whole_name = i + 2 == p->n && ccd_address_word(&ccd_address_types, p->tokens[i + 1]) != NULL;
  if (i + 1 < p->n && ret->fraction.length == 0 && ccd_address_is_fraction(p->tokens[i]) &&
      !whole_name)
    ret->fraction = p->tokens[i++];
  if (i + 2 < p->n && ccd_address_is(p->tokens[i], "REAR")) {
    p->units[p->n_units++] = (ccd_address_unit){"REAR", "REAR", {NULL, 0}};
    i++;
  }
  finish_number(p, ret);
  return i;
}

bool
ccd_address_give_number(ccd_address_state *p, ccd_slice number, ccd_address *ret)
{
  ccd_address_split(p, number);
  size_t n = p->n;
  if (n == 2 && ccd_address_is(p->tokens[0], "BOX")) {
    ccd_address_set_box(p, p->tokens[1], ret);
    p->n = 0;
    return true;
  }
  bool is = false;
  for (size_t i = 0; i < n; i++)
    is = is || (ccd_address_has_digit(p->tokens[i]) && !ccd_address_is(p->tokens[i], "0"));
  if (is && n > 1 && ccd_address_is_fraction(p->tokens[n - 1]))
    ret->fraction = p->tokens[--n];
  if (is) {
    set_number(p, ret, p->tokens[0].text[0] == '#', n);
    split_fraction(ret);
    finish_number(p, ret);
  }
  p->n = 0;
  return is;
}

size_t
ccd_address_skip_number(ccd_address_state *p, ccd_address *ret)
{
  size_t i = p->n > 1 && ccd_address_same(p->tokens[0], ret->number);
  if (p->n > i + 2 && ccd_address_is_fraction(p->tokens[i])) {
    ret->fraction = p->tokens[i++];
    finish_number(p, ret);
  }
  bool name = p->n == i + 1 && ccd_address_word(&ccd_address_types, p->tokens[i]) != NULL;
  return name ? 0 : i;
}

void
ccd_address_add_letter(ccd_address_state *p, ccd_slice letter, ccd_address *ret)
{
  const char *start = p->out;
  ccd_address_add(p, ret->number.text, ret->number.length);
  ccd_address_add(p, letter.text, letter.length);
  ret->number = ccd_address_made(p, start);
  finish_number(p, ret);
}
