/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses a single address line, and returns the parts of an address for display. The parser
 * itself is in ccd-residence.c. */
#include "server/voters/ccd-address.h"

#include <string.h>

#include "server/voters/ccd-address-private.h"

cc_status
ccd_address_parse(ccd_slice line, ccd_slice zip5, cc_arena *arena, ccd_address *ret)
{
  return ccd_residence_parse(&(ccd_residence){.line = line, .zip5 = zip5}, arena, ret, NULL);
}

ccd_slice
ccd_address_unit_word(const ccd_address *address)
{
  static const char *const alike[] = {"APT", "UNIT", "STE", "RM", "#"};
  for (size_t i = 0; i < CC_N(alike); i++) {
    if (ccd_address_is(address->unit_type, alike[i]))
      return ccd_slice_of("");
  }
  return address->unit_type;
}

static const char *
join_text(cc_arena *arena, const ccd_slice *parts, size_t n)
{
  size_t length = 1;
  for (size_t i = 0; i < n; i++)
    length += parts[i].length + 1;
  char *text = cc_arena_text(arena, length);
  char *out = text;
  for (size_t i = 0; i < n && text != NULL; i++) {
    if (parts[i].length > 0 && out > text)
      *out++ = ' ';
    memcpy(out, parts[i].text == NULL ? "" : parts[i].text, parts[i].length);
    out += parts[i].length;
  }
  if (text != NULL)
    *out = '\0';
  return text;
}

const char *
ccd_address_number_text(const ccd_address *address, cc_arena *arena)
{
  return join_text(arena, (ccd_slice[]){address->number, address->fraction}, 2);
}

const char *
ccd_address_street_text(const ccd_address *address, cc_arena *arena)
{
  const ccd_slice parts[] = {address->predirection,
                             address->street,
                             address->type,
                             address->postdirection};
  return join_text(arena, parts, CC_N(parts));
}

const char *
ccd_address_unit_text(const ccd_address *address, cc_arena *arena)
{
  return join_text(arena, (ccd_slice[]){ccd_address_unit_word(address), address->unit}, 2);
}
