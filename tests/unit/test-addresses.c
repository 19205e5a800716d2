/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "server/voters/ccd-residence.h"
#include "tests/unit/address-pairs.h"
#include "tests/unit/address-tables.h"

/* Tests which spellings are the same home, and which are not. */

static ccd_address
parse(const ccd_residence *residence, cc_arena *arena)
{
  ccd_address made;
  g_assert_cmpint(ccd_residence_parse(residence, arena, &made, NULL), ==, CC_OK);
  return made;
}

static ccd_address
parse_line(const char *line, cc_arena *arena)
{
  return parse(&(ccd_residence){.line = ccd_slice_of(line), .zip5 = ccd_slice_of("02141")}, arena);
}

static guint
check(const char *a, const char *b, ccd_slice key, ccd_slice other, int same)
{
  bool equal =
    key.length > 0 && key.length == other.length && memcmp(key.text, other.text, key.length) == 0;
  if (equal == (same == SAME))
    return 0;
  g_test_message("%s | %s: \"%.*s\" and \"%.*s\" should be %s",
                 a,
                 b,
                 (int) key.length,
                 key.text,
                 (int) other.length,
                 other.text,
                 same == SAME ? "one" : "two");
  return 1;
}

static void
test_homes(void)
{
  guint wrong = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(homes); i++) {
    CC_AUTO(cc_arena) arena = cc_arena_new((size_t) 1 << 20);
    ccd_slice a = parse_line(homes[i].a, arena).address_key;
    ccd_slice b = parse_line(homes[i].b, arena).address_key;
    wrong += check(homes[i].a, homes[i].b, a, b, homes[i].same);
    if (a.length == 0 || b.length == 0)
      wrong += check(homes[i].a, homes[i].b, a, b, SAME); /* each spelling must be a home */
  }
  g_assert_cmpuint(wrong, ==, 0);
  g_assert_cmpuint(G_N_ELEMENTS(homes) + G_N_ELEMENTS(streets) + G_N_ELEMENTS(parts), >=, 300);
}

static void
test_streets(void)
{
  guint wrong = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(streets); i++) {
    CC_AUTO(cc_arena) arena = cc_arena_new((size_t) 1 << 20);
    ccd_slice a = parse_line(streets[i].a, arena).street_key, b = {0};
    g_assert_cmpint(ccd_residence_street(ccd_slice_of(streets[i].b), arena, &b), ==, CC_OK);
    wrong += check(streets[i].a, streets[i].b, a, b, streets[i].same);
  }
  g_assert_cmpuint(wrong, ==, 0);
}

static void
test_parts(void)
{
  guint wrong = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    CC_AUTO(cc_arena) arena = cc_arena_new((size_t) 1 << 20);
    const ccd_residence given = {
      .line = ccd_slice_of(parts[i].street),
      .number = ccd_slice_of(parts[i].number),
      .unit = ccd_slice_of(parts[i].unit),
      .zip5 = ccd_slice_of("02141"),
    };
    ccd_slice b = parse(&given, arena).address_key;
    wrong += check(parts[i].line,
                   parts[i].street,
                   parse_line(parts[i].line, arena).address_key,
                   b,
                   parts[i].same);
  }
  g_assert_cmpuint(wrong, ==, 0);
}

/* Parsing a stored key gives the same key again. */
static void
test_idempotent(void)
{
  guint wrong = 0;
  for (size_t i = 0; i < 2 * G_N_ELEMENTS(homes); i++) {
    CC_AUTO(cc_arena) arena = cc_arena_new((size_t) 1 << 20);
    const char *line = i % 2 == 0 ? homes[i / 2].a : homes[i / 2].b;
    ccd_slice key = parse_line(line, arena).address_key;
    key.length -= key.length > 6 ? 6 : 0;
    g_autofree char *text = g_strndup(key.text, key.length);
    ccd_slice again = parse_line(text, arena).address_key;
    again.length -= again.length > 6 ? 6 : 0;
    wrong += check(line, text, key, again, SAME);
  }
  g_assert_cmpuint(wrong, ==, 0);
}

