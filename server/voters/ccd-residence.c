/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses residences into parts and keys with the functions of ccd-address-*.c; see
 * ccd-residence.h. */
#include "server/voters/ccd-residence.h"

#include <string.h>

#include "server/voters/ccd-address-private.h"

#define TEXT_MAX 1000 /* parsed bytes of each part; the rest of a longer text is cut off */

static const char *
type_of(ccd_slice token)
{
  return ccd_address_word(&ccd_address_types, token);
}

static const char *
direction_of(ccd_slice token)
{
  return ccd_address_word(&ccd_address_directions, token);
}

/* Returns the direction that the tokens @i and @i + 1 form, such as "NE" for "N E"; NULL when
 * they form none. */
static const char *
two_word_direction(const ccd_address_state *p, size_t i)
{
  static const ccd_word pairs[] = {{"NE", "NE"}, {"NW", "NW"}, {"SE", "SE"}, {"SW", "SW"}};
  static const ccd_word_list list = {pairs, CC_N(pairs)};
  const char *a = direction_of(p->tokens[i]), *b = direction_of(p->tokens[i + 1]);
  if (a == NULL || b == NULL || a[1] != '\0' || b[1] != '\0')
    return NULL;
  return ccd_address_word(&list, (ccd_slice){(char[]){a[0], b[0]}, 2});
}

/* Returns whether a direction that follows token @i is a postdirection. Token @i must be a
 * street type after a name, or a number. */
static bool
ends_street(const ccd_address_state *p, size_t first, size_t i)
{
  return (i > first && type_of(p->tokens[i]) != NULL) || ccd_address_all_digits(p->tokens[i]) ||
         ccd_address_is_ordinal(p->tokens[i]);
}

static size_t
take_postdirection(const ccd_address_state *p, size_t first, size_t end, ccd_address *ret)
{
  const char *pair =
    end > first + 2 && ends_street(p, first, end - 3) ? two_word_direction(p, end - 2) : NULL;
  const char *one =
    end > first + 1 && ends_street(p, first, end - 2) ? direction_of(p->tokens[end - 1]) : NULL;
  ret->postdirection = ccd_slice_of(pair != NULL ? pair : one);
  return end - (pair != NULL ? 2 : one != NULL ? 1 : 0);
}

static size_t
take_predirection(const ccd_address_state *p, size_t first, size_t end, ccd_address *ret)
{
  const char *pair = end > first + 2 ? two_word_direction(p, first) : NULL;
  const char *one = end > first + 1 ? direction_of(p->tokens[first]) : NULL;
  ret->predirection = ccd_slice_of(pair != NULL ? pair : one);
  return first + (pair != NULL ? 2 : one != NULL ? 1 : 0);
}

/* Split a direction from the number of a street in a grid: "120 S 300E" becomes "120 S 300 E".
 * Returns the new end of the street. */
static size_t
split_grid_direction(ccd_address_state *p, size_t first, size_t end)
{
  ccd_slice *last = &p->tokens[end - 1];
  if (end != first + 2 || direction_of(p->tokens[first]) == NULL || last->length < 2 ||
      end >= CCD_ADDRESS_TOKENS ||
      !ccd_address_all_digits((ccd_slice){last->text, last->length - 1}))
    return end;
  ccd_slice letter = {last->text + last->length - 1, 1};
  if (direction_of(letter) == NULL)
    return end;
  last->length--;
  p->tokens[end] = letter;
  return end + 1;
}

/* Returns the street name for display. Words are kept as written, except words that often have
 * several spellings in one file (SAINT, MOUNT, ordinals). */
static ccd_slice
shown_name(ccd_address_state *p, size_t from, size_t to)
{
  const char *start = p->out;
  for (size_t i = from; i < to; i++) {
    ccd_slice token = p->tokens[i];
    const char *ordinal = ccd_address_word(&ccd_address_ordinals, token);
    ccd_slice word = ccd_address_is(token, "SAINT")   ? ccd_slice_of("ST")
                     : ccd_address_is(token, "MOUNT") ? ccd_slice_of("MT")
                                                      : token;
    if (ordinal != NULL)
      word = ccd_address_name_key(p, i, i + 1, /* counted= */ false);
    if (ordinal != NULL)
      start = i == from ? word.text : start;
    else
      ccd_address_add_word(p, start, word);
  }
  return ccd_address_made(p, start);
}

