/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "client-gtk/core/ccg-store.h"
#include "common/base/cc-time.h"

G_BEGIN_DECLS

/* Dates and times of an event are shown in its own time zone, wherever the device is. @zone is
 * an identifier such as "America/New_York"; if it is NULL or unknown here, the device's zone is
 * used. Main thread only. */

/* The moment as local time of the zone. (transfer full) */
GDateTime *ccg_zone_at(cc_time time, const char *zone);

/* Is the event on the current local day of its zone at @now, or before or after it? An event is
 * on every day that it touches; one that ends at midnight does not touch the following day. */
CcgEventScope ccg_zone_scope(cc_time start, cc_time end, const char *zone, cc_time now);

/* Is the local date in the zone at @now different from the local date at @then? */
gboolean ccg_zone_is_other_day(cc_time then, cc_time now, const char *zone);

G_END_DECLS
