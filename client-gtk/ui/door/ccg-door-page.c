/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/door/ccg-door-page-private.h"

#include <glib/gi18n.h>

#include "client-gtk/ui/common/ccg-drag-guard.h"
#include "client-gtk/ui/common/ccg-text.h"
#include "client-gtk/ui/door/ccg-attendee-row.h"
#include "client-gtk/ui/door/ccg-walk-in-window.h"

G_DEFINE_FINAL_TYPE(CcgDoorPage, ccg_door_page, CCG_TYPE_PAGE)

/* Number of rows kept for reuse; GtkListView uses a few more than 200 at a time. */
#define SPARE_ROWS 256

/* The order of the items in the filter. */
static const int filter_statuses[] = {
  0,
  CC_ATTENDEE_REGISTERED,
  CC_ATTENDEE_ATTENDED,
  CC_ATTENDEE_WAITLISTED,
  CC_ATTENDEE_CANCELLED,
  CC_ATTENDEE_NO_SHOW,
};

static const cc_attendee *
attendee_of_item(GtkListItem *item)
{
  CcgRecord *record = gtk_list_item_get_item(item);
  return record != NULL ? ccg_record_get(record) : NULL;
}

static gboolean
is_narrowed(CcgDoorPage *self)
{
  return *gtk_editable_get_text(GTK_EDITABLE(self->search)) != '\0' ||
         gtk_drop_down_get_selected(self->filter) != 0;
}

static const char *
name_of_state(CcgDoorPage *self)
{
  if (g_list_model_get_n_items(G_LIST_MODEL(self->people)) > 0) {
    return "list";
  }
  CcgCounts counts = {0};
  ccg_store_count_attendees(self->store, self->event_id, &counts);
  guint all =
    counts.registered + counts.waitlisted + counts.cancelled + counts.attended + counts.no_show;
  if (all > 0 && is_narrowed(self)) {
    return "no-match";
  }
  CcgSyncState state;
  g_object_get(self->sync, "state", &state, NULL);
  if (!ccg_sync_is_loading_event(self->sync, self->event_id)) {
    return "empty";
  }
  return state == CCG_SYNC_OFFLINE ? "failed" : "loading";
}

static void
update_state(CcgDoorPage *self)
{
  const char *state = name_of_state(self);
  if (strcmp(state, "failed") == 0) {
    g_autofree char *message = NULL;
    g_object_get(self->sync, "message", &message, NULL);
    adw_status_page_set_description(self->failed,
                                    message != NULL ? message : _("The server cannot be reached."));
  }
  gtk_stack_set_visible_child_name(self->stack, state);
}

static void
update_counts(CcgDoorPage *self)
{
  CcgCounts counts = {0};
  ccg_store_count_attendees(self->store, self->event_id, &counts);
  /* Translators: how many of those who signed up have come. */
  g_autofree char *text =
    g_strdup_printf(_("%'u of %'u here"), counts.attended, counts.registered + counts.attended);
  ccg_page_set_subtitle(CCG_PAGE(self), text);
}

static void
on_attendees_changed(CcgDoorPage *self, gint64 event_id)
{
  if (event_id == self->event_id) {
    update_counts(self);
    update_state(self);
  }
}

static void
on_event_changed(CcgDoorPage *self)
{
  g_autoptr(CcgRecord) record = ccg_store_get_event(self->store, self->event_id);
  if (record == NULL) {
    return;
  }
  const cc_event *event = ccg_record_get(record);
  g_free(self->zone);
  self->zone = g_strdup(event->timezone);
}

/* --- rows ----------------------------------------------------------------------------------- */

gboolean
ccg_door_page_is_busy(CcgDoorPage *self, gint64 attendee_id)
{
  return g_hash_table_contains(self->busy, &attendee_id);
}

void
ccg_door_page_set_busy(CcgDoorPage *self, gint64 attendee_id, gboolean busy)
{
  if (busy) {
    g_hash_table_add(self->busy, g_memdup2(&attendee_id, sizeof attendee_id));
  } else {
    g_hash_table_remove(self->busy, &attendee_id);
  }
  GHashTableIter iter;
  gpointer row, item;
  g_hash_table_iter_init(&iter, self->rows);
  while (g_hash_table_iter_next(&iter, &row, &item)) {
    const cc_attendee *attendee = attendee_of_item(item);
    if (attendee != NULL && attendee->id == attendee_id) {
      ccg_attendee_row_set_busy(row, busy);
    }
  }
}

static void
on_setup(CcgDoorPage *self, GtkListItem *item)
{
  if (self->spare->len > 0) {
    g_autoptr(GtkWidget) row = g_ptr_array_steal_index_fast(self->spare, self->spare->len - 1);
    gtk_list_item_set_child(item, row);
    return;
  }
  gtk_list_item_set_child(item, ccg_attendee_row_new());
}

