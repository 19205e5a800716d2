/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "client-gtk/core/ccg-store.h"
#include "common/base/cc-time.h"

G_BEGIN_DECLS

/* Dates and times of an event are those of its own place, in lists and in texts, wherever the
 * device is. @zone is an identifier such as "America/New_York"; where it is NULL or not known here,
 * the device's zone stands in for it. Main thread only. */

/* That moment on the place's clock. (transfer full) */
GDateTime *ccg_zone_at(cc_time time, const char *zone);

/* Whether the event is on the day that it is there at @now, or before, or after it. It is on every
 * day that it touches; one that ends at midnight does not touch the day that begins then. */
CcgEventScope ccg_zone_scope(cc_time start, cc_time end, const char *zone, cc_time now);

/* Whether the place has another date at @now than at @then. */
gboolean ccg_zone_is_other_day(cc_time then, cc_time now, const char *zone);

G_END_DECLS
