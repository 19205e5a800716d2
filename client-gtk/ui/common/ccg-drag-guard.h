/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A finger that drags along a list which cannot scroll that way ends, for GTK 4.8, in a click on
 * the row where it is lifted. A guard watches the list and tells such an end from a tap. */
void ccg_drag_guard_attach(GtkWidget *list);

/* Whether what activates a row just now is the end of a drag. */
gboolean ccg_drag_guard_dragged(GtkWidget *list);

G_END_DECLS
