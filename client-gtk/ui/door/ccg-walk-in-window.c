/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/door/ccg-walk-in-window.h"

#include <glib/gi18n.h>

#include "client-gtk/core/ccg-error.h"
#include "client-gtk/ui/common/ccg-field-error.h"
#include "client-gtk/ui/common/ccg-text.h"

struct _CcgWalkInWindow {
  AdwWindow parent_instance;

  GtkWidget *form;
  GtkEditable *first_name;
  GtkEditable *last_name;
  GtkEditable *email;
  GtkEditable *phone;
  GtkSpinButton *guests;
  CcgFieldError *first_name_error;
  CcgFieldError *last_name_error;
  CcgFieldError *email_error;
  CcgFieldError *phone_error;
  CcgFieldError *guests_error;
  GtkRevealer *banner;
  GtkLabel *banner_label;
  GtkStack *save_stack;

  CcgSync *sync;
  gint64 event_id;
  char *client_id; /* the same for every try, so that the person is added once */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE(CcgWalkInWindow, ccg_walk_in_window, ADW_TYPE_WINDOW)

enum {
  SIGNAL_WALKED_IN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
show_banner(CcgWalkInWindow *self, const char *text)
{
  gtk_label_set_text(self->banner_label, ccg_text_or_empty(text));
  gtk_revealer_set_reveal_child(self->banner, text != NULL);
}

static void
clear_errors(CcgWalkInWindow *self)
{
  show_banner(self, NULL);
  ccg_field_error_set_text(self->first_name_error, NULL);
  ccg_field_error_set_text(self->last_name_error, NULL);
  ccg_field_error_set_text(self->email_error, NULL);
  ccg_field_error_set_text(self->phone_error, NULL);
  ccg_field_error_set_text(self->guests_error, NULL);
}

static void
set_busy(CcgWalkInWindow *self, gboolean busy)
{
  if (busy) {
    /* Remove the focus before the form becomes insensitive, because a focused entry would print
     * a warning. */
    gtk_window_set_focus(GTK_WINDOW(self), NULL);
  }
  gtk_widget_set_sensitive(self->form, !busy);
  gtk_stack_set_visible_child_name(self->save_stack, busy ? "busy" : "save");
  gtk_widget_action_set_enabled(GTK_WIDGET(self), "walk-in.save", !busy);
}

static CcgFieldError *
field_error_of(CcgWalkInWindow *self, const char *pointer)
{
  const struct {
    const char *pointer;
    CcgFieldError *error;
  } fields[] = {
    {"/first_name", self->first_name_error},
    {"/last_name", self->last_name_error},
    {"/email", self->email_error},
    {"/phone", self->phone_error},
    {"/guest_count", self->guests_error},
  };

  for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
    if (g_strcmp0(pointer, fields[i].pointer) == 0) {
      return fields[i].error;
    }
  }
  return NULL;
}

/* The most frequent errors in the person's language, others with the server's sentence. */
static const char *
sentence_of(CcgWalkInWindow *self, CcgFieldError *field, const char *message)
{
  if (field == self->email_error) {
    return _("This is not an e-mail address.");
  }
  if (field == self->phone_error) {
    return _("This is not a phone number. Write it with its area code.");
  }
  return message;
}

static void
show_error(CcgWalkInWindow *self, const GError *error)
{
  const cc_problem *problem = ccg_error_get_problem(error);
  gboolean shown = FALSE;
  for (gsize i = 0; problem != NULL && i < problem->n_errors; i++) {
    CcgFieldError *field = field_error_of(self, problem->errors[i]->pointer);
    if (field != NULL) {
      ccg_field_error_set_text(field, sentence_of(self, field, problem->errors[i]->message));
      shown = TRUE;
    }
  }
  if (!shown) {
    g_autofree char *text = ccg_error_describe(error);
    show_banner(self, text);
  }
}

static void
on_saved(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(CcgWalkInWindow) self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(CcgRecord) record = ccg_sync_write_finish(CCG_SYNC(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->sync == NULL) {
    return;
  }
  set_busy(self, FALSE);
  if (record == NULL) {
    show_error(self, error);
    return;
  }
  g_signal_emit(self, signals[SIGNAL_WALKED_IN], 0, record);
  gtk_window_close(GTK_WINDOW(self));
}

static char *
text_of(GtkEditable *editable)
{
  return g_strstrip(g_strdup(gtk_editable_get_text(editable)));
}

static gboolean
has_name(GtkEditable *field, CcgFieldError *error, const char *name)
{
  if (*name != '\0') {
    return TRUE;
  }
  ccg_field_error_set_text(error, _("A name is needed."));
  gtk_widget_grab_focus(GTK_WIDGET(field));
  return FALSE;
}

static void
on_save(GtkWidget *widget, const char *name, GVariant *parameter)
{
  CcgWalkInWindow *self = CCG_WALK_IN_WINDOW(widget);
  g_autofree char *first_name = text_of(self->first_name);
  g_autofree char *last_name = text_of(self->last_name);
  g_autofree char *email = text_of(self->email);
  g_autofree char *phone = text_of(self->phone);
  clear_errors(self);
  if (!has_name(self->first_name, self->first_name_error, first_name) ||
      !has_name(self->last_name, self->last_name_error, last_name)) {
    return;
  }
  set_busy(self, TRUE);
  const CcgWalkIn who = {
    .client_id = self->client_id,
    .first_name = first_name,
    .last_name = last_name,
    .email = email,
    .phone = phone,
    .guests = (guint) gtk_spin_button_get_value_as_int(self->guests),
  };
  ccg_sync_walk_in_async(self->sync,
                         self->event_id,
                         &who,
                         self->cancellable,
                         on_saved,
                         g_object_ref(self));
}

static void
on_entry_activated(CcgWalkInWindow *self)
{
  gtk_widget_activate_action(GTK_WIDGET(self), "walk-in.save", NULL);
}

/* Split "Ada Lovelace" or "Lovelace, Ada" as typed in the search. */
static void
split_name(CcgWalkInWindow *self, const char *name)
{
  const char *comma = strchr(name, ',');
  const char *space = strrchr(name, ' ');
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;
  if (comma != NULL) {
    last = g_strndup(name, (gsize) (comma - name));
    first = g_strdup(comma + 1);
  } else if (space != NULL) {
    first = g_strndup(name, (gsize) (space - name));
    last = g_strdup(space + 1);
  } else {
    last = g_strdup(name);
  }
  gtk_editable_set_text(self->first_name, first != NULL ? g_strstrip(first) : "");
  gtk_editable_set_text(self->last_name, g_strstrip(last));
}

GtkWindow *
ccg_walk_in_window_new(GtkWindow *parent, CcgSync *sync, gint64 event_id, const char *name)
{
  CcgWalkInWindow *self = g_object_new(CCG_TYPE_WALK_IN_WINDOW, "transient-for", parent, NULL);
  self->sync = g_object_ref(sync);
  self->event_id = event_id;
  split_name(self, name);
  gtk_widget_grab_focus(GTK_WIDGET(self->first_name));
  return GTK_WINDOW(self);
}

/* Closing the window discards the reply. */
static gboolean
ccg_walk_in_window_close_request(GtkWindow *window)
{
  g_cancellable_cancel(CCG_WALK_IN_WINDOW(window)->cancellable);
  return GTK_WINDOW_CLASS(ccg_walk_in_window_parent_class)->close_request(window);
}

static void
ccg_walk_in_window_dispose(GObject *object)
{
  CcgWalkInWindow *self = CCG_WALK_IN_WINDOW(object);
  g_cancellable_cancel(self->cancellable);
  g_clear_object(&self->sync);
  gtk_widget_dispose_template(GTK_WIDGET(self), CCG_TYPE_WALK_IN_WINDOW);
  G_OBJECT_CLASS(ccg_walk_in_window_parent_class)->dispose(object);
}

static void
ccg_walk_in_window_finalize(GObject *object)
{
  CcgWalkInWindow *self = CCG_WALK_IN_WINDOW(object);
  g_clear_object(&self->cancellable);
  g_free(self->client_id);
  G_OBJECT_CLASS(ccg_walk_in_window_parent_class)->finalize(object);
}

static void
ccg_walk_in_window_class_init(CcgWalkInWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = ccg_walk_in_window_dispose;
  G_OBJECT_CLASS(klass)->finalize = ccg_walk_in_window_finalize;
  GTK_WINDOW_CLASS(klass)->close_request = ccg_walk_in_window_close_request;
  signals[SIGNAL_WALKED_IN] = g_signal_new("walked-in",
                                           CCG_TYPE_WALK_IN_WINDOW,
                                           G_SIGNAL_RUN_LAST,
                                           0,
                                           NULL,
                                           NULL,
                                           NULL,
                                           G_TYPE_NONE,
                                           1,
                                           CCG_TYPE_RECORD);
  g_type_ensure(CCG_TYPE_FIELD_ERROR);
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/door/"
                                              "ccg-walk-in-window.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, form);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, first_name);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, last_name);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, email);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, phone);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, guests);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, first_name_error);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, last_name_error);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, email_error);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, phone_error);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, guests_error);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, banner);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, banner_label);
  gtk_widget_class_bind_template_child(widget_class, CcgWalkInWindow, save_stack);
  gtk_widget_class_bind_template_callback(widget_class, on_entry_activated);
  gtk_widget_class_install_action(widget_class, "walk-in.save", NULL, on_save);
  gtk_widget_class_add_binding_action(widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
ccg_walk_in_window_init(CcgWalkInWindow *self)
{
  self->client_id = g_uuid_string_random();
  self->cancellable = g_cancellable_new();
  gtk_widget_init_template(GTK_WIDGET(self));
}
