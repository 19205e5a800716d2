/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/common/ccg-drag-guard.h"

#define KEY "ccg-drag-guard"

typedef struct guard {
  GdkEventSequence *sequence; /* of the latest finger, only compared; NULL: the mouse */
  double x, y;                /* position of the press in the surface */
  gboolean down, dragged;
} guard;

/* Only the finger that was put down can drag: the mouse pointer stays elsewhere, and GTK reports
 * its position again after each layout. */
static gboolean
on_event(GtkEventControllerLegacy *controller, GdkEvent *event, guard *self)
{
  double x = 0;
  double y = 0;
  GtkWidget *list = gtk_event_controller_get_widget(GTK_EVENT_CONTROLLER(controller));
  GdkEventType type = gdk_event_get_event_type(event);
  GdkEventSequence *sequence = gdk_event_get_event_sequence(event);
  gdk_event_get_position(event, &x, &y);
  if (type == GDK_BUTTON_PRESS || type == GDK_TOUCH_BEGIN) {
    *self = (guard){.sequence = sequence, .x = x, .y = y, .down = TRUE};
  } else if (type == GDK_KEY_PRESS) {
    self->dragged = FALSE;
  } else if (sequence != self->sequence) {
    return GDK_EVENT_PROPAGATE;
  } else if (type == GDK_MOTION_NOTIFY || type == GDK_TOUCH_UPDATE) {
    if (self->down &&
        gtk_drag_check_threshold(list, (int) self->x, (int) self->y, (int) x, (int) y))
      self->dragged = TRUE;
  } else if (type == GDK_BUTTON_RELEASE || type == GDK_TOUCH_END || type == GDK_TOUCH_CANCEL) {
    self->down = FALSE; /* .dragged stays set, because the row is activated after this */
  }
  return GDK_EVENT_PROPAGATE;
}

void
ccg_drag_guard_attach(GtkWidget *list)
{
  guard *self = g_new0(guard, 1);
  GtkEventController *controller = gtk_event_controller_legacy_new();
  gtk_event_controller_set_propagation_phase(controller, GTK_PHASE_CAPTURE);
  g_object_set_data_full(G_OBJECT(list), KEY, self, g_free);
  g_signal_connect(controller, "event", G_CALLBACK(on_event), self);
  gtk_widget_add_controller(list, controller);
}

gboolean
ccg_drag_guard_dragged(GtkWidget *list)
{
  const guard *self = g_object_get_data(G_OBJECT(list), KEY);
  return self != NULL && self->dragged;
}
