/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/api/cc-attendee.h"
#include "common/api/cc-event.h"

G_BEGIN_DECLS

/* Texts for values of the API, translated. All (transfer full) unless const. */

/* "18:30" in the event's time zone; with the zone's short name when the device's local time
 * differs. */
char *ccg_text_time(cc_time time, const char *zone);

/* "Sat, Nov 28, 15:00 – 18:00" or "Today, …" */
char *ccg_text_when(const cc_event *event);

/* "Today", "Tomorrow" or "Saturday, November 28, 2026" of the beginning. */
char *ccg_text_day(const cc_event *event);

/* "15:00 – 18:00", or with the second date when it differs. */
char *ccg_text_hours(const cc_event *event);

/* The place in one line; "" when it is unknown. */
char *ccg_text_where(const cc_event *event);

/* "Canvass" */
const char *ccg_text_kind(int kind);

/* "Checked in"; "" for none. */
const char *ccg_text_attendee_status(int status);

/* "owner" to "Owner" */
const char *ccg_text_role(const char *role);

/* "Lovelace, Ada", as lists are sorted; "Ada Lovelace" in sentences. */
char *ccg_text_name_in_list(const cc_attendee *attendee);
char *ccg_text_name(const cc_attendee *attendee);

/* "" for NULL. */
const char *ccg_text_or_empty(const char *text);

G_END_DECLS
