/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/window/ccg-window.h"

#include <glib/gi18n.h>

#include "client-gtk/ui/account/ccg-account-page.h"
#include "client-gtk/ui/account/ccg-organization-list.h"
#include "client-gtk/ui/common/ccg-dialog.h"
#include "client-gtk/ui/door/ccg-door-page.h"
#include "client-gtk/ui/events/ccg-event-page.h"
#include "client-gtk/ui/events/ccg-events-view.h"
#include "client-gtk/ui/session/ccg-sign-in-page.h"
#include "client-gtk/ui/shell/ccg-shell.h"

#define N_SECTIONS 3

struct _CcgWindow {
  AdwApplicationWindow parent_instance;

  GtkStack *views;
  CcgSignInPage *sign_in;
  GtkStack *choose_stack;
  CcgOrganizationList *organizations;
  CcgShell *shell;
  GtkRevealer *offline;
  GtkLabel *offline_label;

  CcgEventsView *sections[N_SECTIONS];
  CcgSession *session;
  CcgStore *store;         /* the store that is shown */
  CcgSync *sync;           /* the synchronization whose signals are connected */
  CcgSyncState sync_state; /* the last known state */
};

G_DEFINE_FINAL_TYPE(CcgWindow, ccg_window, ADW_TYPE_APPLICATION_WINDOW)

/* --- title and actions ---------------------------------------------------------------------- */

static void
update_title(CcgWindow *self)
{
  const char *view = gtk_stack_get_visible_child_name(self->views);
  CcgPage *page = NULL;
  const char *title = _("Campaign Center");
  if (g_strcmp0(view, "sign-in") == 0) {
    title = _("Sign in");
  } else if (g_strcmp0(view, "choose") == 0) {
    title = _("Organization");
  } else if (g_strcmp0(view, "main") == 0) {
    page = ccg_shell_get_page(self->shell);
    const char *looked_at = ccg_shell_get_title(self->shell);
    title = looked_at != NULL ? looked_at : title;
  }
  gtk_window_set_title(GTK_WINDOW(self), title);
  gboolean is_main = g_strcmp0(view, "main") == 0;
  gboolean can_check_in = FALSE;
  g_object_get(self->session, "can-check-in", &can_check_in, NULL);
  GtkWidget *widget = GTK_WIDGET(self);
  gtk_widget_action_set_enabled(widget, "win.back", is_main);
  gtk_widget_action_set_enabled(widget, "win.refresh", is_main);
  gtk_widget_action_set_enabled(widget, "win.account", is_main);
  gtk_widget_action_set_enabled(widget, "win.search", CCG_IS_DOOR_PAGE(page));
  gtk_widget_action_set_enabled(widget, "win.walk-in", CCG_IS_DOOR_PAGE(page) && can_check_in);
}

static void
on_back(GtkWidget *widget, const char *name, GVariant *parameter)
{
  ccg_shell_back(CCG_WINDOW(widget)->shell);
}

static void
on_page_action(GtkWidget *widget, const char *name, GVariant *parameter)
{
  CcgPage *page = ccg_shell_get_page(CCG_WINDOW(widget)->shell);
  if (!CCG_IS_DOOR_PAGE(page)) {
    return;
  }
  const char *action = strcmp(name, "win.search") == 0 ? "door.search" : "door.walk-in";
  gtk_widget_activate_action(GTK_WIDGET(page), action, NULL);
}

static void
on_refresh(GtkWidget *widget, const char *name, GVariant *parameter)
{
  CcgWindow *self = CCG_WINDOW(widget);
  if (self->sync != NULL) {
    ccg_sync_refresh(self->sync);
  }
}

static void
on_account(GtkWidget *widget, const char *name, GVariant *parameter)
{
  CcgWindow *self = CCG_WINDOW(widget);
  if (self->store != NULL && !CCG_IS_ACCOUNT_PAGE(ccg_shell_get_page(self->shell))) {
    ccg_shell_push(self->shell, ccg_account_page_new(self->session));
  }
}

