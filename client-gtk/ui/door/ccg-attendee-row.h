/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client-gtk/core/ccg-record.h"

G_BEGIN_DECLS

/* A person in a door list: "Lovelace, Ada", status or time of the check-in, guests. */
#define CCG_TYPE_ATTENDEE_ROW (ccg_attendee_row_get_type())
G_DECLARE_FINAL_TYPE(CcgAttendeeRow, ccg_attendee_row, CCG, ATTENDEE_ROW, GtkBox)

GtkWidget *ccg_attendee_row_new(void);

/* @record: of cc_attendee. @zone: of the event, for times. */
void ccg_attendee_row_set(CcgAttendeeRow *self, CcgRecord *record, const char *zone);

/* Show that a check-in of this person is being sent. */
void ccg_attendee_row_set_busy(CcgAttendeeRow *self, gboolean busy);

G_END_DECLS
