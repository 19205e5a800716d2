/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "server/voters/ccd-address-private.h"

/* Roads that have a number or letters in place of a name: county, state, US and farm roads,
 * interstates and their kin (Publication 28, appendix F, and how the Census and voter files write
 * them). The class in its own words is one code in the keys. */

typedef struct road_class {
  const char *words; /* in the vocabulary of class_word */
  const char *code;
  bool letters; /* may have letters for a number: Wisconsin's county, Missouri's state roads */
} road_class;

/* Longer ones before those that they begin with. */
static const road_class classes[] = {
  {"CO STATE AID HWY", "CR", false},
  {"CO TRUNK HWY", "CR", true},
  {"CO TRUNK", "CR", true},
  {"CO HWY", "CR", true},
  {"CO RD", "CR", true},
  {"CO RTE", "CR", true},
  {"CSAH", "CR", false},
  {"CTH", "CR", true},
  {"CR", "CR", true},
  {"CH", "CR", false},
  {"C R", "CR", false},
  {"C T H", "CR", false},
  {"STATE TRUNK HWY", "SR", false},
  {"STATE HWY", "SR", true},
  {"STATE RD", "SR", true},
  {"STATE RTE", "SR", true},
  {"STATE LOOP", "LOOP", false},
  {"STATE SPUR", "SPUR", false},
  {"ST HWY", "SR", true},
  {"ST RD", "SR", false},
  {"ST RTE", "SR", true},
  {"STH", "SR", false},
  {"SR", "SR", false},
  {"SH", "SR", false},
  {"S R", "SR", false},
  {"S H", "SR", false},
  {"US HWY", "US", false},
  {"US RTE", "US", false},
  {"US FOREST SERVICE RD", "FS", false},
  {"US", "US", false},
  {"U S HWY", "US", false},
  {"U S RTE", "US", false},
  {"U S", "US", false},
  {"USHWY", "US", false},
  {"USH", "US", false},
  {"UNITED STATES HWY", "US", false},
  {"UNITED STATES RTE", "US", false},
  {"INTERSTATE HWY", "I", false},
  {"INTERSTATE RTE", "I", false},
  {"INTERSTATE", "I", false},
  {"IH", "I", false},
  {"I H", "I", false},
  {"I HWY", "I", false},
  {"I", "I", false},
  {"FARM TO MARKET RD", "FM", false},
  {"FARM TO MARKET", "FM", false},
  {"FARM TO MKT RD", "FM", false},
  {"FARM TO MKT", "FM", false},
  {"FARM MARKET RD", "FM", false},
  {"FARM MARKET", "FM", false},
  {"FARM RD", "FM", false},
  {"FM RD", "FM", false},
  {"FM", "FM", false},
  {"F M RD", "FM", false},
  {"F M", "FM", false},
  {"RANCH TO MARKET RD", "RM", false},
  {"RANCH TO MARKET", "RM", false},
  {"RANCH RD", "RM", false},
  {"RM RD", "RM", false},
  {"RM", "RM", false},
  {"R M", "RM", false},
  {"RR", "RM", false},
  {"TWP RD", "TWP RD", false},
  {"TWP HWY", "TWP RD", false},
  {"TR", "TWP RD", false},
  {"T R", "TWP RD", false},
  {"TOWN RD", "TOWN RD", false},
  {"PARISH RD", "PARISH RD", false},
  {"PAR RD", "PARISH RD", false},
  {"PRIVATE RD", "PR", false},
  {"PVT RD", "PR", false},
  {"P R", "PR", false},
  {"PR", "PR", false},
  {"NATIONAL FOREST DEVELOPMENT RD", "FS", false},
  {"NATIONAL FOREST RD", "FS", false},
  {"USFS RD", "FS", false},
  {"FOREST SERVICE RD", "FS", false},
  {"FOREST RD", "FS", false},
  {"FS RD", "FS", false},
  {"FSR", "FS", false},
  {"FS", "FS", false},
  {"INDIAN SERVICE RTE", "BIA", false},
  {"INDIAN SERVICE RD", "BIA", false},
  {"INDIAN RTE", "BIA", false},
  {"INDIAN RD", "BIA", false},
  {"NAVAJO SERVICE RTE", "BIA", false},
  {"NAVAJO RTE", "BIA", false},
  {"BIA RTE", "BIA", false},
  {"BIA RD", "BIA", false},
  {"BIA HWY", "BIA", false},
  {"BIA", "BIA", false},
  {"CARR PR", "CARR", false},
  {"CARR ESTATAL", "CARR", false},
  {"CARR", "CARR", false},
  {"PARK RD", "PARK RD", false},
  {"FIRE RD", "FIRE RD", false},
  {"FIRE LN", "FIRE LN", false},
  {"LOOP", "LOOP", false},
  {"SPUR", "SPUR", false},
  {"HWY", "HWY", true},
  {"RTE", "RTE", true},
  {"CO", "CR", false},
};