/* The city is part of the key if there is no ZIP code. */
static void
test_places(void)
{
  static const struct {
    const char *zip, *city, *other_zip, *other_city;
    int same;
  } cases[] = {
    {"", "Springfield", "", "SPRINGFIELD ", SAME},
    {"", "Springfield", "", "Boston", OTHER},
    {"", "St. Louis", "", "Saint Louis", SAME},
    {"", "E. Boston", "", "East Boston", SAME},
    {"02141", "Boston", "02141", "Cambridge", SAME},
    {"02141", "Boston", "02142", "Boston", OTHER},
    {"", "Cañon City", "", "Canon City", SAME},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    CC_AUTO(cc_arena) arena = cc_arena_new((size_t) 1 << 20);
    ccd_slice keys[2];
    for (int k = 0; k < 2; k++) {
      const ccd_residence given = {
        .line = ccd_slice_of("12 Main St"),
        .zip5 = ccd_slice_of(k == 0 ? cases[i].zip : cases[i].other_zip),
        .city = ccd_slice_of(k == 0 ? cases[i].city : cases[i].other_city),
      };
      keys[k] = parse(&given, arena).address_key;
    }
    g_assert_cmpuint(check(cases[i].city, cases[i].other_city, keys[0], keys[1], cases[i].same),
                     ==,
                     0);
  }
}

/* Insert the spellings of @n rows into @format and compare their keys: one key per row, and
 * different keys for different rows. */
static guint
check_rows(const char *format, const char *const *rows, size_t n)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  CC_AUTO(cc_arena) arena = cc_arena_new((size_t) 16 << 20);
  guint wrong = 0;
  for (size_t row = 0; row < n; row++) {
    g_auto(GStrv) spellings = g_strsplit(rows[row], "|", 0);
    ccd_slice first = {0};
    for (size_t i = 0; spellings[i] != NULL; i++) {
      g_autofree char *line = g_strdup_printf("%s%s", format, spellings[i]);
      ccd_slice key = parse_line(cc_arena_strdup(arena, line), arena).address_key;
      if (i == 0)
        first = key;
      wrong += check(spellings[0], spellings[i], first, key, SAME);
    }
    char *key = g_strndup(first.text, first.length);
    const char *other = g_hash_table_lookup(seen, key);
    if (other != NULL)
      wrong += check(rows[row], other, first, first, OTHER);
    g_hash_table_insert(seen, key, (char *) rows[row]);
  }
  return wrong;
}

static void
test_tables(void)
{
  guint wrong = check_rows("12 Elm ", suffix_rows, G_N_ELEMENTS(suffix_rows));
  wrong += check_rows("12 Elm St ", unit_rows, G_N_ELEMENTS(unit_rows));
  wrong += check_rows("12 ", road_rows, G_N_ELEMENTS(road_rows));
  wrong += check_rows("", route_rows, G_N_ELEMENTS(route_rows));
  g_assert_cmpuint(wrong, ==, 0);
}

/* Texts that are not a home have no key. */
static void
test_none(void)
{
  static const char *const lines[] = {"PO Box 5",
                                      "General Delivery",
                                      "",
                                      "#",
                                      "Elm St",
                                      "7/8 St",
                                      "HC 1",
                                      "RR 2",
                                      "Box 12",
                                      "PO Box 5 RR 2",
                                      "1st Ave",
                                      "\xFF\xFE",
                                      "12",
                                      "Seven Oaks Ln"};
  for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
    CC_AUTO(cc_arena) arena = cc_arena_new((size_t) 1 << 20);
    ccd_address made = parse_line(lines[i], arena);
    if (made.address_key.length > 0)
      g_error("%s: %.*s", lines[i], (int) made.address_key.length, made.address_key.text);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/addresses/homes", test_homes);
  g_test_add_func("/addresses/streets", test_streets);
  g_test_add_func("/addresses/parts", test_parts);
  g_test_add_func("/addresses/idempotent", test_idempotent);
  g_test_add_func("/addresses/places", test_places);
  g_test_add_func("/addresses/none", test_none);
  g_test_add_func("/addresses/tables", test_tables);
  return g_test_run();
}
