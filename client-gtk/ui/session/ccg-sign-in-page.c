/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/session/ccg-sign-in-page.h"

#include <glib/gi18n.h>

#include "client-gtk/core/ccg-error.h"
#include "client-gtk/ui/common/ccg-field-error.h"
#include "client-gtk/ui/common/ccg-text.h"

struct _CcgSignInPage {
  AdwBin parent_instance;

  GtkWidget *form;
  GtkEditable *server;
  GtkEditable *email;
  GtkEditable *password;
  GtkEditable *code;
  CcgFieldError *server_error;
  CcgFieldError *email_error;
  CcgFieldError *password_error;
  CcgFieldError *code_error;
  GtkWidget *plain_warning;
  GtkWidget *code_hint;
  GtkRevealer *banner;
  GtkLabel *banner_label;
  GtkWidget *sign_in_button;
  GtkWidget *busy_box;
  GtkWidget *cancel_button;

  CcgSession *session;
  GCancellable *cancellable; /* of the running try; NULL: none */
};

G_DEFINE_FINAL_TYPE(CcgSignInPage, ccg_sign_in_page, ADW_TYPE_BIN)

static void
show_banner(CcgSignInPage *self, const char *text)
{
  gtk_label_set_text(self->banner_label, ccg_text_or_empty(text));
  gtk_revealer_set_reveal_child(self->banner, text != NULL);
}

static void
clear_errors(CcgSignInPage *self)
{
  show_banner(self, NULL);
  ccg_field_error_set_text(self->server_error, NULL);
  ccg_field_error_set_text(self->email_error, NULL);
  ccg_field_error_set_text(self->password_error, NULL);
  ccg_field_error_set_text(self->code_error, NULL);
}

static void
set_busy(CcgSignInPage *self, gboolean busy)
{
  gtk_widget_set_visible(self->sign_in_button, !busy);
  gtk_widget_set_visible(self->busy_box, busy);
  if (busy) {
    /* Move the focus before the form becomes insensitive, because a focused entry would print a
     * warning. */
    gtk_widget_grab_focus(self->cancel_button);
  }
  gtk_widget_set_sensitive(self->form, !busy);
  gtk_widget_action_set_enabled(GTK_WIDGET(self), "sign-in.submit", !busy);
}

static void
show_code(CcgSignInPage *self, gboolean visible)
{
  gtk_widget_set_visible(GTK_WIDGET(self->code), visible);
  gtk_widget_set_visible(self->code_hint, visible);
  if (!visible) {
    gtk_editable_set_text(self->code, "");
    ccg_field_error_set_text(self->code_error, NULL);
  }
}

static void
point_at(GtkEditable *field, CcgFieldError *error, const char *text)
{
  ccg_field_error_set_text(error, text);
  gtk_widget_grab_focus(GTK_WIDGET(field));
}

static void
show_error(CcgSignInPage *self, const GError *error)
{
  const char *code = ccg_error_get_code(error);
  if (strcmp(code, "second_factor_required") == 0) {
    show_code(self, TRUE);
    gtk_widget_grab_focus(GTK_WIDGET(self->code));
  } else if (strcmp(code, "second_factor_wrong") == 0) {
    show_code(self, TRUE);
    point_at(self->code,
             self->code_error,
             _("This code is wrong or has been used. Enter a new one."));
  } else if (strcmp(code, "wrong_credentials") == 0) {
    point_at(self->password,
             self->password_error,
             _("The e-mail address or the password is wrong."));
  } else if (strcmp(code, "email_unverified") == 0) {
    point_at(self->email,
             self->email_error,
             _("This address is not confirmed yet. Open the link in the mail that was sent to "
               "it."));
  } else if (strcmp(code, "origin") == 0) {
    point_at(self->server,
             self->server_error,
             _("This is not the address of a server. It looks like https://campaign.example.org."));
  } else if (error->domain == G_TLS_ERROR) {
    point_at(self->server,
             self->server_error,
             _("The server's certificate is not valid, so nothing was sent. Ask the operator "
               "of the server."));
  } else if (ccg_error_is_offline(error)) {
    point_at(self->server,
             self->server_error,
             _("The server cannot be reached. Check the address and your connection."));
  } else {
    g_autofree char *text = ccg_error_describe(error);
    show_banner(self, text);
  }
}