static void
on_about(GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_show_about_window(GTK_WINDOW(widget),
                        "application-name",
                        _("Campaign Center"),
                        "application-icon",
                        CCG_APPLICATION_ID,
                        "version",
                        CCG_VERSION,
                        "developer-name",
                        _("The Campaign Center authors"),
                        "license-type",
                        GTK_LICENSE_GPL_3_0,
                        "comments",
                        _("Events, door lists and check-in of your campaign."),
                        /* Translators: your names, one a line. */
                        "translator-credits",
                        _("translator-credits"),
                        NULL);
}

static void
on_shortcuts(GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr(GtkBuilder) builder =
    gtk_builder_new_from_resource("/org/campaigncenter/CampaignCenter/window/shortcuts.ui");
  GtkWindow *shortcuts = GTK_WINDOW(gtk_builder_get_object(builder, "shortcuts"));
  gtk_window_set_transient_for(shortcuts, GTK_WINDOW(widget));
  gtk_window_present(shortcuts);
}

static void
on_sign_out_answer(AdwMessageDialog *dialog, const char *response, CcgWindow *self)
{
  if (strcmp(response, "sign-out") == 0) {
    ccg_session_sign_out(self->session);
  }
}

static void
on_sign_out(GtkWidget *widget, const char *name, GVariant *parameter)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG(
    adw_message_dialog_new(GTK_WINDOW(widget),
                           _("Sign out?"),
                           _("The lists that are kept on this device are deleted. They come back "
                             "when you sign in again.")));
  adw_message_dialog_add_responses(dialog,
                                   "cancel",
                                   _("_Cancel"),
                                   "sign-out",
                                   _("_Sign out"),
                                   NULL);
  adw_message_dialog_set_response_appearance(dialog, "sign-out", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response(dialog, "cancel");
  g_signal_connect_object(dialog, "response", G_CALLBACK(on_sign_out_answer), widget, 0);
  ccg_dialog_present(dialog);
}

/* --- keyring -------------------------------------------------------------------------------- */

static void
on_keyring_answer(AdwMessageDialog *dialog, const char *response, CcgWindow *self)
{
  ccg_session_allow_file(self->session, strcmp(response, "file") == 0);
}

/* Shown when a token could not be stored after a sign-in. */
static void
on_keyring_changed(CcgWindow *self)
{
  gboolean missing = FALSE;
  g_object_get(self->session, "keyring-missing", &missing, NULL);
  if (!missing) {
    return;
  }
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG(adw_message_dialog_new(
    GTK_WINDOW(self),
    _("Stay signed in?"),
    _("This device has no keyring that could keep your sign-in. It can be kept in a file that only "
      "your user account can read, or not at all: then you sign in each time.")));
  adw_message_dialog_add_responses(dialog,
                                   "memory",
                                   _("Sign in _each time"),
                                   "file",
                                   _("Keep in a _file"),
                                   NULL);
  adw_message_dialog_set_close_response(dialog, "memory");
  adw_message_dialog_set_default_response(dialog, "memory");
  g_signal_connect_object(dialog, "response", G_CALLBACK(on_keyring_answer), self, 0);
  ccg_dialog_present(dialog);
}

/* --- connection ----------------------------------------------------------------------------- */

static void
show_offline(CcgWindow *self)
{
  g_autofree char *kept = ccg_store_get_value(self->store, "ui.last-live");
  gint64 then = kept != NULL ? g_ascii_strtoll(kept, NULL, 10) : 0;
  if (then == 0) {
    gtk_label_set_text(self->offline_label, _("No connection."));
  } else {
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(then);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    gboolean today = g_date_time_get_day_of_year(at) == g_date_time_get_day_of_year(now) &&
                     g_date_time_get_year(at) == g_date_time_get_year(now);
    g_autofree char *time = g_date_time_format(at, today ? _("%H:%M") : _("%a, %b %-e, %H:%M"));
    /* Translators: %s is a time. */
    g_autofree char *text = g_strdup_printf(_("No connection. Showing what was here at %s."), time);
    gtk_label_set_text(self->offline_label, text);
  }
  gtk_revealer_set_reveal_child(self->offline, TRUE);
}

