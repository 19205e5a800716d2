/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/client/ui/stage.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "client-gtk/ui/window/ccg-window.h"
#include "common/api/cc-attendee.h"
#include "common/api/cc-event.h"
#include "common/codec/cc-codec.h"
#include "tests/client/ui/ui-test.h"

static GtkApplication *application;

/* Set up without the application's own start, which would restore a session from the person's
 * folders: each stage has separate folders. The style sheet is found by the resource path. */
void
stage_init(int *argc, char ***argv)
{
  g_test_init(argc, argv, NULL);
  cc_codec_init();
  adw_init();
  ui_quiet_noise();
  g_object_set(gtk_settings_get_default(), "gtk-enable-animations", FALSE, NULL);
  application = g_object_new(ADW_TYPE_APPLICATION,
                             "application-id",
                             CCG_APPLICATION_ID,
                             "resource-base-path",
                             "/org/campaigncenter/CampaignCenter",
                             "flags",
                             G_APPLICATION_NON_UNIQUE,
                             NULL);
  g_assert_true(g_application_register(G_APPLICATION(application), NULL, NULL));
}

stage *
stage_new(guint n_attendees)
{
  stage *it = g_new0(stage, 1);
  it->server = fake_server_new(n_attendees);
  it->folder = g_dir_make_tmp("cc-stage-XXXXXX", NULL);
  g_assert_nonnull(it->folder);
  it->session = ccg_session_new(it->folder);
  ccg_session_restore(it->session);
  it->window = GTK_WIDGET(
    ccg_window_new(ADW_APPLICATION(application), it->session, fake_server_origin(it->server)));
  gtk_window_present(GTK_WINDOW(it->window));
  ui_get_named(it->window, "sign-in-button");
  return it;
}

stage *
stage_new_signed_in(guint n_attendees)
{
  stage *it = stage_new(n_attendees);
  stage_fill_in(it, FAKE_EMAIL, FAKE_PASSWORD);
  ui_click(ui_get_named(it->window, "sign-in-button"));
  ui_get(it->window, GTK_TYPE_LIST_VIEW, NULL);
  return it;
}

static void
remove_folder(const char *path)
{
  g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    g_autofree char *below = g_build_filename(path, name, NULL);
    remove_folder(below);
  }
  (void) g_remove(path);
}

static gboolean
is_signed_out(gpointer data)
{
  CcgSessionState state;
  g_object_get(data, "state", &state, NULL);
  return state == CCG_SESSION_SIGNED_OUT;
}

static void
destroy_dialogs(stage *it)
{
  GListModel *windows = gtk_window_get_toplevels();
  for (guint i = g_list_model_get_n_items(windows); i > 0; i--) {
    g_autoptr(GtkWindow) window = g_list_model_get_item(windows, i - 1);
    if (GTK_WIDGET(window) != it->window)
      gtk_window_destroy(window);
  }
}

/* Sign out, so that the next stage finds no token, and free the stage. */
void
stage_free(stage *it)
{
  destroy_dialogs(it);
  ccg_session_sign_out(it->session);
  g_assert_true(ui_wait(is_signed_out, it->session, 5000));
  gtk_window_destroy(GTK_WINDOW(it->window));
  ui_settle();
  g_assert_finalize_object(it->session);
  fake_server_free(it->server);
  remove_folder(it->folder);
  g_free(it->folder);
  g_free(it);
}

void
stage_fill_in(stage *it, const char *email, const char *password)
{
  ui_type(ui_get(it->window, ADW_TYPE_ENTRY_ROW, _("Server")), fake_server_origin(it->server));
  ui_type(ui_get(it->window, ADW_TYPE_ENTRY_ROW, _("E-mail")), email);
  ui_type(ui_get(it->window, ADW_TYPE_PASSWORD_ENTRY_ROW, _("Password")), password);
}

void
stage_show_section(stage *it, const char *name)
{
  GtkWidget *sections = ui_get(it->window, ADW_TYPE_VIEW_STACK, NULL);
  adw_view_stack_set_visible_child_name(ADW_VIEW_STACK(sections), name);
}

/* Search for the first row of a list view for which @is_it is true; the row is waited for and
 * activated. */
typedef struct row_search {
  GtkWidget *root;
  const char *list_name; /* NULL: any */
  gboolean (*is_it)(gconstpointer object, const char *what);
  const char *what;
  GtkWidget *list;
  guint position;
} row_search;

static gboolean
find_row(gpointer data)
{
  row_search *search = data;
  search->list = search->list_name != NULL ? ui_find_named(search->root, search->list_name)
                                           : ui_find(search->root, GTK_TYPE_LIST_VIEW, NULL);
  if (search->list == NULL)
    return FALSE;
  GListModel *model = G_LIST_MODEL(gtk_list_view_get_model(GTK_LIST_VIEW(search->list)));
  for (guint i = 0; model != NULL && i < g_list_model_get_n_items(model); i++) {
    g_autoptr(CcgRecord) record = g_list_model_get_item(model, i);
    search->position = i;
    if (search->is_it(ccg_record_get(record), search->what))
      return TRUE;
  }
  return FALSE;
}

static void
activate_row(row_search search)
{
  if (!ui_wait(find_row, &search, 5000))
    g_error("no row \"%s\" in the list", search.what);
  ui_activate_row(search.list, search.position);
}

static gboolean
has_title(gconstpointer object, const char *what)
{
  const cc_event *event = object;
  return g_strcmp0(event->title, what) == 0;
}

static gboolean
has_name(gconstpointer object, const char *what)
{
  const cc_attendee *attendee = object;
  g_autofree char *name = g_strdup_printf("%s, %s", attendee->last_name, attendee->first_name);
  return g_str_equal(name, what);
}

void
stage_open_event(stage *it, const char *title)
{
  activate_row((row_search){.root = it->window, .is_it = has_title, .what = title});
  ui_get_named(it->window, "door-list-button");
}

void
stage_open_door_list(stage *it, const char *title)
{
  stage_open_event(it, title);
  ui_click(ui_get_named(it->window, "door-list-button"));
  ui_get_named(it->window, "door-list");
}

void
stage_activate_person(stage *it, const char *name)
{
  activate_row(
    (row_search){.root = it->window, .list_name = "door-list", .is_it = has_name, .what = name});
}

static gboolean
find_dialog(gpointer data)
{
  stage *it = data;
  GListModel *windows = gtk_window_get_toplevels();
  for (guint i = 0; i < g_list_model_get_n_items(windows); i++) {
    g_autoptr(GtkWidget) window = g_list_model_get_item(windows, i);
    if (window != it->window && gtk_widget_get_mapped(window))
      return TRUE;
  }
  return FALSE;
}

GtkWidget *
stage_get_dialog(stage *it)
{
  g_assert_true(ui_wait(find_dialog, it, 5000));
  GListModel *windows = gtk_window_get_toplevels();
  for (guint i = 0; i < g_list_model_get_n_items(windows); i++) {
    g_autoptr(GtkWidget) window = g_list_model_get_item(windows, i);
    if (window != it->window && gtk_widget_get_mapped(window))
      return window;
  }
  g_assert_not_reached();
}