static void
on_signed_in(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(CcgSignInPage) self = data;
  g_autoptr(GError) error = NULL;
  gboolean signed_in = ccg_session_sign_in_finish(CCG_SESSION(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->session == NULL) {
    return;
  }
  g_clear_object(&self->cancellable);
  set_busy(self, FALSE);
  if (!signed_in) {
    show_error(self, error);
    return;
  }
  gtk_editable_set_text(self->password, "");
  show_code(self, FALSE);
}

static char *
text_of(GtkEditable *editable)
{
  return g_strstrip(g_strdup(gtk_editable_get_text(editable)));
}

/* Missing fields are reported here, without a request. */
static gboolean
is_filled(CcgSignInPage *self, const char *server, const char *email)
{
  if (*server == '\0') {
    point_at(self->server, self->server_error, _("Enter the address of your campaign's server."));
    return FALSE;
  }
  if (*email == '\0') {
    point_at(self->email, self->email_error, _("Enter your e-mail address."));
    return FALSE;
  }
  if (*gtk_editable_get_text(self->password) == '\0') {
    point_at(self->password, self->password_error, _("Enter your password."));
    return FALSE;
  }
  return TRUE;
}

static void
on_submit(GtkWidget *widget, const char *name, GVariant *parameter)
{
  CcgSignInPage *self = CCG_SIGN_IN_PAGE(widget);
  g_autofree char *server = text_of(self->server);
  g_autofree char *email = text_of(self->email);
  g_autofree char *code = text_of(self->code);
  clear_errors(self);
  if (!is_filled(self, server, email)) {
    return;
  }
  set_busy(self, TRUE);
  self->cancellable = g_cancellable_new();
  ccg_session_sign_in_async(self->session,
                            server,
                            email,
                            gtk_editable_get_text(self->password),
                            *code != '\0' ? code : NULL,
                            self->cancellable,
                            on_signed_in,
                            g_object_ref(self));
}

static void
on_cancel(GtkWidget *widget, const char *name, GVariant *parameter)
{
  CcgSignInPage *self = CCG_SIGN_IN_PAGE(widget);
  g_cancellable_cancel(self->cancellable);
  g_clear_object(&self->cancellable);
  set_busy(self, FALSE);
}

static void
on_entry_activated(CcgSignInPage *self)
{
  gtk_widget_activate_action(GTK_WIDGET(self), "sign-in.submit", NULL);
}

/* After a change of person or server the second factor is asked for only when the server
 * requires it. */
static void
on_identity_changed(CcgSignInPage *self)
{
  show_code(self, FALSE);
}

/* Warn while the address is typed, before a password is. */
static void
on_server_changed(CcgSignInPage *self)
{
  g_autofree char *origin = ccg_origin_parse(gtk_editable_get_text(self->server));
  gtk_widget_set_visible(self->plain_warning, origin != NULL && !ccg_origin_is_safe(origin));
  on_identity_changed(self);
}

/* Show why the person was signed out. */
static void
on_message_changed(CcgSignInPage *self)
{
  g_autofree char *message = NULL;
  g_object_get(self->session, "message", &message, NULL);
  show_banner(self, message);
}

void
ccg_sign_in_page_reset(CcgSignInPage *self)
{
  clear_errors(self);
  on_message_changed(self);
  show_code(self, FALSE);
  gtk_editable_set_text(self->password, "");
  GtkEditable *first = self->password;
  if (*gtk_editable_get_text(self->server) == '\0') {
    first = self->server;
  } else if (*gtk_editable_get_text(self->email) == '\0') {
    first = self->email;
  }
  gtk_widget_grab_focus(GTK_WIDGET(first));
}

void
ccg_sign_in_page_set_session(CcgSignInPage *self, CcgSession *session, const char *server)
{
  g_set_object(&self->session, session);
  g_signal_connect_object(session,
                          "notify::message",
                          G_CALLBACK(on_message_changed),
                          self,
                          G_CONNECT_SWAPPED);
  g_autofree char *origin = NULL;
  g_autofree char *email = NULL;
  g_object_get(session, "origin", &origin, "user-email", &email, NULL);
  gtk_editable_set_text(self->server, server != NULL ? server : ccg_text_or_empty(origin));
  gtk_editable_set_text(self->email, ccg_text_or_empty(email));
}

static void
ccg_sign_in_page_dispose(GObject *object)
{
  CcgSignInPage *self = CCG_SIGN_IN_PAGE(object);
  g_cancellable_cancel(self->cancellable);
  g_clear_object(&self->cancellable);
  if (self->session != NULL) {
    g_signal_handlers_disconnect_by_data(self->session, self);
  }
  g_clear_object(&self->session);
  G_OBJECT_CLASS(ccg_sign_in_page_parent_class)->dispose(object);
}

static void
ccg_sign_in_page_class_init(CcgSignInPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = ccg_sign_in_page_dispose;
  g_type_ensure(CCG_TYPE_FIELD_ERROR);
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/session/"
                                              "ccg-sign-in-page.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, form);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, server);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, email);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, password);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, code);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, server_error);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, email_error);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, password_error);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, code_error);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, plain_warning);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, code_hint);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, banner);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, banner_label);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, sign_in_button);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, busy_box);
  gtk_widget_class_bind_template_child(widget_class, CcgSignInPage, cancel_button);
  gtk_widget_class_bind_template_callback(widget_class, on_entry_activated);
  gtk_widget_class_bind_template_callback(widget_class, on_identity_changed);
  gtk_widget_class_bind_template_callback(widget_class, on_server_changed);
  gtk_widget_class_install_action(widget_class, "sign-in.submit", NULL, on_submit);
  gtk_widget_class_install_action(widget_class, "sign-in.cancel", NULL, on_cancel);
}

static void
ccg_sign_in_page_init(CcgSignInPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  set_busy(self, FALSE);
}