static void
on_sync_changed(CcgWindow *self)
{
  CcgSyncState state;
  g_object_get(self->sync, "state", &state, NULL);
  if (state == self->sync_state) {
    return;
  }
  if (state == CCG_SYNC_LIVE || self->sync_state == CCG_SYNC_LIVE) {
    g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, g_get_real_time() / G_USEC_PER_SEC);
    ccg_store_set_value(self->store, "ui.last-live", now);
  }
  self->sync_state = state;
  if (state == CCG_SYNC_OFFLINE) {
    show_offline(self);
  } else if (state == CCG_SYNC_LIVE || state == CCG_SYNC_STOPPED) {
    gtk_revealer_set_reveal_child(self->offline, FALSE);
  }
}

/* --- session -------------------------------------------------------------------------------- */

static void
on_open_door_list(CcgWindow *self, gint64 event_id)
{
  ccg_shell_push(self->shell, ccg_door_page_new(self->session, event_id));
}

static void
on_open_event(CcgWindow *self, gint64 event_id)
{
  CcgPage *page = ccg_event_page_new(self->session, event_id);
  g_signal_connect_object(page,
                          "door-list",
                          G_CALLBACK(on_open_door_list),
                          self,
                          G_CONNECT_SWAPPED);
  ccg_shell_open(self->shell, page);
}

static void
release_store(CcgWindow *self)
{
  if (self->sync != NULL) {
    g_signal_handlers_disconnect_by_data(self->sync, self);
  }
  g_clear_object(&self->sync);
  g_clear_object(&self->store);
  self->sync_state = CCG_SYNC_STOPPED;
}

/* Another store was opened: show its events, and close all pages of the previous one. */
static void
take_store(CcgWindow *self, CcgStore *store)
{
  if (store == self->store) {
    return;
  }
  ccg_shell_clear(self->shell);
  release_store(self);
  if (store != NULL) {
    self->store = g_object_ref(store);
    self->sync = g_object_ref(ccg_session_get_sync(self->session));
    g_signal_connect_object(self->sync,
                            "notify",
                            G_CALLBACK(on_sync_changed),
                            self,
                            G_CONNECT_SWAPPED);
    on_sync_changed(self);
  }
  gtk_revealer_set_reveal_child(self->offline, self->sync_state == CCG_SYNC_OFFLINE);
  for (int i = 0; i < N_SECTIONS; i++) {
    ccg_events_view_set_session(self->sections[i], store != NULL ? self->session : NULL);
  }
}

static void
show_view(CcgWindow *self, const char *name)
{
  gboolean is_new = g_strcmp0(gtk_stack_get_visible_child_name(self->views), name) != 0;
  if (is_new) {
    /* A hidden widget must not keep the focus. */
    gtk_window_set_focus(GTK_WINDOW(self), NULL);
  }
  gtk_stack_set_visible_child_name(self->views, name);
  if (is_new && strcmp(name, "sign-in") == 0) {
    ccg_sign_in_page_reset(self->sign_in);
  }
}

static void
on_organizations_changed(CcgWindow *self)
{
  GListModel *organizations = ccg_session_get_organizations(self->session);
  gboolean any = organizations != NULL && g_list_model_get_n_items(organizations) > 0;
  gtk_stack_set_visible_child_name(self->choose_stack, any ? "choose" : "none");
}

static void
on_session_changed(CcgWindow *self)
{
  CcgSessionState state;
  gint64 organization_id = 0;
  g_object_get(self->session, "state", &state, "organization-id", &organization_id, NULL);
  gboolean signed_in = state == CCG_SESSION_SIGNED_IN;
  take_store(self, signed_in ? ccg_session_get_store(self->session) : NULL);
  if (state == CCG_SESSION_STARTING) {
    show_view(self, "starting");
  } else if (!signed_in) {
    show_view(self, "sign-in");
  } else if (self->store == NULL || organization_id == 0) {
    ccg_organization_list_set_session(self->organizations, self->session);
    on_organizations_changed(self);
    show_view(self, "choose");
  } else {
    show_view(self, "main");
  }
  update_title(self);
}

/* --- start and end
 * ----------------------------------------------------------------------------------- */

