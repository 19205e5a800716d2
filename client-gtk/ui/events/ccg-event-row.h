/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client-gtk/core/ccg-store.h"

G_BEGIN_DECLS

/* An event in a list: title, local time, place, number of attendees. */
#define CCG_TYPE_EVENT_ROW (ccg_event_row_get_type())
G_DECLARE_FINAL_TYPE(CcgEventRow, ccg_event_row, CCG, EVENT_ROW, GtkBox)

GtkWidget *ccg_event_row_new(void);

/* @record: of cc_event; NULL: empty. @counts: from the local store. */
void ccg_event_row_set(CcgEventRow *self, CcgRecord *record, const CcgCounts *counts);

G_END_DECLS
