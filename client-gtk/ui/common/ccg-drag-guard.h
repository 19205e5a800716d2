/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* When a finger drags along a list that cannot scroll in that direction, GTK 4.8 reports a click
 * on the row where the finger is lifted. A guard watches the list and distinguishes such a drag
 * from a tap. */
void ccg_drag_guard_attach(GtkWidget *list);

/* Is the current activation of a row the end of a drag? */
gboolean ccg_drag_guard_dragged(GtkWidget *list);

G_END_DECLS
