/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/door/ccg-door-page.h"

#include <glib/gi18n.h>

#include "client-gtk/core/ccg-error.h"
#include "client-gtk/ui/common/ccg-text.h"
#include "client-gtk/ui/door/ccg-attendee-row.h"
#include "client-gtk/ui/door/ccg-walk-in-window.h"

#define UNDO_SECONDS 10

struct _CcgDoorPage {
  CcgPage parent_instance;

  AdwToastOverlay *toasts;
  GtkStack *stack;
  GtkSearchEntry *search;
  GtkDropDown *filter;
  GtkListView *list;
  AdwStatusPage *failed;

  CcgSession *session;
  CcgStore *store;
  CcgSync *sync;
  CcgDoorList *people;
  gint64 event_id;
  char *zone;
  gboolean can_check_in;
  AdwToast *toast;  /* the one that is shown; a new one replaces it */
  GHashTable *busy; /* attendee ids with a write on its way */
  GHashTable *rows; /* CcgAttendeeRow to its GtkListItem, while bound */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE(CcgDoorPage, ccg_door_page, CCG_TYPE_PAGE)

/* A check-in, or its undo, on its way. */
typedef struct {
  CcgDoorPage *page;
  gint64 attendee_id;
  gboolean undo;
  char *client_id;
} Write;

/* The order of the items in the filter. */
static const int filter_statuses[] = {
  0,
  CC_ATTENDEE_REGISTERED,
  CC_ATTENDEE_ATTENDED,
  CC_ATTENDEE_WAITLISTED,
  CC_ATTENDEE_CANCELLED,
  CC_ATTENDEE_NO_SHOW,
};

static void
start_write(CcgDoorPage *self, gint64 attendee_id, gboolean undo, const char *client_id);

static void
write_free(Write *write)
{
  g_object_unref(write->page);
  g_free(write->client_id);
  g_free(write);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Write, write_free)

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

static gboolean
is_busy(CcgDoorPage *self, gint64 attendee_id)
{
  return g_hash_table_contains(self->busy, &attendee_id);
}

static void
set_busy(CcgDoorPage *self, gint64 attendee_id, gboolean busy)
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
  gtk_list_item_set_child(item, ccg_attendee_row_new());
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
  ccg_attendee_row_set_busy(row, is_busy(self, attendee->id));
}

static void
on_unbind(CcgDoorPage *self, GtkListItem *item)
{
  if (self->rows != NULL) {
    g_hash_table_remove(self->rows, gtk_list_item_get_child(item));
  }
}

/* --- toasts and dialogs --------------------------------------------------------------------- */

static void
on_toast_gone(AdwToast *toast, CcgDoorPage *self)
{
  if (self->toast == toast) {
    self->toast = NULL;
  }
}

static AdwToast *
show_toast(CcgDoorPage *self, const char *text)
{
  if (self->toast != NULL) {
    adw_toast_dismiss(self->toast);
  }
  g_autofree char *title = g_markup_escape_text(text, -1);
  self->toast = adw_toast_new(title);
  adw_toast_set_timeout(self->toast, UNDO_SECONDS);
  g_signal_connect_object(self->toast, "dismissed", G_CALLBACK(on_toast_gone), self, 0);
  return self->toast;
}

static void
show_undo(CcgDoorPage *self, const cc_attendee *attendee)
{
  g_autofree char *name = ccg_text_name(attendee);
  /* Translators: %s is a person's name. */
  g_autofree char *text = g_strdup_printf(_("%s is checked in"), name);
  AdwToast *toast = show_toast(self, text);
  adw_toast_set_button_label(toast, _("_Undo"));
  adw_toast_set_action_name(toast, "door.undo");
  adw_toast_set_action_target(toast, "x", attendee->id);
  adw_toast_overlay_add_toast(self->toasts, toast);
}

static AdwMessageDialog *
make_dialog(CcgDoorPage *self, const char *heading, const char *body, const char *close_label)
{
  GtkWindow *window = GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self)));
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG(adw_message_dialog_new(window, heading, body));
  adw_message_dialog_add_response(dialog, "close", close_label);
  adw_message_dialog_set_close_response(dialog, "close");
  return dialog;
}

static void
on_try_again(AdwMessageDialog *dialog, const char *response, Write *write)
{
  if (strcmp(response, "again") == 0 && write->page->session != NULL) {
    start_write(write->page, write->attendee_id, write->undo, write->client_id);
  }
}

static void
free_write_of_closure(gpointer write, GClosure *closure)
{
  write_free(write);
}

/* Takes @write: it is sent again, with the same id, when the person says so. */
static void
show_failure(CcgDoorPage *self, Write *write, const GError *error)
{
  g_autofree char *sentence = ccg_error_describe(error);
  const cc_problem *problem = ccg_error_get_problem(error);
  gboolean conflict = g_error_matches(error, CCG_ERROR, CC_ERR_CONFLICT);
  const char *body =
    conflict && problem != NULL && problem->detail != NULL ? problem->detail : sentence;
  AdwMessageDialog *dialog =
    make_dialog(self, write->undo ? _("Not taken back") : _("Not checked in"), body, _("_Close"));
  if (ccg_error_is_offline(error)) {
    adw_message_dialog_add_response(dialog, "again", _("_Try again"));
    adw_message_dialog_set_response_appearance(dialog, "again", ADW_RESPONSE_SUGGESTED);
    adw_message_dialog_set_default_response(dialog, "again");
  }
  g_signal_connect_data(dialog,
                        "response",
                        G_CALLBACK(on_try_again),
                        write,
                        free_write_of_closure,
                        0);
  gtk_window_present(GTK_WINDOW(dialog));
}

