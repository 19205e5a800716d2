/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses units: finds where the unit begins after the street, reads the parts of the unit, and
 * builds the key of the unit. */
#include <string.h>

#include "server/voters/ccd-address-private.h"

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static const char *
type_of(ccd_slice token)
{
  return ccd_address_word(&ccd_address_types, token);
}

bool
ccd_address_is_unit_name(ccd_slice token)
{
  return ccd_address_has_digit(token) || token.length <= 2;
}

/* Returns whether the designator is APT, UNIT, STE, RM or #. These are treated as equal: APT 3,
 * UNIT 3 and # 3 are the same door, but FL 3 and LOT 3 are different doors. */
static bool
is_flat(const char *designator)
{
  static const char *const flats[] = {"#", "APT", "UNIT", "STE", "RM"};
  for (size_t i = 0; i < CC_N(flats); i++) {
    if (strcmp(designator, flats[i]) == 0)
      return true;
  }
  return false;
}

/* Returns whether the designator is also a common word of street names. Such a word begins a
 * unit only if a number follows and the street before the word is complete. */
static bool
is_doubtful(const char *designator)
{
  static const char *const words[] = {"BOX",
                                      "DEPT",
                                      "KEY",
                                      "OFC",
                                      "PIER",
                                      "SIDE",
                                      "SLIP",
                                      "SPC",
                                      "STOP",
                                      "TWR",
                                      "FRNT",
                                      "LBBY",
                                      "LOWR",
                                      "UPPR"};
  for (size_t i = 0; i < CC_N(words); i++) {
    if (strcmp(designator, words[i]) == 0)
      return true;
  }
  return false;
}

/* Returns the designator at the beginning of a token such as "APT3B", and in *ret_length the
 * length of the designator in the token. NULL when the token does not begin with a designator. */
static const char *
glued_designator(ccd_slice token, size_t *ret_length)
{
  size_t n = 0;
  while (n < token.length && token.text[n] >= 'A' && token.text[n] <= 'Z')
    n++;
  const char *word = n > 1 && n < token.length && (is_digit(token.text[n]) || token.text[n] == '-')
                       ? ccd_address_word(&ccd_address_units, (ccd_slice){token.text, n})
                       : NULL;
  *ret_length = n + (word != NULL && token.text[n] == '-');
  return word != NULL && strcmp(word, "#") != 0 && !is_doubtful(word) ? word : NULL;
}

/* If tokens such as "2ND FLOOR" or "SECOND FL" begin at @i, returns the number of the floor;
 * otherwise an empty slice. */
static ccd_slice
floor_number(const ccd_address_state *p, size_t i)
{
  const char *word = i + 1 < p->n ? ccd_address_word(&ccd_address_units, p->tokens[i + 1]) : NULL;
  if (word == NULL || strcmp(word, "FL") != 0)
    return (ccd_slice){NULL, 0};
  if (ccd_address_is_ordinal(p->tokens[i]))
    return (ccd_slice){p->tokens[i].text, p->tokens[i].length - 2};
  const char *ordinal = ccd_address_word(&ccd_address_ordinals, p->tokens[i]);
  return ordinal != NULL ? ccd_slice_of(ordinal) : (ccd_slice){NULL, 0};
}

/* Skip signs that mean "number" ("#", "NO. 3"). Returns the index of the token after the signs. */
static size_t
skip_signs(const ccd_address_state *p, size_t i)
{
  for (; i < p->n; i++) {
    const char *word = ccd_address_word(&ccd_address_units, p->tokens[i]);
    bool sign = p->tokens[i].text[0] == '#' || (word != NULL && word[0] == '#' && i + 1 < p->n &&
                                                ccd_address_has_digit(p->tokens[i + 1]));
    if (!sign)
      break;
  }
  return i;
}

/* Returns whether another part of the unit begins at @i. */
static bool
part_begins(const ccd_address_state *p, size_t i)
{
  ccd_slice token = p->tokens[i];
  size_t ignored;
  bool lone = i + 1 == p->n && ccd_address_word(&ccd_address_lone_units, token) != NULL;
  bool designator = i + 1 < p->n && ccd_address_word(&ccd_address_units, token) != NULL;
  return token.text[0] == '#' || lone || designator || glued_designator(token, &ignored) != NULL ||
         floor_number(p, i).length > 0;
}

static size_t
take_id(ccd_address_state *p, size_t i, ccd_slice *ret)
{
  const char *start = p->out;
  for (size_t first = i; i < p->n && (i == first || !part_begins(p, i)); i++)
    ccd_address_add_word(p, start, p->tokens[i]);
  *ret = ccd_address_made(p, start);
  return i;
}

static ccd_address_unit
unit_of(const char *designator, ccd_slice id)
{
  return (ccd_address_unit){is_flat(designator) ? "" : designator, designator, id};
}

