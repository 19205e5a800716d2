/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/common/ccg-toast.h"

#define SECONDS 10

struct _CcgToast {
  AdwBin parent_instance;

  GtkRevealer *revealer;
  GtkOrientable *box;
  GtkLabel *label;
  GtkButton *button;
  GtkEventControllerMotion *pointer;
  GtkEventControllerFocus *focus;

  guint timer_id;
};

G_DEFINE_FINAL_TYPE(CcgToast, ccg_toast, ADW_TYPE_BIN)

static void
hide(CcgToast *self)
{
  g_clear_handle_id(&self->timer_id, g_source_remove);
  gtk_revealer_set_reveal_child(self->revealer, FALSE);
}

/* Do not hide the toast under a pointer or while it has the focus. */
static gboolean
on_time(gpointer user_data)
{
  CcgToast *self = user_data;
  if (gtk_event_controller_motion_contains_pointer(self->pointer) ||
      gtk_event_controller_focus_contains_focus(self->focus)) {
    return G_SOURCE_CONTINUE;
  }
  self->timer_id = 0;
  hide(self);
  return G_SOURCE_REMOVE;
}

/* Place the buttons beside the sentence when it fits on one line, else below. */
static void
arrange(CcgToast *self)
{
  int room = gtk_widget_get_width(gtk_widget_get_parent(GTK_WIDGET(self)));
  int width;
  gtk_orientable_set_orientation(self->box, GTK_ORIENTATION_HORIZONTAL);
  gtk_widget_measure(GTK_WIDGET(self->box),
                     GTK_ORIENTATION_HORIZONTAL,
                     -1,
                     NULL,
                     &width,
                     NULL,
                     NULL);
  if (width > room) {
    gtk_orientable_set_orientation(self->box, GTK_ORIENTATION_VERTICAL);
  }
}

static void
show(CcgToast *self, const char *text)
{
  hide(self);
  gtk_label_set_text(self->label, text);
  arrange(self);
  gtk_revealer_set_reveal_child(self->revealer, TRUE);
  self->timer_id = g_timeout_add_seconds(SECONDS, on_time, self);
}

void
ccg_toast_say(CcgToast *self, const char *text)
{
  gtk_widget_set_visible(GTK_WIDGET(self->button), FALSE);
  show(self, text);
}

void
ccg_toast_offer(CcgToast *self,
                const char *text,
                const char *label,
                const char *action,
                GVariant *target)
{
  gtk_button_set_label(self->button, label);
  gtk_actionable_set_action_target_value(GTK_ACTIONABLE(self->button), target);
  gtk_actionable_set_action_name(GTK_ACTIONABLE(self->button), action);
  gtk_widget_set_visible(GTK_WIDGET(self->button), TRUE);
  show(self, text);
}

static void
ccg_toast_dispose(GObject *object)
{
  CcgToast *self = CCG_TOAST(object);
  g_clear_handle_id(&self->timer_id, g_source_remove);
  G_OBJECT_CLASS(ccg_toast_parent_class)->dispose(object);
}

static void
ccg_toast_class_init(CcgToastClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = ccg_toast_dispose;
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/common/"
                                              "ccg-toast.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgToast, revealer);
  gtk_widget_class_bind_template_child(widget_class, CcgToast, box);
  gtk_widget_class_bind_template_child(widget_class, CcgToast, label);
  gtk_widget_class_bind_template_child(widget_class, CcgToast, button);
  gtk_widget_class_bind_template_child(widget_class, CcgToast, pointer);
  gtk_widget_class_bind_template_child(widget_class, CcgToast, focus);
  gtk_widget_class_bind_template_callback(widget_class, hide);
}

static void
ccg_toast_init(CcgToast *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
}
