/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/door/ccg-attendee-row.h"

#include <glib/gi18n.h>

#include "client-gtk/ui/common/ccg-text.h"

struct _CcgAttendeeRow {
  GtkBox parent_instance;

  GtkStack *mark;
  GtkLabel *name;
  GtkLabel *status;
  GtkLabel *guests;

  gboolean is_here;
  gboolean is_busy;
};

G_DEFINE_FINAL_TYPE(CcgAttendeeRow, ccg_attendee_row, GTK_TYPE_BOX)

GtkWidget *
ccg_attendee_row_new(void)
{
  return g_object_new(CCG_TYPE_ATTENDEE_ROW, NULL);
}

static void
update_mark(CcgAttendeeRow *self)
{
  const char *mark = self->is_here ? "here" : "expected";
  gtk_stack_set_visible_child_name(self->mark, self->is_busy ? "busy" : mark);
}

static void
set_class(CcgAttendeeRow *self, const char *name, gboolean on)
{
  if (on) {
    gtk_widget_add_css_class(GTK_WIDGET(self), name);
  } else {
    gtk_widget_remove_css_class(GTK_WIDGET(self), name);
  }
}

static char *
describe_status(const cc_attendee *attendee, const char *zone)
{
  if (attendee->status != CC_ATTENDEE_ATTENDED || attendee->checked_in_at == NULL) {
    return g_strdup(ccg_text_attendee_status(attendee->status));
  }
  g_autofree char *time = ccg_text_time(*attendee->checked_in_at, zone);
  /* Translators: %s is a time of day. */
  return g_strdup_printf(_("Checked in at %s"), time);
}

void
ccg_attendee_row_set(CcgAttendeeRow *self, CcgRecord *record, const char *zone)
{
  const cc_attendee *attendee = ccg_record_get(record);
  g_autofree char *name = ccg_text_name_in_list(attendee);
  g_autofree char *status = describe_status(attendee, zone);
  gtk_label_set_text(self->name, name);
  gtk_label_set_text(self->status, status);

  int guests = (int) CLAMP(attendee->guest_count, 0, 1000000);
  g_autofree char *company =
    g_strdup_printf(ngettext("+%d guest", "+%d guests", (gulong) guests), guests);
  gtk_label_set_text(self->guests, company);
  gtk_widget_set_visible(GTK_WIDGET(self->guests), guests > 0);

  gboolean is_gone =
    attendee->status == CC_ATTENDEE_CANCELLED || attendee->status == CC_ATTENDEE_NO_SHOW;
  self->is_here = attendee->status == CC_ATTENDEE_ATTENDED;
  set_class(self, "here", self->is_here);
  set_class(self, "gone", is_gone);
  update_mark(self);
}

void
ccg_attendee_row_set_busy(CcgAttendeeRow *self, gboolean busy)
{
  self->is_busy = busy;
  update_mark(self);
}

static void
ccg_attendee_row_dispose(GObject *object)
{
  gtk_widget_dispose_template(GTK_WIDGET(object), CCG_TYPE_ATTENDEE_ROW);
  G_OBJECT_CLASS(ccg_attendee_row_parent_class)->dispose(object);
}

static void
ccg_attendee_row_class_init(CcgAttendeeRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = ccg_attendee_row_dispose;
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/door/"
                                              "ccg-attendee-row.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgAttendeeRow, mark);
  gtk_widget_class_bind_template_child(widget_class, CcgAttendeeRow, name);
  gtk_widget_class_bind_template_child(widget_class, CcgAttendeeRow, status);
  gtk_widget_class_bind_template_child(widget_class, CcgAttendeeRow, guests);
}

static void
ccg_attendee_row_init(CcgAttendeeRow *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
}