/* Read the part of a unit that begins at @i. Returns the index of the token after the part. */
static size_t
take_part(ccd_address_state *p, size_t i, ccd_address_unit *ret)
{
  size_t id = skip_signs(p, i), glued;
  const char *designator = id > i ? "#" : NULL;
  if (id < p->n) {
    const char *word = ccd_address_word(&ccd_address_units, p->tokens[id]);
    if (word != NULL && word[0] != '#' &&
        (id + 1 < p->n || ccd_address_word(&ccd_address_lone_units, p->tokens[id]) == NULL)) {
      designator = word;
      id = skip_signs(p, id + 1);
    } else if (designator == NULL && (word = glued_designator(p->tokens[id], &glued)) != NULL) {
      designator = word;
      p->tokens[id] = (ccd_slice){p->tokens[id].text + glued, p->tokens[id].length - glued};
    }
  }
  if (designator == NULL)
    designator = "#";
  *ret = unit_of(designator, (ccd_slice){NULL, 0});
  if (id >= p->n)
    return p->n;
  const char *lone = ccd_address_word(&ccd_address_lone_units, p->tokens[id]);
  ccd_slice floor = floor_number(p, id);
  if (floor.length > 0 && (ret->type[0] == '\0' || strcmp(ret->type, "FL") == 0)) {
    *ret = unit_of("FL", floor);
    return id + 2;
  }
  if (lone != NULL && ret->type[0] == '\0') {
    *ret = unit_of(lone, (ccd_slice){NULL, 0});
    return id + 1;
  }
  return take_id(p, id, &ret->id);
}

bool
ccd_address_take_units(ccd_address_state *p, size_t from)
{
  size_t first = p->n_units;
  bool names = false;
  for (size_t i = from; i < p->n;) {
    ccd_address_unit unit;
    bool designated = part_begins(p, i);
    i = take_part(p, i, &unit);
    bool empty =
      unit.type[0] == '\0' && unit.id.length == 0; /* a designator without a number: "APT" */
    names = names ||
            (!empty && (designated || unit.type[0] != '\0' || ccd_address_is_unit_name(unit.id)));
    if (!empty && p->n_units < CCD_ADDRESS_UNITS)
      p->units[p->n_units++] = unit;
  }
  if (!names)
    p->n_units = first;
  return names;
}

/* Returns whether the tokens [first, i) are a complete street: their last token is a street
 * type, or a direction that follows a street type. */
static bool
is_complete(const ccd_address_state *p, size_t first, size_t i)
{
  size_t last = i - 1;
  if (last > first && ccd_address_word(&ccd_address_directions, p->tokens[last]) != NULL)
    last--;
  return last > first && type_of(p->tokens[last]) != NULL;
}

/* Returns whether a unit without a designator begins at @i: "12 ELM ST 3B", "12 ELM ST B". */
static bool
bare_unit(const ccd_address_state *p, size_t first, size_t i)
{
  ccd_slice token = p->tokens[i];
  bool two = i + 2 == p->n && ccd_address_all_digits(token) && p->tokens[i + 1].length == 1;
  if ((i + 1 != p->n && !two) || ccd_address_is_ordinal(token) || ccd_address_is_fraction(token))
    return false;
  bool letter = token.length == 1 && ccd_address_word(&ccd_address_directions, token) == NULL;
  if (p->comma[i])
    return ccd_address_has_digit(token) || letter;
  const char *type = type_of(p->tokens[i - 1]);
  bool numbered = type != NULL && (strcmp(type, "HWY") == 0 || strcmp(type, "RTE") == 0);
  return (ccd_address_has_digit(token) || letter) && !numbered && is_complete(p, first, i);
}

/* Returns whether the designator at @i begins a unit. False when it is a word of the street's
 * name. */
static bool
designated_unit(const ccd_address_state *p, size_t first, size_t i, const char *designator)
{
  bool complete = is_complete(p, first, i) || p->comma[i];
  if (i + 1 == p->n)
    return complete && (is_flat(designator) && designator[0] != '#');
  size_t id = skip_signs(p, i + 1);
  if (id > i + 1)
    return id < p->n;
  ccd_slice next = p->tokens[id];
  if (designator[0] == '#')
    return ccd_address_has_digit(next);
  if (is_doubtful(designator))
    return complete && (ccd_address_has_digit(next) || next.length == 1);
  if (!complete && type_of(next) != NULL && !ccd_address_has_digit(next))
    return false; /* the designator is part of the street's name: "12 OLD LOT ST" */
  return ccd_address_is_unit_name(next) || id + 1 == p->n ||
         ccd_address_word(&ccd_address_lone_units, next) != NULL || floor_number(p, id).length > 0;
}

