/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-zone.h"

/* GLib reads the file of a zone each time, so zones are cached; a campaign has few. */
static GTimeZone *
zone_of(const char *zone)
{
  static GHashTable *known;
  if (known == NULL)
    known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  const char *name = zone == NULL ? "" : zone;
  gpointer found = NULL;
  if (g_hash_table_lookup_extended(known, name, NULL, &found))
    return found;
  GTimeZone *made = *name == '\0' ? NULL : g_time_zone_new_identifier(name);
  g_hash_table_insert(known, g_strdup(name), made);
  return made;
}

GDateTime *
ccg_zone_at(cc_time time, const char *zone)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time / CC_TIME_SECOND);
  if (utc == NULL)
    return g_date_time_new_from_unix_utc(0);
  GTimeZone *place = zone_of(zone);
  return place == NULL ? g_date_time_to_local(utc) : g_date_time_to_timezone(utc, place);
}

/* A number that increases with the date. */
static int
day_of(cc_time time, const char *zone)
{
  g_autoptr(GDateTime) at = ccg_zone_at(time, zone);
  return g_date_time_get_year(at) * 1000 + g_date_time_get_day_of_year(at);
}

CcgEventScope
ccg_zone_scope(cc_time start, cc_time end, const char *zone, cc_time now)
{
  int today = day_of(now, zone);
  if (day_of(start, zone) > today)
    return CCG_EVENTS_UPCOMING;
  /* An event that ends at midnight ended on the day before. */
  cc_time last = end > start ? end - 1 : start;
  return day_of(last, zone) >= today ? CCG_EVENTS_TODAY : CCG_EVENTS_PAST;
}

gboolean
ccg_zone_is_other_day(cc_time then, cc_time now, const char *zone)
{
  return day_of(then, zone) != day_of(now, zone);
}
