/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/door/ccg-attendee-row.h"

#include <glib/gi18n.h>

#include "client-gtk/ui/common/ccg-text.h"

struct _CcgAttendeeRow {
  GtkBox parent_instance;

  GtkWidget *mark;
  GtkWidget *spinner; /* only while busy */
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
set_class(GtkWidget *widget, const char *name, gboolean on)
{
  if (on) {
    gtk_widget_add_css_class(widget, name);
  } else {
    gtk_widget_remove_css_class(widget, name);
  }
}

static void
update_mark(CcgAttendeeRow *self)
{
  gtk_image_set_from_icon_name(GTK_IMAGE(self->mark),
                               self->is_here ? "object-select-symbolic" : "radio-symbolic");
  set_class(self->mark, "success", self->is_here);
  set_class(self->mark, "dim-label", !self->is_here);
  gtk_widget_set_visible(self->mark, !self->is_busy);
  if (self->is_busy == (self->spinner != NULL)) {
    return;
  }
  if (self->is_busy) {
    self->spinner = gtk_spinner_new();
    gtk_spinner_start(GTK_SPINNER(self->spinner));
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->spinner),
                                   GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Saving"),
                                   -1);
    gtk_box_prepend(GTK_BOX(self), self->spinner);
  } else {
    gtk_box_remove(GTK_BOX(self), self->spinner);
    self->spinner = NULL;
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
  set_class(GTK_WIDGET(self), "here", self->is_here);
  set_class(GTK_WIDGET(self), "gone", is_gone);
  update_mark(self);
}

void
ccg_attendee_row_set_busy(CcgAttendeeRow *self, gboolean busy)
{
  self->is_busy = busy;
  update_mark(self);
}

static void
ccg_attendee_row_class_init(CcgAttendeeRowClass *klass)
{
}

static GtkLabel *
add_label(GtkWidget *box, const char *const *classes)
{
  GtkWidget *label = gtk_label_new(NULL);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_css_classes(label, (const char **) classes);
  gtk_box_append(GTK_BOX(box), label);
  return GTK_LABEL(label);
}

/* Built in code, because a list creates 200 of these at once, and a template costs ten times as
 * much. */
static void
ccg_attendee_row_init(CcgAttendeeRow *self)
{
  static const char *const name_classes[] = {"person", NULL};
  static const char *const status_classes[] = {"caption", "numeric", "status", NULL};
  static const char *const guests_classes[] = {"caption", "numeric", NULL};
  gtk_widget_add_css_class(GTK_WIDGET(self), "attendee-row");
  gtk_box_set_spacing(GTK_BOX(self), 12);

  self->mark =
    g_object_new(GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_box_append(GTK_BOX(self), self->mark);

  GtkWidget *texts = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_valign(texts, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand(texts, TRUE);
  gtk_box_append(GTK_BOX(self), texts);
  self->name = add_label(texts, name_classes);
  self->status = add_label(texts, status_classes);
  self->guests = add_label(GTK_WIDGET(self), guests_classes);
  gtk_label_set_ellipsize(self->guests, PANGO_ELLIPSIZE_NONE);
}