static void
add_section(CcgWindow *self,
            CcgEventScope scope,
            const char *name,
            const char *title,
            const char *icon)
{
  GtkWidget *view = ccg_events_view_new(scope);
  self->sections[scope] = CCG_EVENTS_VIEW(view);
  g_signal_connect_object(view, "open", G_CALLBACK(on_open_event), self, G_CONNECT_SWAPPED);
  ccg_shell_add_section(self->shell, view, name, title, icon);
}

CcgWindow *
ccg_window_new(AdwApplication *application, CcgSession *session, const char *server)
{
  CcgWindow *self = g_object_new(CCG_TYPE_WINDOW, "application", application, NULL);
  self->session = g_object_ref(session);
  ccg_sign_in_page_set_session(self->sign_in, session, server);
  g_signal_connect_object(session,
                          "notify",
                          G_CALLBACK(on_session_changed),
                          self,
                          G_CONNECT_SWAPPED);
  g_signal_connect_object(session,
                          "notify::keyring-missing",
                          G_CALLBACK(on_keyring_changed),
                          self,
                          G_CONNECT_SWAPPED);
  GListModel *organizations = ccg_session_get_organizations(session);
  if (organizations != NULL) {
    g_signal_connect_object(organizations,
                            "items-changed",
                            G_CALLBACK(on_organizations_changed),
                            self,
                            G_CONNECT_SWAPPED);
  }
  on_session_changed(self);
  return self;
}

static void
ccg_window_dispose(GObject *object)
{
  CcgWindow *self = CCG_WINDOW(object);
  if (self->session != NULL) {
    g_signal_handlers_disconnect_by_data(self->session, self);
  }
  release_store(self);
  g_clear_object(&self->session);
  gtk_widget_dispose_template(GTK_WIDGET(self), CCG_TYPE_WINDOW);
  G_OBJECT_CLASS(ccg_window_parent_class)->dispose(object);
}

static void
bind_template(GtkWidgetClass *widget_class)
{
  g_type_ensure(CCG_TYPE_ORGANIZATION_LIST);
  g_type_ensure(CCG_TYPE_SHELL);
  g_type_ensure(CCG_TYPE_SIGN_IN_PAGE);
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/window/"
                                              "ccg-window.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgWindow, views);
  gtk_widget_class_bind_template_child(widget_class, CcgWindow, sign_in);
  gtk_widget_class_bind_template_child(widget_class, CcgWindow, choose_stack);
  gtk_widget_class_bind_template_child(widget_class, CcgWindow, organizations);
  gtk_widget_class_bind_template_child(widget_class, CcgWindow, shell);
  gtk_widget_class_bind_template_child(widget_class, CcgWindow, offline);
  gtk_widget_class_bind_template_child(widget_class, CcgWindow, offline_label);
}

static void
ccg_window_class_init(CcgWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = ccg_window_dispose;
  bind_template(widget_class);
  gtk_widget_class_install_action(widget_class, "win.back", NULL, on_back);
  gtk_widget_class_install_action(widget_class, "win.search", NULL, on_page_action);
  gtk_widget_class_install_action(widget_class, "win.walk-in", NULL, on_page_action);
  gtk_widget_class_install_action(widget_class, "win.refresh", NULL, on_refresh);
  gtk_widget_class_install_action(widget_class, "win.account", NULL, on_account);
  gtk_widget_class_install_action(widget_class, "win.sign-out", NULL, on_sign_out);
  gtk_widget_class_install_action(widget_class, "win.shortcuts", NULL, on_shortcuts);
  gtk_widget_class_install_action(widget_class, "win.about", NULL, on_about);
}

static void
ccg_window_init(CcgWindow *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  add_section(self, CCG_EVENTS_TODAY, "today", _("Today"), "x-office-calendar-symbolic");
  add_section(self, CCG_EVENTS_UPCOMING, "upcoming", _("Upcoming"), "alarm-symbolic");
  add_section(self, CCG_EVENTS_PAST, "past", _("Past"), "document-open-recent-symbolic");
  g_signal_connect_object(self->shell,
                          "notify::title",
                          G_CALLBACK(update_title),
                          self,
                          G_CONNECT_SWAPPED);
}