/* Every letter of a search removes 200 rows and requests 200 others, so rows are reused. */
static void
on_teardown(CcgDoorPage *self, GtkListItem *item)
{
  GtkWidget *row = gtk_list_item_get_child(item);
  if (row == NULL || self->spare == NULL || self->spare->len >= SPARE_ROWS) {
    return;
  }
  g_ptr_array_add(self->spare, g_object_ref(row));
  gtk_list_item_set_child(item, NULL);
}

static void
on_bind(CcgDoorPage *self, GtkListItem *item)
{
  CcgAttendeeRow *row = CCG_ATTENDEE_ROW(gtk_list_item_get_child(item));
  const cc_attendee *attendee = attendee_of_item(item);
  if (attendee == NULL) {
    return;
  }
  g_hash_table_insert(self->rows, row, item);
  ccg_attendee_row_set(row, gtk_list_item_get_item(item), self->zone);
  ccg_attendee_row_set_busy(row, ccg_door_page_is_busy(self, attendee->id));
}

static void
on_unbind(CcgDoorPage *self, GtkListItem *item)
{
  if (self->rows != NULL) {
    g_hash_table_remove(self->rows, gtk_list_item_get_child(item));
  }
}

/* --- check in ------------------------------------------------------------------------------- */

static void
on_activate(CcgDoorPage *self, guint position)
{
  g_autoptr(CcgRecord) record = g_list_model_get_item(G_LIST_MODEL(self->people), position);
  const cc_attendee *attendee = record != NULL ? ccg_record_get(record) : NULL;
  if (attendee == NULL || ccg_door_page_is_busy(self, attendee->id) ||
      ccg_drag_guard_dragged(GTK_WIDGET(self->list))) {
    return;
  }
  if (attendee->status == CC_ATTENDEE_ATTENDED) {
    ccg_door_page_ask_undo(self, attendee);
  } else if (!self->can_check_in) {
    ccg_door_page_say(self, _("You may not check people in here"));
  } else {
    ccg_door_page_write(self, attendee->id, FALSE, NULL);
  }
}

/* --- actions -------------------------------------------------------------------------------- */

static void
on_undo_action(GtkWidget *widget, const char *name, GVariant *parameter)
{
  ccg_door_page_write(CCG_DOOR_PAGE(widget), g_variant_get_int64(parameter), TRUE, NULL);
}

static void
on_search_action(GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_grab_focus(GTK_WIDGET(CCG_DOOR_PAGE(widget)->search));
}

static void
on_clear_action(GtkWidget *widget, const char *name, GVariant *parameter)
{
  CcgDoorPage *self = CCG_DOOR_PAGE(widget);
  gtk_editable_set_text(GTK_EDITABLE(self->search), "");
  gtk_drop_down_set_selected(self->filter, 0);
}

static void
on_walked_in(CcgDoorPage *self, CcgRecord *record)
{
  if (self->session != NULL) {
    ccg_door_page_show_undo(self, ccg_record_get(record));
  }
}

static void
on_walk_in_action(GtkWidget *widget, const char *name, GVariant *parameter)
{
  CcgDoorPage *self = CCG_DOOR_PAGE(widget);
  GtkWindow *window = GTK_WINDOW(gtk_widget_get_root(widget));
  GtkWindow *dialog = ccg_walk_in_window_new(window,
                                             self->sync,
                                             self->event_id,
                                             gtk_editable_get_text(GTK_EDITABLE(self->search)));
  g_signal_connect_object(dialog, "walked-in", G_CALLBACK(on_walked_in), self, G_CONNECT_SWAPPED);
  gtk_window_present(dialog);
}

/* --- search --------------------------------------------------------------------------------- */

static void
on_search_changed(CcgDoorPage *self)
{
  if (self->people == NULL) {
    return;
  }
  ccg_door_list_set_search(self->people, gtk_editable_get_text(GTK_EDITABLE(self->search)));
  update_state(self);
}

static void
on_filter_changed(CcgDoorPage *self)
{
  guint selected = gtk_drop_down_get_selected(self->filter);
  if (self->people == NULL || selected >= G_N_ELEMENTS(filter_statuses)) {
    return;
  }
  ccg_door_list_set_status(self->people, filter_statuses[selected]);
  update_state(self);
}

/* After Enter in the search field the results have the focus, so that pressing Enter twice by
 * mistake checks nobody in. */
static void
on_search_activate(CcgDoorPage *self)
{
  gtk_widget_child_focus(GTK_WIDGET(self->list), GTK_DIR_TAB_FORWARD);
}

/* --- start and end
 * ----------------------------------------------------------------------------------- */

static void
update_rights(CcgDoorPage *self)
{
  g_object_get(self->session, "can-check-in", &self->can_check_in, NULL);
  gtk_widget_action_set_enabled(GTK_WIDGET(self), "door.walk-in", self->can_check_in);
}

