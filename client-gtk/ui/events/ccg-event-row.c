/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/events/ccg-event-row.h"

#include <glib/gi18n.h>

#include "client-gtk/ui/common/ccg-text.h"

struct _CcgEventRow {
  GtkBox parent_instance;

  GtkLabel *title;
  GtkLabel *when;
  GtkLabel *where;
  GtkLabel *mark;
  GtkLabel *counts;
};

G_DEFINE_FINAL_TYPE(CcgEventRow, ccg_event_row, GTK_TYPE_BOX)

GtkWidget *
ccg_event_row_new(void)
{
  return g_object_new(CCG_TYPE_EVENT_ROW, NULL);
}

static void
set_text(GtkLabel *label, const char *text)
{
  gtk_label_set_text(label, text);
  gtk_widget_set_visible(GTK_WIDGET(label), *text != '\0');
}

static const char *
mark_of(const cc_event *event)
{
  if (event->cancelled_at != NULL) {
    return _("Cancelled");
  }
  return event->is_published ? "" : _("Draft");
}

void
ccg_event_row_set(CcgEventRow *self, CcgRecord *record, const CcgCounts *counts)
{
  const cc_event *event = record != NULL ? ccg_record_get(record) : NULL;
  if (event == NULL) {
    return;
  }
  g_autofree char *when = ccg_text_when(event);
  g_autofree char *where = ccg_text_where(event);
  set_text(self->title, ccg_text_or_empty(event->title));
  set_text(self->when, when);
  set_text(self->where, where);
  set_text(self->mark, mark_of(event));

  guint expected = counts->registered + counts->attended;
  /* Translators: how many of those who signed up have come. */
  g_autofree char *numbers =
    expected > 0 ? g_strdup_printf(_("%u of %u here"), counts->attended, expected) : g_strdup("");
  set_text(self->counts, numbers);
}

static void
ccg_event_row_dispose(GObject *object)
{
  gtk_widget_dispose_template(GTK_WIDGET(object), CCG_TYPE_EVENT_ROW);
  G_OBJECT_CLASS(ccg_event_row_parent_class)->dispose(object);
}

static void
ccg_event_row_class_init(CcgEventRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = ccg_event_row_dispose;
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/events/"
                                              "ccg-event-row.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgEventRow, title);
  gtk_widget_class_bind_template_child(widget_class, CcgEventRow, when);
  gtk_widget_class_bind_template_child(widget_class, CcgEventRow, where);
  gtk_widget_class_bind_template_child(widget_class, CcgEventRow, mark);
  gtk_widget_class_bind_template_child(widget_class, CcgEventRow, counts);
}

static void
ccg_event_row_init(CcgEventRow *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
}