/* Two words that are a state, when a word for a road follows. */
static const char *const long_states[] = {
  "NEW HAMPSHIRE",
  "NEW JERSEY",
  "NEW MEXICO",
  "NEW YORK",
  "NORTH CAROLINA",
  "NORTH DAKOTA",
  "RHODE ISLAND",
  "SOUTH CAROLINA",
  "SOUTH DAKOTA",
  "WEST VIRGINIA",
  "N C",
  "N H",
  "N J",
  "N M",
  "N Y",
  "S C",
};

typedef struct road {
  const char *code, *direction, *prefix;
  size_t direction_at;
  ccd_slice id;
  size_t at; /* behind what was read */
  ccd_slice behind[4];
  size_t n_behind;
} road;

/* The words that classes are made of, in one spelling. */
static ccd_slice
class_word(ccd_slice token)
{
  static const ccd_word more[] = {
    {"CARRETERA", "CARR"},
    {"CNTY", "CO"},
    {"CO", "CO"},
    {"COUNTY", "CO"},
    {"CTY", "CO"},
    {"RT", "RTE"},
    {"SVC", "SERVICE"},
    {"TOWNSHIP", "TWP"},
    {"TRK", "TRUNK"},
    {"TRUNKHWY", "TRUNK"},
    {"TWSP", "TWP"},
  };
  static const ccd_word_list list = {more, CC_N(more)};
  const char *found = ccd_address_word(&list, token);
  const char *type = found == NULL ? ccd_address_word(&ccd_address_types, token) : NULL;
  if (type != NULL && (strcmp(type, "RD") == 0 || strcmp(type, "HWY") == 0 ||
                       strcmp(type, "RTE") == 0 || strcmp(type, "LN") == 0))
    found = type;
  return found != NULL ? ccd_slice_of(found) : token;
}

static size_t
count_class_words(const ccd_address_state *p, size_t i, const char *words)
{
  size_t n = 0;
  while (*words != '\0') {
    size_t length = strcspn(words, " ");
    if (i + n >= p->n ||
        !ccd_address_same(class_word(p->tokens[i + n]), (ccd_slice){words, length}))
      return 0;
    n++;
    words += length + (words[length] == ' ');
  }
  return n;
}

static const road_class *
find_class(const ccd_address_state *p, size_t i, size_t *ret_n)
{
  for (size_t k = 0; k < CC_N(classes); k++) {
    *ret_n = count_class_words(p, i, classes[k].words);
    if (*ret_n > 0)
      return &classes[k];
  }
  return NULL;
}

/* "NY", "KENTUCKY HIGHWAY", "NORTH CAROLINA STATE ROAD": state roads. */
static const road_class *
find_state(const ccd_address_state *p, size_t i, size_t *ret_n)
{
  static const road_class of_state = {"", "SR", true}, bare = {"", "SR", false};
  size_t n = ccd_address_word(&ccd_address_states, p->tokens[i]) != NULL;
  bool is_short = n == 1 && p->tokens[i].length <= 3;
  for (size_t k = 0; n == 0 && k < CC_N(long_states); k++)
    n = count_class_words(p, i, long_states[k]);
  if (n == 0)
    return NULL;
  size_t more = i + n < p->n && ccd_address_is(p->tokens[i + n], "STATE");
  static const char *const roads[] = {"HWY", "RTE", "RD"};
  for (size_t k = 0; k < CC_N(roads); k++) {
    *ret_n = n + more + 1;
    if (count_class_words(p, i + n + more, roads[k]) > 0)
      return &of_state;
  }
  *ret_n = n;
  return is_short ? &bare : NULL;
}

static bool
is_one_of(ccd_slice token, const char *const *words, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    if (ccd_address_is(token, words[i]))
      return true;
  }
  return false;
}

