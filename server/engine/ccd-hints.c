/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-hints.h"

#include <stddef.h>

/* An entry consists of a tag of 24 bits (a part of the credential's hash) and, in the lower 40
 * bits, an organization id. A credential can be in one of two entries. */
#define ID_BITS 40
#define ID_MASK ((UINT64_C(1) << ID_BITS) - 1)

static uint64_t
read_digits(const char *key, size_t from, size_t n)
{
  uint64_t value = 0;
  for (size_t i = from; i < from + n; i++)
    value = value * 16 + (uint64_t) (key[i] <= '9' ? key[i] - '0' : key[i] - 'a' + 10);
  return value;
}

static uint64_t
read_entry(const ccd_hints *hints, uint64_t place)
{
  return atomic_load_explicit(&hints->entries[place], memory_order_relaxed);
}

void
ccd_hints_note(ccd_hints *hints, const char *key, int64_t organization_id)
{
  uint64_t place = read_digits(key, 0, 4) % CCD_HINTS, tag = read_digits(key, 4, 6);
  uint64_t entry = tag << ID_BITS | ((uint64_t) organization_id & ID_MASK);
  if (read_entry(hints, place) == entry || read_entry(hints, place ^ 1) == entry)
    return;
  uint64_t there = read_entry(hints, place);
  if (there != 0 && there >> ID_BITS != tag)
    place ^= 1;
  atomic_store_explicit(&hints->entries[place], entry, memory_order_relaxed);
}

int64_t
ccd_hints_find(ccd_hints *hints, const char *key)
{
  uint64_t place = read_digits(key, 0, 4) % CCD_HINTS, tag = read_digits(key, 4, 6);
  for (uint64_t way = 0; way < 2; way++) {
    uint64_t entry = read_entry(hints, place ^ way);
    if (entry != 0 && entry >> ID_BITS == tag)
      return (int64_t) (entry & ID_MASK);
  }
  return 0;
}
