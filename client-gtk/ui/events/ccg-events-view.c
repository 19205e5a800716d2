/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/events/ccg-events-view.h"

#include <glib/gi18n.h>

#include "client-gtk/ui/common/ccg-drag-guard.h"
#include "client-gtk/ui/common/ccg-text.h"
#include "client-gtk/ui/events/ccg-event-row.h"

struct _CcgEventsView {
  AdwBin parent_instance;

  GtkStack *stack;
  GtkListView *list;
  AdwStatusPage *empty;
  AdwStatusPage *failed;

  CcgEventScope scope;
  CcgStore *store;
  CcgSync *sync;
  GListModel *model;
  GHashTable *rows; /* from CcgEventRow to its GtkListItem, while bound */
};

G_DEFINE_FINAL_TYPE(CcgEventsView, ccg_events_view, ADW_TYPE_BIN)

enum {
  SIGNAL_OPEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
describe_empty(CcgEventsView *self)
{
  switch (self->scope) {
  case CCG_EVENTS_TODAY:
    adw_status_page_set_title(self->empty, _("Nothing today"));
    adw_status_page_set_description(self->empty, _("What comes next is under Upcoming."));
    break;
  case CCG_EVENTS_UPCOMING:
    adw_status_page_set_title(self->empty, _("Nothing planned"));
    adw_status_page_set_description(self->empty, _("Events after today are shown here."));
    break;
  case CCG_EVENTS_PAST:
  default:
    adw_status_page_set_title(self->empty, _("Nothing yet"));
    adw_status_page_set_description(self->empty, _("Events that are over are shown here."));
  }
}

static void
update_state(CcgEventsView *self)
{
  if (self->model == NULL) {
    gtk_stack_set_visible_child_name(self->stack, "loading");
    return;
  }
  if (g_list_model_get_n_items(self->model) > 0) {
    gtk_stack_set_visible_child_name(self->stack, "list");
    return;
  }
  CcgSyncState state;
  g_autofree char *message = NULL;
  g_object_get(self->sync, "state", &state, "message", &message, NULL);
  g_autofree char *known = ccg_store_get_value(self->store, "ui.events-known");
  if (state == CCG_SYNC_LIVE || known != NULL) {
    gtk_stack_set_visible_child_name(self->stack, "empty");
  } else if (state == CCG_SYNC_OFFLINE) {
    adw_status_page_set_description(self->failed,
                                    message != NULL ? message : _("The server cannot be reached."));
    gtk_stack_set_visible_child_name(self->stack, "failed");
  } else {
    gtk_stack_set_visible_child_name(self->stack, "loading");
  }
}

static void
on_sync_changed(CcgEventsView *self)
{
  CcgSyncState state;
  g_object_get(self->sync, "state", &state, NULL);
  if (state == CCG_SYNC_LIVE) {
    /* The events have been loaded once, so an empty list means that there are no events. */
    ccg_store_set_value(self->store, "ui.events-known", "1");
  }
  update_state(self);
}

static void
fill_row(CcgEventsView *self, CcgEventRow *row, GtkListItem *item)
{
  CcgRecord *record = gtk_list_item_get_item(item);
  if (record == NULL || self->store == NULL) {
    return;
  }
  const cc_event *event = ccg_record_get(record);
  CcgCounts counts = {0};
  ccg_store_count_event(self->store, event->id, &counts);
  ccg_event_row_set(row, record, &counts);
}

static void
on_attendees_changed(CcgEventsView *self, gint64 event_id)
{
  GHashTableIter iter;
  gpointer row, item;
  g_hash_table_iter_init(&iter, self->rows);
  while (g_hash_table_iter_next(&iter, &row, &item)) {
    CcgRecord *record = gtk_list_item_get_item(item);
    if (record == NULL) {
      continue;
    }
    const cc_event *event = ccg_record_get(record);
    if (event->id == event_id) {
      fill_row(self, row, item);
    }
  }
}

static void
on_setup(CcgEventsView *self, GtkListItem *item)
{
  gtk_list_item_set_child(item, ccg_event_row_new());
}

static void
on_bind(CcgEventsView *self, GtkListItem *item)
{
  CcgEventRow *row = CCG_EVENT_ROW(gtk_list_item_get_child(item));
  g_hash_table_insert(self->rows, row, item);
  fill_row(self, row, item);
}

static void
on_unbind(CcgEventsView *self, GtkListItem *item)
{
  if (self->rows != NULL) {
    g_hash_table_remove(self->rows, gtk_list_item_get_child(item));
  }
}

static void
on_activate(CcgEventsView *self, guint position)
{
  g_autoptr(CcgRecord) record = g_list_model_get_item(self->model, position);
  if (record == NULL || ccg_drag_guard_dragged(GTK_WIDGET(self->list))) {
    return;
  }
  const cc_event *event = ccg_record_get(record);
  g_signal_emit(self, signals[SIGNAL_OPEN], 0, event->id);
}

static void
release(CcgEventsView *self)
{
  if (self->model != NULL) {
    g_signal_handlers_disconnect_by_data(self->model, self);
    g_signal_handlers_disconnect_by_data(self->sync, self);
    g_signal_handlers_disconnect_by_data(self->store, self);
  }
  g_clear_object(&self->model);
  g_clear_object(&self->sync);
  g_clear_object(&self->store);
}

void
ccg_events_view_set_session(CcgEventsView *self, CcgSession *session)
{
  CcgStore *store = session != NULL ? ccg_session_get_store(session) : NULL;
  if (store == self->store) {
    return;
  }
  gtk_list_view_set_model(self->list, NULL);
  release(self);
  if (store == NULL) {
    update_state(self);
    return;
  }
  self->store = g_object_ref(store);
  self->sync = g_object_ref(ccg_session_get_sync(session));
  self->model = ccg_store_list_events(store, self->scope);
  g_signal_connect_swapped(self->model, "items-changed", G_CALLBACK(update_state), self);
  g_signal_connect_swapped(self->sync, "notify", G_CALLBACK(on_sync_changed), self);
  g_signal_connect_swapped(store, "attendees-changed", G_CALLBACK(on_attendees_changed), self);
  g_autoptr(GtkNoSelection) selection = gtk_no_selection_new(g_object_ref(self->model));
  gtk_list_view_set_model(self->list, GTK_SELECTION_MODEL(selection));
  on_sync_changed(self);
}

GtkWidget *
ccg_events_view_new(CcgEventScope scope)
{
  CcgEventsView *self = g_object_new(CCG_TYPE_EVENTS_VIEW, NULL);
  self->scope = scope;
  describe_empty(self);
  return GTK_WIDGET(self);
}

static void
ccg_events_view_dispose(GObject *object)
{
  CcgEventsView *self = CCG_EVENTS_VIEW(object);
  if (self->list != NULL) {
    gtk_list_view_set_model(self->list, NULL);
  }
  release(self);
  g_clear_pointer(&self->rows, g_hash_table_unref);
  G_OBJECT_CLASS(ccg_events_view_parent_class)->dispose(object);
}

static void
ccg_events_view_class_init(CcgEventsViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = ccg_events_view_dispose;
  signals[SIGNAL_OPEN] = g_signal_new("open",
                                      CCG_TYPE_EVENTS_VIEW,
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
                                              "ccg-events-view.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgEventsView, stack);
  gtk_widget_class_bind_template_child(widget_class, CcgEventsView, list);
  gtk_widget_class_bind_template_child(widget_class, CcgEventsView, empty);
  gtk_widget_class_bind_template_child(widget_class, CcgEventsView, failed);
  gtk_widget_class_bind_template_callback(widget_class, on_setup);
  gtk_widget_class_bind_template_callback(widget_class, on_bind);
  gtk_widget_class_bind_template_callback(widget_class, on_unbind);
  gtk_widget_class_bind_template_callback(widget_class, on_activate);
}

static void
ccg_events_view_init(CcgEventsView *self)
{
  self->rows = g_hash_table_new(NULL, NULL);
  gtk_widget_init_template(GTK_WIDGET(self));
  ccg_drag_guard_attach(GTK_WIDGET(self->list));
}
