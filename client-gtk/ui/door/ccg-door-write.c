/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "client-gtk/core/ccg-error.h"
#include "client-gtk/ui/common/ccg-dialog.h"
#include "client-gtk/ui/common/ccg-text.h"
#include "client-gtk/ui/door/ccg-door-page-private.h"

/* Checks people in, undoes check-ins, and shows the results. */

/* A running check-in or undo. */
typedef struct {
  CcgDoorPage *page;
  gint64 attendee_id;
  gboolean undo;
  char *client_id;
} Write;

static void
write_free(Write *write)
{
  g_object_unref(write->page);
  g_free(write->client_id);
  g_free(write);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Write, write_free)

/* --- toasts and dialogs --------------------------------------------------------------------- */

void
ccg_door_page_say(CcgDoorPage *self, const char *text)
{
  ccg_toast_say(self->toast, text);
}

void
ccg_door_page_show_undo(CcgDoorPage *self, const cc_attendee *attendee)
{
  g_autofree char *name = ccg_text_name(attendee);
  /* Translators: %s is a person's name. */
  g_autofree char *text = g_strdup_printf(_("%s is checked in"), name);
  ccg_toast_offer(self->toast, text, _("_Undo"), "door.undo", g_variant_new_int64(attendee->id));
}

/* The page may have been left meanwhile; a failure is shown nevertheless. */
static GtkWindow *
window_of(CcgDoorPage *self)
{
  GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
  GApplication *application = g_application_get_default();
  if (root == NULL && application != NULL) {
    return gtk_application_get_active_window(GTK_APPLICATION(application));
  }
  return GTK_WINDOW(root);
}

static AdwMessageDialog *
make_dialog(CcgDoorPage *self, const char *heading, const char *body, const char *close_label)
{
  AdwMessageDialog *dialog =
    ADW_MESSAGE_DIALOG(adw_message_dialog_new(window_of(self), heading, body));
  adw_message_dialog_add_response(dialog, "close", close_label);
  adw_message_dialog_set_close_response(dialog, "close");
  return dialog;
}

static void
on_try_again(AdwMessageDialog *dialog, const char *response, Write *write)
{
  if (strcmp(response, "again") == 0 && write->page->session != NULL) {
    ccg_door_page_write(write->page, write->attendee_id, write->undo, write->client_id);
  }
}

static void
free_write_of_closure(gpointer write, GClosure *closure)
{
  write_free(write);
}

/* Takes ownership of @write, which is sent again with the same id when the person chooses so. */
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
  ccg_dialog_present(dialog);
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
  ccg_door_page_set_busy(self, write->attendee_id, FALSE);
  if (record == NULL) {
    show_failure(self, g_steal_pointer(&write), error);
    return;
  }
  const cc_attendee *attendee = ccg_record_get(record);
  if (!write->undo) {
    ccg_door_page_show_undo(self, attendee);
    return;
  }
  g_autofree char *name = ccg_text_name(attendee);
  /* Translators: %s is a person's name. */
  g_autofree char *text = g_strdup_printf(_("%s is not checked in any more"), name);
  ccg_door_page_say(self, text);
}

void
ccg_door_page_write(CcgDoorPage *self, gint64 attendee_id, gboolean undo, const char *client_id)
{
  if (ccg_door_page_is_busy(self, attendee_id)) {
    return;
  }
  Write *write = g_new0(Write, 1);
  write->page = g_object_ref(self);
  write->attendee_id = attendee_id;
  write->undo = undo;
  write->client_id = client_id != NULL ? g_strdup(client_id) : g_uuid_string_random();
  ccg_door_page_set_busy(self, attendee_id, TRUE);
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
    ccg_door_page_write(write->page, write->attendee_id, TRUE, NULL);
  }
}

void
ccg_door_page_ask_undo(CcgDoorPage *self, const cc_attendee *attendee)
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
  ccg_dialog_present(dialog);
}
