/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "client-gtk/core/ccg-zone.h"

/* Tests of the function that decides whether an event is today, by the local time of its zone. */

static cc_time
at(const char *text)
{
  cc_time time = 0;
  g_assert_true(cc_time_parse(text, strlen(text), &time));
  return time;
}

typedef struct {
  const char *start, *end, *zone, *now;
  CcgEventScope scope;
} scope_case;

/* clang-format off */
static const scope_case cases[] = {
  /* New York is five hours behind in winter: at 02:00 UTC of the 3rd its date is the 2nd. */
  {"2026-12-03T00:30:00Z", "2026-12-03T02:30:00Z", "America/New_York", "2026-12-03T02:00:00Z", CCG_EVENTS_TODAY},
  {"2026-12-03T00:30:00Z", "2026-12-03T02:30:00Z", "America/New_York", "2026-12-02T04:59:59Z", CCG_EVENTS_UPCOMING},
  {"2026-12-03T00:30:00Z", "2026-12-03T02:30:00Z", "America/New_York", "2026-12-03T04:59:59Z", CCG_EVENTS_TODAY},
  {"2026-12-03T00:30:00Z", "2026-12-03T02:30:00Z", "America/New_York", "2026-12-03T05:00:00Z", CCG_EVENTS_PAST},
  /* An event that ends at midnight is not on the following day; an event that ends a minute
   * later is. */
  {"2026-12-03T03:00:00Z", "2026-12-03T05:00:00Z", "America/New_York", "2026-12-03T12:00:00Z", CCG_EVENTS_PAST},
  {"2026-12-03T03:00:00Z", "2026-12-03T05:01:00Z", "America/New_York", "2026-12-03T12:00:00Z", CCG_EVENTS_TODAY},
  /* An event that lasts several days. */
  {"2026-12-01T12:00:00Z", "2026-12-09T12:00:00Z", "Asia/Tokyo", "2026-12-05T00:00:00Z", CCG_EVENTS_TODAY},
  /* The day on which daylight saving time begins has 23 hours. */
  {"2026-03-29T21:30:00Z", "2026-03-29T21:45:00Z", "Europe/Berlin", "2026-03-28T23:00:00Z", CCG_EVENTS_TODAY},
  {"2026-03-29T22:00:00Z", "2026-03-29T22:15:00Z", "Europe/Berlin", "2026-03-28T23:00:00Z", CCG_EVENTS_UPCOMING},
  /* The turn of the year. */
  {"2027-01-01T09:00:00Z", "2027-01-01T09:30:00Z", "Pacific/Kiritimati", "2026-12-31T10:00:00Z", CCG_EVENTS_TODAY},
  {"2026-12-31T10:00:00Z", "2026-12-31T10:30:00Z", "Etc/GMT+12", "2027-01-01T12:00:00Z", CCG_EVENTS_PAST},
};

/* clang-format on */

static void
test_scope(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    CcgEventScope scope =
      ccg_zone_scope(at(cases[i].start), at(cases[i].end), cases[i].zone, at(cases[i].now));
    g_test_message("case %" G_GSIZE_FORMAT, i);
    g_assert_cmpint(scope, ==, cases[i].scope);
  }
}

static void
test_unknown(void)
{
  g_autoptr(GDateTime) here = g_date_time_new_local(2026, 12, 3, 23, 0, 0);
  cc_time now = g_date_time_to_unix(here) * CC_TIME_SECOND;
  const char *const zones[] = {NULL, "", "Mars/Olympus_Mons"};
  for (gsize i = 0; i < G_N_ELEMENTS(zones); i++) {
    g_autoptr(GDateTime) shown = ccg_zone_at(now, zones[i]);
    g_assert_cmpint(g_date_time_get_day_of_month(shown), ==, 3);
    g_assert_cmpint(g_date_time_get_hour(shown), ==, 23);
    g_assert_cmpint(ccg_zone_scope(now, now + CC_TIME_SECOND, zones[i], now), ==, CCG_EVENTS_TODAY);
  }
}

static void
test_other_day(void)
{
  cc_time then = at("2026-12-03T04:59:59Z"), now = at("2026-12-03T05:00:00Z");
  g_assert_true(ccg_zone_is_other_day(then, now, "America/New_York"));
  g_assert_false(ccg_zone_is_other_day(then, now, "UTC"));
}

int
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/zone/scope", test_scope);
  g_test_add_func("/zone/unknown", test_unknown);
  g_test_add_func("/zone/other-day", test_other_day);
  return g_test_run();
}