/* What may follow the number, in one spelling. NULL: it does not. */
static const char *
word_behind(ccd_slice token)
{
  static const ccd_word words[] = {
    {"ACCESS", "ACC RD"},    {"ALT", "ALT"},        {"ALTERNATE", "ALT"},     {"BUS", "BUS"},
    {"BUSINESS", "BUS"},     {"BUSN", "BUS"},       {"BYP", "BYP"},           {"BYPASS", "BYP"},
    {"CONN", "CONN"},        {"CONNECTOR", "CONN"}, {"EXT", "EXT"},           {"EXTENSION", "EXT"},
    {"FEEDER", "FEEDER RD"}, {"FRNTG", "FRNTG RD"}, {"FRONTAGE", "FRNTG RD"}, {"LOOP", "LOOP"},
    {"SCENIC", "SCENIC"},    {"SERVICE", "SVC RD"}, {"SPUR", "SPUR"},         {"SVC", "SVC RD"},
    {"TRUCK", "TRUCK"},
  };
  static const ccd_word_list list = {words, CC_N(words)};
  return ccd_address_word(&list, token);
}

static void
add_behind(road *r, const char *word)
{
  if (r->n_behind < CC_N(r->behind))
    r->behind[r->n_behind++] = ccd_slice_of(word);
}

/* "OLD", "BUSINESS", and a direction; each at most once. */
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
    if (find_state(p, r->at, &ignored) != NULL && find_class(p, r->at, &ignored) == NULL)
      return;
    if (direction != NULL && r->direction == NULL && count_class_words(p, r->at, "S R") == 0 &&
        count_class_words(p, r->at, "S H") == 0)
      r->direction = direction, r->direction_at = r->at;
    else if (r->prefix == NULL && is_one_of(token, ages, CC_N(ages)))
      r->prefix = ccd_address_is(token, "OLD") ? "OLD" : "NEW";
    else if (behind != NULL && is_one_of(ccd_slice_of(behind), kinds, CC_N(kinds)))
      add_behind(r, behind);
    else
      return;
  }
}

/* "12", "12A", "12-A", "7 1/2", "39.2", "AA"; and "400N", where N is a direction. */
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
  ccd_slice tail = {token.text + digits, token.length - digits};
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

/* Directions and kinds behind the number; false: something else goes on, so it was a name. */
static bool
read_behind(const ccd_address_state *p, road *r)
{
  static const char *const told_already[] = {"HWY", "RTE", "RD"};
  for (; r->at < p->n && !p->comma[r->at]; r->at++) {
    ccd_slice token = p->tokens[r->at];
    const char *word = ccd_address_word(&ccd_address_directions, token);
    if (word == NULL)
      word = word_behind(token);
    if (word != NULL)
      add_behind(r, word);
    else if (!is_one_of(class_word(token), told_already, CC_N(told_already)))
      break;
  }
  if (r->at == p->n || p->comma[r->at])
    return true;
  ccd_slice next = p->tokens[r->at];
  return next.text[0] == '#' || ccd_address_has_digit(next) ||
         ccd_address_word(&ccd_address_units, next) != NULL ||
         ccd_address_word(&ccd_address_lone_units, next) != NULL;
}

/* "CR-12", "US50", "NY-27": the letters are a token of their own. */
static void
part_letters(ccd_address_state *p, size_t at)
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
  bool known = find_class(&alone, 0, &ignored) != NULL || find_state(&alone, 0, &ignored) != NULL ||
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

/* "24 HIGHWAY": the number stands before. */
static bool
number_first(const ccd_address_state *p, size_t i)
{
  return i + 1 < p->n && ccd_address_all_digits(p->tokens[i]) && p->tokens[i].length <= 3 &&
         ccd_address_same(class_word(p->tokens[i + 1]), ccd_slice_of("HWY"));
}

static bool
read_road(ccd_address_state *p, road *r)
{
  static const char *const signs[] = {"#", "NO", "NUM", "NUMBER"};
  read_before(p, r);
  part_letters(p, r->at);
  if (r->at + 1 >= p->n)
    return false;
  if (ccd_address_is(class_word(p->tokens[r->at]), "CARR"))
    part_letters(p, r->at + 1);
  if (number_first(p, r->at)) {
    r->code = "HWY";
    return read_id(p, r, /* letters= */ false) && read_behind(p, r);
  }
  size_t n = 0;
  static const road_class lettered = {"", "SR", false};
  const road_class *found = find_class(p, r->at, &n);
  if (found == NULL)
    found = find_state(p, r->at, &n);
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

static void
keep_road(ccd_address_state *p, const road *r, size_t first, ccd_address *ret)
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
  keep_road(p, &r, first, ret);
  return r.at;
}