/* --- check in ------------------------------------------------------------------------------- */

static void
on_written(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(Write) write = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(CcgRecord) record = ccg_sync_write_finish(CCG_SYNC(source), result, &error);
  CcgDoorPage *self = write->page;
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->session == NULL) {
    return;
  }
  set_busy(self, write->attendee_id, FALSE);
  if (record == NULL) {
    show_failure(self, g_steal_pointer(&write), error);
    return;
  }
  const cc_attendee *attendee = ccg_record_get(record);
  if (!write->undo) {
    show_undo(self, attendee);
    return;
  }
  g_autofree char *name = ccg_text_name(attendee);
  /* Translators: %s is a person's name. */
  g_autofree char *text = g_strdup_printf(_("%s is not checked in any more"), name);
  adw_toast_overlay_add_toast(self->toasts, show_toast(self, text));
}

static void
start_write(CcgDoorPage *self, gint64 attendee_id, gboolean undo, const char *client_id)
{
  if (is_busy(self, attendee_id)) {
    return;
  }
  Write *write = g_new0(Write, 1);
  write->page = g_object_ref(self);
  write->attendee_id = attendee_id;
  write->undo = undo;
  write->client_id = client_id != NULL ? g_strdup(client_id) : g_uuid_string_random();
  set_busy(self, attendee_id, TRUE);
  ccg_sync_check_in_async(self->sync,
                          self->event_id,
                          attendee_id,
                          undo,
                          write->client_id,
                          self->cancellable,
                          on_written,
                          write);
}

static void
on_take_back(AdwMessageDialog *dialog, const char *response, Write *write)
{
  if (strcmp(response, "undo") == 0 && write->page->session != NULL) {
    start_write(write->page, write->attendee_id, TRUE, NULL);
  }
}

static void
ask_take_back(CcgDoorPage *self, const cc_attendee *attendee)
{
  g_autofree char *name = ccg_text_name(attendee);
  g_autofree char *time =
    attendee->checked_in_at != NULL ? ccg_text_time(*attendee->checked_in_at, self->zone) : NULL;
  g_autofree char *body = NULL;
  if (time != NULL && attendee->checked_in_by != NULL) {
    /* Translators: the time, and the name of the person who checked them in. */
    body = g_strdup_printf(_("Checked in at %s by %s."), time, attendee->checked_in_by);
  } else if (time != NULL) {
    body = g_strdup_printf(_("Checked in at %s."), time);
  }
  AdwMessageDialog *dialog = make_dialog(self, name, body, _("_Close"));
  Write *write = g_new0(Write, 1);
  write->page = g_object_ref(self);
  write->attendee_id = attendee->id;
  if (self->can_check_in) {
    adw_message_dialog_add_response(dialog, "undo", _("_Undo check-in"));
    adw_message_dialog_set_response_appearance(dialog, "undo", ADW_RESPONSE_DESTRUCTIVE);
  }
  g_signal_connect_data(dialog,
                        "response",
                        G_CALLBACK(on_take_back),
                        write,
                        free_write_of_closure,
                        0);
  gtk_window_present(GTK_WINDOW(dialog));
}

static void
on_activate(CcgDoorPage *self, guint position)
{
  g_autoptr(CcgRecord) record = g_list_model_get_item(G_LIST_MODEL(self->people), position);
  const cc_attendee *attendee = record != NULL ? ccg_record_get(record) : NULL;
  if (attendee == NULL || is_busy(self, attendee->id)) {
    return;
  }
  if (attendee->status == CC_ATTENDEE_ATTENDED) {
    ask_take_back(self, attendee);
  } else if (!self->can_check_in) {
    adw_toast_overlay_add_toast(self->toasts,
                                show_toast(self, _("You may not check people in here")));
  } else {
    start_write(self, attendee->id, FALSE, NULL);
  }
}

/* --- actions -------------------------------------------------------------------------------- */

static void
on_undo_action(GtkWidget *widget, const char *name, GVariant *parameter)
{
  start_write(CCG_DOOR_PAGE(widget), g_variant_get_int64(parameter), TRUE, NULL);
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
    show_undo(self, ccg_record_get(record));
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

/* Enter in the search goes on to the people found: nobody is checked in by a key too many. */
static void
on_search_activate(CcgDoorPage *self)
{
  gtk_widget_child_focus(GTK_WIDGET(self->list), GTK_DIR_TAB_FORWARD);
}

/* --- life ----------------------------------------------------------------------------------- */

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
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/door/"
                                              "ccg-door-page.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, toasts);
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, stack);
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, search);
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, filter);
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, list);
  gtk_widget_class_bind_template_child(widget_class, CcgDoorPage, failed);
  gtk_widget_class_bind_template_callback(widget_class, on_setup);
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
  self->cancellable = g_cancellable_new();
  gtk_widget_init_template(GTK_WIDGET(self));
  gtk_search_entry_set_key_capture_widget(self->search, GTK_WIDGET(self));
  ccg_page_set_title(CCG_PAGE(self), _("Door list"));
}
