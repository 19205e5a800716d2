/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-session.h"
#include "client-gtk/ui/shell/ccg-page.h"

G_BEGIN_DECLS

/* One event: when, where, what, how many, and the button for its door list. Signal "door-list"
 * (gint64 event_id). */
#define CCG_TYPE_EVENT_PAGE (ccg_event_page_get_type())
G_DECLARE_FINAL_TYPE(CcgEventPage, ccg_event_page, CCG, EVENT_PAGE, CcgPage)

CcgPage *ccg_event_page_new(CcgSession *session, gint64 event_id);

G_END_DECLS