/* Returns whether token @i is a unit that needs no number ("REAR") at the end of the line. */
static bool
lone_unit(const ccd_address_state *p, size_t first, size_t i)
{
  const char *lone = ccd_address_word(&ccd_address_lone_units, p->tokens[i]);
  const char *next = i + 1 < p->n ? ccd_address_word(&ccd_address_units, p->tokens[i + 1]) : NULL;
  bool ends = i + 1 == p->n || (i + 2 == p->n && next != NULL && is_flat(next));
  return lone != NULL && ends && (!is_doubtful(lone) || is_complete(p, first, i) || p->comma[i]);
}

static bool
unit_begins(const ccd_address_state *p, size_t first, size_t i)
{
  size_t length;
  ccd_slice token = p->tokens[i];
  const char *designator = ccd_address_word(&ccd_address_units, token);
  if (token.text[0] == '#' || floor_number(p, i).length > 0 || lone_unit(p, first, i) ||
      glued_designator(token, &length) != NULL)
    return true;
  if (designator != NULL)
    return designated_unit(p, first, i, designator);
  return bare_unit(p, first, i);
}

static bool
is_po_box(const ccd_address_state *p, size_t i)
{
  size_t box =
    ccd_address_is(p->tokens[i], "PO") ? i + 1
    : ccd_address_is(p->tokens[i], "P") && i + 1 < p->n && ccd_address_is(p->tokens[i + 1], "O")
      ? i + 2
      : p->n;
  return box < p->n && ccd_address_is(p->tokens[box], "BOX");
}

void
ccd_address_cut_mailbox(ccd_address_state *p)
{
  for (size_t i = 1; i < p->n; i++) {
    if (is_po_box(p, i))
      p->n = i;
  }
}

size_t
ccd_address_find_unit(ccd_address_state *p, size_t first)
{
  for (size_t i = first + 1; i < p->n; i++) {
    if (unit_begins(p, first, i)) {
      (void) ccd_address_take_units(p, i);
      return i;
    }
  }
  return p->n;
}

void
ccd_address_add_unit_text(ccd_address_state *p, ccd_slice text)
{
  bool leading = true;
  for (size_t i = 0; i < text.length; i++) {
    char c = text.text[i];
    char before = i > 0 ? text.text[i - 1] : ' ',
         behind = i + 1 < text.length ? text.text[i + 1] : ' ';
    if (leading && c == '0' && is_digit(behind))
      continue;
    if ((c == ' ' || c == '-') && is_digit(before) && is_digit(behind))
      ccd_address_add(p, "-", 1);
    else if (c != ' ' && c != '-' && c != '#')
      ccd_address_add(p, &c, 1);
    leading = false;
  }
}

static ccd_slice
part_key(ccd_address_state *p, const ccd_address_unit *unit)
{
  const char *start = p->out;
  ccd_address_add(p, unit->type, strlen(unit->type));
  if (unit->id.length > 0) {
    ccd_address_add(p, unit->type[0] == '\0' ? "#" : " ", 1);
    ccd_address_add_unit_text(p, unit->id);
  }
  return ccd_address_made(p, start);
}

bool
ccd_address_same_unit(ccd_address_state *p, const ccd_address_unit *a, const ccd_address_unit *b)
{
  ccd_slice key = part_key(p, a);
  return ccd_address_same(key, part_key(p, b));
}

/* Returns the rank by which the parts of a unit are ordered in the key: buildings first, then
 * floors, apartments last. So the key does not depend on the order in which the parts are
 * written. */
static int
part_rank(const ccd_address_unit *unit)
{
  static const char *const ranks[] = {"BLDG", "TWR", "FL"};
  for (int i = 0; i < (int) CC_N(ranks); i++) {
    if (strcmp(unit->type, ranks[i]) == 0)
      return i;
  }
  return unit->type[0] == '\0' ? 5 : unit->id.length > 0 ? 3 : 4;
}

ccd_slice
ccd_address_unit_key(ccd_address_state *p, ccd_address *ret)
{
  if (p->n_units == 0)
    return (ccd_slice){NULL, 0};
  const char *start = p->out;
  ret->unit_type = ccd_slice_of(p->units[0].written);
  ret->unit = p->units[0].id;
  for (size_t i = 1; i < p->n_units; i++) {
    if (i == 1)
      ccd_address_add_word(p, start, p->units[0].id);
    ccd_address_add_word(p, start, ccd_slice_of(p->units[i].written));
    ccd_address_add_word(p, start, p->units[i].id);
    ret->unit = ccd_address_made(p, start);
  }
  ccd_slice parts[CCD_ADDRESS_UNITS];
  for (size_t i = 0; i < p->n_units; i++)
    parts[i] = part_key(p, &p->units[i]);
  start = p->out;
  for (int rank = 0; rank <= 5; rank++) {
    for (size_t i = 0; i < p->n_units; i++) {
      if (part_rank(&p->units[i]) == rank)
        ccd_address_add_word(p, start, parts[i]);
    }
  }
  return ccd_address_made(p, start);
}
