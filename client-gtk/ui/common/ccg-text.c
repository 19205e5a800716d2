/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/common/ccg-text.h"

#include <glib/gi18n.h>

#include "client-gtk/core/ccg-zone.h"

static const char *const kinds[] = {
  N_("Canvass"),
  N_("Phone bank"),
  N_("Text bank"),
  N_("Rally"),
  N_("Fundraiser"),
  N_("Training"),
  N_("Meeting"),
  N_("Community event"),
  N_("Event"),
};

static const char *const statuses[] = {
  N_("Registered"),
  N_("On the waiting list"),
  N_("Cancelled"),
  N_("Checked in"),
  N_("Did not come"),
};

const char *
ccg_text_or_empty(const char *text)
{
  return text != NULL ? text : "";
}

/* " EST" when the event's time zone differs from the device's, else "". */
static char *
zone_suffix(GDateTime *at)
{
  g_autoptr(GDateTime) here = g_date_time_to_local(at);
  if (g_date_time_get_utc_offset(here) == g_date_time_get_utc_offset(at)) {
    return g_strdup("");
  }
  return g_strdup_printf(" %s", g_date_time_get_timezone_abbreviation(at));
}

static gboolean
same_day(GDateTime *a, GDateTime *b)
{
  return g_date_time_get_year(a) == g_date_time_get_year(b) &&
         g_date_time_get_day_of_year(a) == g_date_time_get_day_of_year(b);
}

char *
ccg_text_time(cc_time time, const char *zone)
{
  g_autoptr(GDateTime) at = ccg_zone_at(time, zone);
  /* Translators: format of a time of day, for g_date_time_format. */
  g_autofree char *text = g_date_time_format(at, _("%H:%M"));
  g_autofree char *suffix = zone_suffix(at);
  return g_strconcat(text, suffix, NULL);
}

static char *
range(const cc_event *event, GDateTime *start, GDateTime *end)
{
  g_autofree char *from = g_date_time_format(start, _("%H:%M"));
  /* Translators: format of the end of an event that ends on another day, for g_date_time_format. */
  g_autofree char *until =
    g_date_time_format(end, same_day(start, end) ? _("%H:%M") : _("%a, %b %-e, %H:%M"));
  g_autofree char *suffix = zone_suffix(start);
  return g_strdup_printf("%s – %s%s", from, until, suffix);
}

char *
ccg_text_hours(const cc_event *event)
{
  g_autoptr(GDateTime) start = ccg_zone_at(event->start_time, event->timezone);
  g_autoptr(GDateTime) end = ccg_zone_at(event->end_time, event->timezone);
  return range(event, start, end);
}

char *
ccg_text_when(const cc_event *event)
{
  g_autoptr(GDateTime) start = ccg_zone_at(event->start_time, event->timezone);
  g_autoptr(GDateTime) now = ccg_zone_at(cc_time_now(), event->timezone);
  g_autofree char *hours = ccg_text_hours(event);
  gboolean same_year = g_date_time_get_year(start) == g_date_time_get_year(now);
  /* Translators: formats of a short date without and with the year, for g_date_time_format. */
  g_autofree char *day =
    g_date_time_format(start, same_year ? _("%a, %b %-e") : _("%a, %b %-e, %Y"));
  return g_strdup_printf("%s, %s", same_day(start, now) ? _("Today") : day, hours);
}

char *
ccg_text_day(const cc_event *event)
{
  g_autoptr(GDateTime) start = ccg_zone_at(event->start_time, event->timezone);
  g_autoptr(GDateTime) now = ccg_zone_at(cc_time_now(), event->timezone);
  g_autoptr(GDateTime) tomorrow = g_date_time_add_days(now, 1);
  if (same_day(start, now)) {
    return g_strdup(_("Today"));
  }
  if (same_day(start, tomorrow)) {
    return g_strdup(_("Tomorrow"));
  }
  /* Translators: format of a long date, for g_date_time_format. */
  return g_date_time_format(start, _("%A, %B %-e, %Y"));
}

static void
append(GString *text, const char *part)
{
  if (part == NULL || *part == '\0') {
    return;
  }
  if (text->len > 0) {
    g_string_append(text, ", ");
  }
  g_string_append(text, part);
}

char *
ccg_text_where(const cc_event *event)
{
  GString *text = g_string_new(NULL);
  append(text, event->address_line_1);
  append(text, event->address_line_2);
  append(text, event->city);
  append(text, event->state);
  if (text->len == 0 && event->virtual_platform != NULL) {
    append(text, event->virtual_platform);
  }
  if (text->len == 0 && event->location_type == 2) {
    append(text, _("Online"));
  }
  return g_string_free(text, FALSE);
}

const char *
ccg_text_kind(int kind)
{
  if (kind < 1 || (guint) kind > G_N_ELEMENTS(kinds)) {
    return _("Event");
  }
  return _(kinds[kind - 1]);
}

const char *
ccg_text_attendee_status(int status)
{
  if (status < 1 || (guint) status > G_N_ELEMENTS(statuses)) {
    return "";
  }
  return _(statuses[status - 1]);
}

const char *
ccg_text_role(const char *role)
{
  if (g_strcmp0(role, "owner") == 0) {
    return _("Owner");
  }
  if (g_strcmp0(role, "admin") == 0) {
    return _("Administrator");
  }
  if (g_strcmp0(role, "member") == 0) {
    return _("Member");
  }
  return ccg_text_or_empty(role);
}

static char *
join_names(const char *first, const char *second, const char *between)
{
  if (first == NULL || *first == '\0') {
    return g_strdup(second == NULL || *second == '\0' ? _("No name") : second);
  }
  if (second == NULL || *second == '\0') {
    return g_strdup(first);
  }
  return g_strconcat(first, between, second, NULL);
}

char *
ccg_text_name_in_list(const cc_attendee *attendee)
{
  return join_names(attendee->last_name, attendee->first_name, ", ");
}

char *
ccg_text_name(const cc_attendee *attendee)
{
  return join_names(attendee->first_name, attendee->last_name, " ");
}