CcgPage *
ccg_door_page_new(CcgSession *session, gint64 event_id)
{
  CcgDoorPage *self = g_object_new(CCG_TYPE_DOOR_PAGE, NULL);
  self->session = g_object_ref(session);
  self->store = g_object_ref(ccg_session_get_store(session));
  self->sync = g_object_ref(ccg_session_get_sync(session));
  self->event_id = event_id;
  on_event_changed(self);
  self->people = ccg_door_list_new(self->store, event_id);
  g_signal_connect_object(self->store,
                          "attendees-changed",
                          G_CALLBACK(on_attendees_changed),
                          self,
                          G_CONNECT_SWAPPED);
  g_signal_connect_object(self->store,
                          "events-changed",
                          G_CALLBACK(on_event_changed),
                          self,
                          G_CONNECT_SWAPPED);
  g_signal_connect_object(self->sync, "notify", G_CALLBACK(update_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object(self->people,
                          "items-changed",
                          G_CALLBACK(update_state),
                          self,
                          G_CONNECT_SWAPPED);
  g_signal_connect_object(session,
                          "notify::can-check-in",
                          G_CALLBACK(update_rights),
                          self,
                          G_CONNECT_SWAPPED);
  g_autoptr(GtkNoSelection) selection =
    gtk_no_selection_new(G_LIST_MODEL(g_object_ref(self->people)));
  gtk_list_view_set_model(self->list, GTK_SELECTION_MODEL(selection));
  ccg_sync_watch_event(self->sync, event_id);
  update_rights(self);
  update_counts(self);
  update_state(self);
  return CCG_PAGE(self);
}

static void
ccg_door_page_dispose(GObject *object)
{
  CcgDoorPage *self = CCG_DOOR_PAGE(object);
  g_cancellable_cancel(self->cancellable);
  if (self->list != NULL) {
    gtk_list_view_set_model(self->list, NULL);
  }
  if (self->sync != NULL) {
    ccg_sync_unwatch_event(self->sync, self->event_id);
    g_signal_handlers_disconnect_by_data(self->sync, self);
    g_signal_handlers_disconnect_by_data(self->store, self);
    g_signal_handlers_disconnect_by_data(self->people, self);
    g_signal_handlers_disconnect_by_data(self->session, self);
  }
  g_clear_object(&self->people);
  g_clear_object(&self->sync);
  g_clear_object(&self->store);
  g_clear_object(&self->session);
  gtk_widget_dispose_template(GTK_WIDGET(self), CCG_TYPE_DOOR_PAGE);
  g_clear_pointer(&self->rows, g_hash_table_unref);
  g_clear_pointer(&self->spare, g_ptr_array_unref);
  G_OBJECT_CLASS(ccg_door_page_parent_class)->dispose(object);
}

static void
ccg_door_page_finalize(GObject *object)
{
  CcgDoorPage *self = CCG_DOOR_PAGE(object);
  g_clear_object(&self->cancellable);
  g_hash_table_unref(self->busy);
  g_free(self->zone);
  G_OBJECT_CLASS(ccg_door_page_parent_class)->finalize(object);
}

static void
ccg_door_page_class_init(CcgDoorPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = ccg_door_page_dispose;
  G_OBJECT_CLASS(klass)->finalize = ccg_door_page_finalize;
  g_type_ensure(CCG_TYPE_TOAST);
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/door/"
                                              "ccg-door-page.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, toast);
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, stack);
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, search);
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, filter);
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, list);
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, failed);
  gtk_widget_class_bind_template_callback(widget_class, on_setup);
  gtk_widget_class_bind_template_callback(widget_class, on_teardown);
  gtk_widget_class_bind_template_callback(widget_class, on_bind);
  gtk_widget_class_bind_template_callback(widget_class, on_unbind);
  gtk_widget_class_bind_template_callback(widget_class, on_activate);
  gtk_widget_class_bind_template_callback(widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback(widget_class, on_search_activate);
  gtk_widget_class_bind_template_callback(widget_class, on_filter_changed);
  gtk_widget_class_install_action(widget_class, "door.undo", "x", on_undo_action);
  gtk_widget_class_install_action(widget_class, "door.search", NULL, on_search_action);
  gtk_widget_class_install_action(widget_class, "door.clear", NULL, on_clear_action);
  gtk_widget_class_install_action(widget_class, "door.walk-in", NULL, on_walk_in_action);
}

static void
ccg_door_page_init(CcgDoorPage *self)
{
  self->busy = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  self->rows = g_hash_table_new(NULL, NULL);
  self->spare = g_ptr_array_new_with_free_func(g_object_unref);
  self->cancellable = g_cancellable_new();
  gtk_widget_init_template(GTK_WIDGET(self));
  ccg_drag_guard_attach(GTK_WIDGET(self->list));
  gtk_search_entry_set_key_capture_widget(self->search, GTK_WIDGET(self));
  ccg_page_set_title(CCG_PAGE(self), _("Door list"));
}
