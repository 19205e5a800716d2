/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/shell/ccg-swipe.h"

/* The mouse button for "back", for which GDK has no constant. */
enum {
  BUTTON_BACK = 8
};

static void
for_each_gesture(AdwLeaflet *leaflet, void (*change)(GtkGesture *gesture))
{
  g_autoptr(GListModel) controllers = gtk_widget_observe_controllers(GTK_WIDGET(leaflet));
  for (guint i = 0; i < g_list_model_get_n_items(controllers); i++) {
    g_autoptr(GtkEventController) controller = g_list_model_get_item(controllers, i);
    if (GTK_IS_GESTURE(controller)) {
      change(GTK_GESTURE(controller));
    }
  }
}

static void
forget_fingers(GtkGesture *gesture)
{
  gtk_event_controller_reset(GTK_EVENT_CONTROLLER(gesture));
}

static void
leave_touch_alone(GtkGesture *gesture)
{
  if (GTK_IS_GESTURE_CLICK(gesture)) {
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(gesture), BUTTON_BACK);
  }
}

static gboolean
on_event(GtkEventControllerLegacy *controller, GdkEvent *event, AdwLeaflet *leaflet)
{
  if (gdk_event_get_event_type(event) == GDK_TOUCH_BEGIN &&
      gdk_touch_event_get_emulating_pointer(event)) {
    for_each_gesture(leaflet, forget_fingers);
  }
  return GDK_EVENT_PROPAGATE;
}

/* 1. The leaflet listens to clicks of all buttons because of the mouse button "back". It resets
 *   that gesture when another button or a finger is pressed, and GTK 4.18 treats such a reset as
 *   a handled press: an outer leaflet never sees the finger. So the gesture is restricted to the
 *   button "back".
 * 2. A row or button that is tapped claims the finger when it is lifted. The drag gesture of the
 *   leaflet saw the finger come but is not informed that it is gone, and refuses every later
 *   finger as a second one. So all gestures are reset when a finger comes and no other finger is
 *   down. */
void
ccg_swipe_watch(AdwLeaflet *leaflet)
{
  for_each_gesture(leaflet, leave_touch_alone);

  GtkEventController *events = gtk_event_controller_legacy_new();
  gtk_event_controller_set_propagation_phase(events, GTK_PHASE_CAPTURE);
  g_signal_connect(events, "event", G_CALLBACK(on_event), leaflet);
  gtk_widget_add_controller(GTK_WIDGET(leaflet), events);
}