static void
take_street(ccd_address_state *p, size_t first, size_t end, ccd_address *ret)
{
  end = split_grid_direction(p, first, end);
  end = take_postdirection(p, first, end, ret);
  const char *type = end > first + 1 ? type_of(p->tokens[end - 1]) : NULL;
  ret->type = ccd_slice_of(type);
  end -= type != NULL;
  first = take_predirection(p, first, end, ret);
  bool counted = type != NULL && strcmp(type, "HWY") != 0 && strcmp(type, "RTE") != 0;
  ccd_slice name = ccd_address_name_key(p, first, end, counted);
  ret->street = shown_name(p, first, end);
  const char *start = p->out;
  ccd_address_add_word(p, start, ret->predirection);
  ccd_address_add_word(p, start, name);
  ccd_address_add_word(p, start, ret->type);
  ccd_address_add_word(p, start, ret->postdirection);
  ret->street_key = ccd_address_made(p, start);
}

/* If a single letter after the house number belongs to the number ("18 D Main St"), add the
 * letter to the number. In "F St" and "M L King Dr" the letter belongs to the street. Returns
 * the index of the first token of the street. */
static size_t
take_letter(ccd_address_state *p, size_t first, size_t end, ccd_address *ret)
{
  if (end < first + 3 || ret->number.length == 0 || ret->fraction.length > 0)
    return first;
  ccd_slice letter = p->tokens[first], next = p->tokens[first + 1];
  size_t last = end - 1 - (direction_of(p->tokens[end - 1]) != NULL);
  bool is = letter.length == 1 && letter.text[0] >= 'A' && letter.text[0] <= 'Z' &&
            letter.text[0] != 'O' && direction_of(letter) == NULL && next.length > 1 &&
            !ccd_address_has_digit(next) && last > first + 1 && type_of(p->tokens[last]) != NULL;
  const char *type = type_of(next);
  if (!is || (type != NULL && (strcmp(type, "ST") == 0 || strcmp(type, "AVE") == 0)))
    return first;
  ccd_address_add_letter(p, letter, ret);
  return first + 1;
}

/* Set address_key and building_key from number_key, street_key, the units and @place. Without a
 * number or street both stay empty. */
static void
make_keys(ccd_address_state *p, ccd_slice place, ccd_address *ret)
{
  ccd_slice unit = ccd_address_unit_key(p, ret);
  if (p->number_key.length == 0 || ret->street_key.length == 0)
    return;
  const char *start = p->out;
  ccd_address_add_word(p, start, p->number_key);
  ccd_address_add_word(p, start, ret->street_key);
  ccd_slice house = ccd_address_made(p, start);
  ccd_address_add_word(p, start, place);
  ret->building_key = ccd_address_made(p, start);
  start = p->out;
  ccd_address_add_word(p, start, house);
  ccd_address_add_word(p, start, unit);
  ccd_address_add_word(p, start, place);
  ret->address_key = ccd_address_made(p, start);
}

static ccd_slice
collapse_blanks(ccd_address_state *p, ccd_slice line)
{
  char *start = p->out;
  for (size_t i = 0; i < line.length; i++) {
    bool blank = (unsigned char) line.text[i] <= ' ';
    bool doubled = blank && (p->out == start || p->out[-1] == ' ');
    if (!doubled)
      ccd_address_add(p, blank ? " " : line.text + i, 1);
  }
  if (p->out > start && p->out[-1] == ' ')
    p->out--;
  return ccd_address_made(p, start);
}

/* The units from the separate unit column. */
typedef struct given_unit {
  ccd_address_unit parts[CCD_ADDRESS_UNITS];
  size_t n;
} given_unit;

static bool
read_unit(ccd_address_state *p, ccd_slice text, given_unit *ret)
{
  ccd_address_split(p, text);
  bool is = p->n > 0 && ccd_address_take_units(p, 0);
  memcpy(ret->parts, p->units, sizeof(ret->parts));
  ret->n = is ? p->n_units : 0;
  p->n_units = 0;
  p->n = 0;
  return is || text.length == 0;
}

/* If the last token of the line repeats the unit of the separate unit column, drop this token:
 * "15 VALENTINE ST 1" with the unit "1". Returns the new end of the street. */
static size_t
drop_repeated(ccd_address_state *p, size_t first, size_t end, const given_unit *unit)
{
  bool bare = unit->n == 1 && unit->parts[0].type[0] == '\0' && p->n_units == 0 && end > first + 1;
  const ccd_address_unit last = {"", "#", p->tokens[end > 0 ? end - 1 : 0]};
  return bare && ccd_address_same_unit(p, &unit->parts[0], &last) ? end - 1 : end;
}

/* Add the unit from the separate unit column to the units found in the line. It replaces a unit
 * of the same type. Units of other types are kept: "Bldg 4" in the line and "3" in the column
 * give both. */
