/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/events/ccg-event-page.h"

#include <glib/gi18n.h>

#include "client-gtk/ui/common/ccg-text.h"

struct _CcgEventPage {
  CcgPage parent_instance;

  GtkStack *stack;
  GtkLabel *title;
  GtkLabel *kind;
  GtkLabel *notice;
  AdwActionRow *when;
  AdwActionRow *where;
  AdwActionRow *online;
  AdwActionRow *registered;
  AdwActionRow *attended;
  AdwActionRow *waitlisted;
  GtkLabel *registered_count;
  GtkLabel *attended_count;
  GtkLabel *waitlisted_count;
  GtkLabel *description;

  CcgStore *store;
  CcgSync *sync;
  gint64 event_id;
};

G_DEFINE_FINAL_TYPE(CcgEventPage, ccg_event_page, CCG_TYPE_PAGE)

enum {
  SIGNAL_DOOR_LIST,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
set_text(GtkLabel *label, const char *text)
{
  gtk_label_set_text(label, ccg_text_or_empty(text));
  gtk_widget_set_visible(GTK_WIDGET(label), text != NULL && *text != '\0');
}

static void
set_row(AdwActionRow *row, const char *text)
{
  adw_action_row_set_subtitle(row, ccg_text_or_empty(text));
  gtk_widget_set_visible(GTK_WIDGET(row), text != NULL && *text != '\0');
}

static void
set_count(AdwActionRow *row, GtkLabel *label, guint count, gboolean always)
{
  g_autofree char *text = g_strdup_printf("%'u", count);
  gtk_label_set_text(label, text);
  gtk_widget_set_visible(GTK_WIDGET(row), always || count > 0);
}

static void
show_counts(CcgEventPage *self)
{
  CcgCounts counts = {0};
  ccg_store_count_event(self->store, self->event_id, &counts);
  set_count(self->registered, self->registered_count, counts.registered + counts.attended, TRUE);
  set_count(self->attended, self->attended_count, counts.attended, TRUE);
  set_count(self->waitlisted, self->waitlisted_count, counts.waitlisted, FALSE);
}

static void
show_event(CcgEventPage *self)
{
  g_autoptr(CcgRecord) record = ccg_store_get_event(self->store, self->event_id);
  if (record == NULL) {
    ccg_page_set_title(CCG_PAGE(self), _("Event"));
    gtk_stack_set_visible_child_name(self->stack, "gone");
    return;
  }
  const cc_event *event = ccg_record_get(record);
  g_autofree char *day = ccg_text_day(event);
  g_autofree char *hours = ccg_text_hours(event);
  g_autofree char *when = g_strdup_printf("%s\n%s", day, hours);
  g_autofree char *where = ccg_text_where(event);
  ccg_page_set_title(CCG_PAGE(self), event->title);
  set_text(self->title, event->title);
  set_text(self->kind, ccg_text_kind(event->kind));
  if (event->cancelled_at != NULL) {
    set_text(self->notice, _("This event was called off."));
  } else {
    set_text(self->notice, event->is_published ? NULL : _("This is a draft: nobody sees it yet."));
  }
  set_row(self->when, when);
  set_row(self->where, where);
  set_row(self->online, event->virtual_link);
  set_text(self->description,
           event->description != NULL ? event->description : event->short_description);
  show_counts(self);
  gtk_stack_set_visible_child_name(self->stack, "event");
}

static void
on_attendees_changed(CcgEventPage *self, gint64 event_id)
{
  if (event_id == self->event_id) {
    show_counts(self);
  }
}

static void
on_door_list(CcgEventPage *self)
{
  g_signal_emit(self, signals[SIGNAL_DOOR_LIST], 0, self->event_id);
}

CcgPage *
ccg_event_page_new(CcgSession *session, gint64 event_id)
{
  CcgEventPage *self = g_object_new(CCG_TYPE_EVENT_PAGE, NULL);
  self->store = g_object_ref(ccg_session_get_store(session));
  self->sync = g_object_ref(ccg_session_get_sync(session));
  self->event_id = event_id;
  g_signal_connect_object(self->store,
                          "events-changed",
                          G_CALLBACK(show_event),
                          self,
                          G_CONNECT_SWAPPED);
  g_signal_connect_object(self->store,
                          "attendees-changed",
                          G_CALLBACK(on_attendees_changed),
                          self,
                          G_CONNECT_SWAPPED);
  ccg_sync_watch_event(self->sync, event_id);
  show_event(self);
  return CCG_PAGE(self);
}

static void
ccg_event_page_dispose(GObject *object)
{
  CcgEventPage *self = CCG_EVENT_PAGE(object);
  if (self->sync != NULL) {
    ccg_sync_unwatch_event(self->sync, self->event_id);
  }
  if (self->store != NULL) {
    g_signal_handlers_disconnect_by_data(self->store, self);
  }
  g_clear_object(&self->sync);
  g_clear_object(&self->store);
  gtk_widget_dispose_template(GTK_WIDGET(self), CCG_TYPE_EVENT_PAGE);
  G_OBJECT_CLASS(ccg_event_page_parent_class)->dispose(object);
}

static void
ccg_event_page_class_init(CcgEventPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = ccg_event_page_dispose;
  signals[SIGNAL_DOOR_LIST] = g_signal_new("door-list",
                                           CCG_TYPE_EVENT_PAGE,
                                           G_SIGNAL_RUN_LAST,
                                           0,
                                           NULL,
                                           NULL,
                                           NULL,
                                           G_TYPE_NONE,
                                           1,
                                           G_TYPE_INT64);
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/events/"
                                              "ccg-event-page.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, stack);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, title);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, kind);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, notice);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, when);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, where);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, online);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, registered);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, attended);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, waitlisted);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, registered_count);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, attended_count);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, waitlisted_count);
  gtk_widget_class_bind_template_child(widget_class, CcgEventPage, description);
  gtk_widget_class_bind_template_callback(widget_class, on_door_list);
}

static void
ccg_event_page_init(CcgEventPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
}
