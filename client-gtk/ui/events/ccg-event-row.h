/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client-gtk/core/ccg-store.h"

G_BEGIN_DECLS

/* One event in a list: title, time at its place, where, how many came. */
#define CCG_TYPE_EVENT_ROW (ccg_event_row_get_type())
G_DECLARE_FINAL_TYPE(CcgEventRow, ccg_event_row, CCG, EVENT_ROW, GtkBox)

GtkWidget *ccg_event_row_new(void);

/* @record: of cc_event; NULL: nothing. @counts: of what is known here. */
void ccg_event_row_set(CcgEventRow *self, CcgRecord *record, const CcgCounts *counts);

G_END_DECLS
