/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/voters/ccd-residence.h"

#include <string.h>

/* A house of which only the unit counts: what the parser makes of "# 3B" behind it. */
#define ANY_HOUSE "1 ELM ST"

static ccd_slice
join_texts(cc_arena *arena, ccd_slice a, const char *between, ccd_slice b)
{
  const char *text = cc_arena_printf(arena,
                                     "%.*s%s%.*s",
                                     (int) a.length,
                                     a.text != NULL ? a.text : "",
                                     between,
                                     (int) b.length,
                                     b.text != NULL ? b.text : "");
  return ccd_slice_of(text);
}

static bool
has_digit(ccd_slice text)
{
  for (size_t i = 0; i < text.length; i++) {
    if (text.text[i] >= '0' && text.text[i] <= '9')
      return true;
  }
  return false;
}

/* The unit alone, as the parser reads it. Its address_key without the house is the key's part. */
static cc_status
parse_unit(ccd_slice unit, cc_arena *arena, ccd_address *ret, bool *ret_is)
{
  ccd_slice line = join_texts(arena, ccd_slice_of(ANY_HOUSE), " # ", unit);
  cc_status status = ccd_address_parse(line, (ccd_slice){NULL, 0}, arena, ret);
  bool numbered = ret->unit_type.length != 1 || ret->unit.length <= 2 || has_digit(ret->unit);
  bool keyed = ret->address_key.length > strlen(ANY_HOUSE) &&
               memcmp(ret->address_key.text, ANY_HOUSE, strlen(ANY_HOUSE)) == 0;
  *ret_is = status == CC_OK && ret->unit_type.length > 0 && numbered && keyed;
  return status;
}

static ccd_slice
unit_part(const ccd_address *unit)
{
  return (ccd_slice){unit->address_key.text + strlen(ANY_HOUSE),
                     unit->address_key.length - strlen(ANY_HOUSE)};
}

/* The city as the keys have it. */
static ccd_slice
fold_city(ccd_slice city, cc_arena *arena)
{
  char *out = cc_arena_text(arena, city.length + 1);
  size_t n = 0;
  for (size_t i = 0; i < city.length && out != NULL; i++) {
    char c = city.text[i];
    bool blank = (unsigned char) c <= ' ';
    if (blank && (n == 0 || out[n - 1] == ' '))
      continue;
    if (c != '.' && c != '\'')
      out[n++] = (char) (blank ? ' ' : c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return (ccd_slice){out, n};
}

static bool
same_slice(ccd_slice a, ccd_slice b)
{
  return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

/* @line has no unit, or one that is left as it is: @unit becomes the address's. */
static void
set_unit(ccd_address *address, const ccd_address *unit, ccd_slice place, cc_arena *arena)
{
  address->unit_type = unit->unit_type;
  address->unit = unit->unit;
  if (address->building_key.length == 0)
    return;
  ccd_slice bare = address->building_key;
  if (place.length > 0)
    bare.length -= place.length + 1;
  address->address_key = join_texts(arena, bare, "", unit_part(unit));
  if (place.length > 0)
    address->address_key = join_texts(arena, address->address_key, " ", place);
}

/* The line says a unit too. The same one: then it is told once. Another ("Bldg 3", and "4"): both
 * are read as one unit, in their order. */
static cc_status
merge_unit(const ccd_residence *residence,
           const ccd_address *unit,
           ccd_slice place,
           cc_arena *arena,
           ccd_address *ret)
{
  ccd_address again;
  ccd_slice word = ccd_address_unit_word(ret);
  bool is;
  cc_status status =
    parse_unit(join_texts(arena, word, word.length > 0 ? " " : "", ret->unit), arena, &again, &is);
  if (status != CC_OK || (is && same_slice(unit_part(&again), unit_part(unit))))
    return status;
  ccd_slice both = join_texts(arena, residence->line, " ", residence->unit);
  return ccd_address_parse(both, place, arena, ret);
}

cc_status
ccd_residence_parse(const ccd_residence *residence,
                    cc_arena *arena,
                    ccd_address *ret,
                    bool *ret_unit)
{
  ccd_address unit = {0};
  bool is = true;
  ccd_residence whole = *residence;
  if (whole.number.length > 0)
    whole.line = join_texts(arena, whole.number, " ", whole.line);
  ccd_slice place = whole.zip5.length > 0 ? whole.zip5 : fold_city(whole.city, arena);
  cc_status status = ccd_address_parse(whole.line, place, arena, ret);
  if (status == CC_OK && whole.unit.length > 0)
    status = parse_unit(whole.unit, arena, &unit, &is);
  if (ret_unit != NULL)
    *ret_unit = is;
  if (status != CC_OK || whole.unit.length == 0)
    return status;
  if (!is)
    ret->line = join_texts(arena, ret->line, ", ", whole.unit);
  else if (ret->unit_type.length > 0)
    return merge_unit(&whole, &unit, place, arena, ret);
  else
    set_unit(ret, &unit, place, arena);
  return ret->line.text != NULL ? CC_OK : CC_ERR_NO_MEMORY;
}