static void
add_given(ccd_address_state *p, const given_unit *unit)
{
  for (size_t i = 0; i < unit->n; i++) {
    size_t k = 0;
    while (k < p->n_units && strcmp(p->units[k].type, unit->parts[i].type) != 0)
      k++;
    if (k == p->n_units && k < CCD_ADDRESS_UNITS)
      p->n_units++;
    if (k < p->n_units)
      p->units[k] = unit->parts[i];
  }
}

/* Parse ret->line: first the house number; then a box of a rural route, a numbered road or a
 * named street; then the units. */
static void
read_line(ccd_address_state *p, const ccd_residence *from, const given_unit *unit, ccd_address *ret)
{
  bool given = from->number.length > 0 && ccd_address_give_number(p, from->number, ret);
  ccd_address_split(p, ret->line);
  ccd_address_cut_mailbox(p);
  size_t first = 0, end = given ? 0 : ccd_address_take_route(p, ret);
  if (end == 0) {
    first = given ? ccd_address_skip_number(p, ret) : ccd_address_take_number(p, ret);
    end = first < p->n ? ccd_address_take_road(p, first, ret) : 0;
  }
  if (end > 0) {
    ret->street_key = p->road_key;
    if (end < p->n)
      (void) ccd_address_take_units(p, end);
  } else {
    end = ccd_address_find_unit(p, first);
    end = drop_repeated(p, first, end, unit);
    first = take_letter(p, first, end, ret);
    if (first < end)
      take_street(p, first, end, ret);
  }
  add_given(p, unit);
}

/* Cut the text to TEXT_MAX bytes, or a little less: never inside a UTF-8 character. */
static ccd_slice
cut_text(ccd_slice text)
{
  if (text.length <= TEXT_MAX)
    return text;
  text.length = TEXT_MAX;
  while (text.length > 0 && ((unsigned char) text.text[text.length - 1] & 0x80) != 0)
    text.length--;
  return text;
}

/* Returns the place that the keys end with: the ZIP code, or else the normalized city. */
static ccd_slice
read_place(ccd_address_state *p, const ccd_residence *from)
{
  if (from->zip5.length > 0)
    return from->zip5;
  ccd_address_split(p, from->city);
  ccd_slice place = ccd_address_name_key(p, 0, p->n, /* counted= */ false);
  p->n = 0;
  return place;
}

/* Allocate the output buffer of the parser. It must hold the input in ASCII capitals, and all
 * keys and texts that are built from the input. Normalized words may be longer than the words of
 * the input. */
static bool
allocate_output(ccd_address_state *p, cc_arena *arena, const ccd_residence *given)
{
  size_t size = 4096 + 24 * (given->line.length + given->number.length + given->unit.length +
                             given->zip5.length + given->city.length);
  p->out = cc_arena_text(arena, size);
  p->limit = p->out != NULL ? p->out + size - 1 : NULL;
  return p->out != NULL;
}

cc_status
ccd_residence_parse(const ccd_residence *residence,
                    cc_arena *arena,
                    ccd_address *ret,
                    bool *ret_unit)
{
  const ccd_residence given = {
    .line = cut_text(residence->line),
    .number = cut_text(residence->number),
    .unit = cut_text(residence->unit),
    .zip5 = cut_text(residence->zip5),
    .city = cut_text(residence->city),
  };
  ccd_address_state p = {0};
  given_unit unit = {0};
  if (!allocate_output(&p, arena, &given))
    return CC_ERR_NO_MEMORY;
  *ret = (ccd_address){.line = collapse_blanks(&p, given.line)};
  bool is_unit = read_unit(&p, given.unit, &unit);
  ccd_slice place = read_place(&p, &given);
  read_line(&p, &given, &unit, ret);
  make_keys(&p, place, ret);
  const char *start = p.out;
  if (!is_unit) {
    ccd_address_add(&p, ret->line.text, ret->line.length);
    ccd_address_add(&p, ", ", 2);
    ccd_address_add(&p, given.unit.text, given.unit.length);
    ret->line = ccd_address_made(&p, start);
  }
  if (ret_unit != NULL)
    *ret_unit = is_unit;
  return CC_OK;
}

cc_status
ccd_residence_street(ccd_slice name, cc_arena *arena, ccd_slice *ret)
{
  const ccd_residence given = {.line = cut_text(name)};
  ccd_address_state p = {0};
  ccd_address made = {0};
  if (!allocate_output(&p, arena, &given))
    return CC_ERR_NO_MEMORY;
  ccd_address_split(&p, given.line);
  if (p.n > 0 && ccd_address_take_road(&p, 0, &made) > 0)
    *ret = p.road_key;
  else {
    if (p.n > 0)
      take_street(&p, 0, p.n, &made);
    *ret = made.street_key;
  }
  return CC_OK;
}
