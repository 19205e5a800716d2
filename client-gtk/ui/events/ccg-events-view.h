/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client-gtk/core/ccg-session.h"

G_BEGIN_DECLS

/* The list of one section: today's, upcoming or past events. Signal "open" (gint64 event_id). */
#define CCG_TYPE_EVENTS_VIEW (ccg_events_view_get_type())
G_DECLARE_FINAL_TYPE(CcgEventsView, ccg_events_view, CCG, EVENTS_VIEW, AdwBin)

GtkWidget *ccg_events_view_new(CcgEventScope scope);

/* Read from this session's store; NULL: show nothing. */
void ccg_events_view_set_session(CcgEventsView *self, CcgSession *session);

G_END_DECLS
