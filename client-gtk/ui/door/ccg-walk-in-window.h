/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client-gtk/core/ccg-sync.h"

G_BEGIN_DECLS

/* A form for a person who is on no list. Signal "walked-in" (CcgRecord *attendee). */
#define CCG_TYPE_WALK_IN_WINDOW (ccg_walk_in_window_get_type())
G_DECLARE_FINAL_TYPE(CcgWalkInWindow, ccg_walk_in_window, CCG, WALK_IN_WINDOW, AdwWindow)

/* @name: the searched name, as initial text. */
GtkWindow *
ccg_walk_in_window_new(GtkWindow *parent, CcgSync *sync, gint64 event_id, const char *name);

G_END_DECLS
