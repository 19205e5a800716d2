/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/account/ccg-account-page.h"
#include "client-gtk/ui/account/ccg-organization-list.h"
#include "client-gtk/ui/common/ccg-toast.h"
#include "client-gtk/ui/door/ccg-door-page.h"
#include "client-gtk/ui/door/ccg-walk-in-window.h"
#include "client-gtk/ui/events/ccg-event-page.h"
#include "client-gtk/ui/events/ccg-event-row.h"
#include "client-gtk/ui/events/ccg-events-view.h"
#include "client-gtk/ui/session/ccg-sign-in-page.h"
#include "client-gtk/ui/shell/ccg-shell.h"
#include "client-gtk/ui/window/ccg-window.h"
#include "tests/client/ui/stage.h"

/* Every .ui file of the resource is built by its class, with handlers and bindings: every
 * warning of GtkBuilder is fatal. */

#define ROOT "/org/campaigncenter/CampaignCenter"

static GType
type_of_template(const char *text)
{
  const char *begin = strstr(text, "<template class=\"");
  if (begin == NULL)
    return G_TYPE_INVALID;
  begin += strlen("<template class=\"");
  g_autofree char *name = g_strndup(begin, strcspn(begin, "\""));
  GType type = g_type_from_name(name);
  if (type == G_TYPE_INVALID)
    g_error("%s: no such class: add the class to this test", name);
  return type;
}

static void
test_file(gconstpointer data)
{
  const char *path = data;
  g_autoptr(GBytes) bytes = g_resources_lookup_data(path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_assert_nonnull(bytes);
  GType type = type_of_template(g_bytes_get_data(bytes, NULL));
  if (type == G_TYPE_INVALID) {
    g_autoptr(GtkBuilder) builder = gtk_builder_new_from_resource(path);
    GSList *objects = gtk_builder_get_objects(builder);
    g_assert_nonnull(objects);
    for (GSList *at = objects; at != NULL; at = at->next)
      if (GTK_IS_WINDOW(at->data))
        gtk_window_destroy(at->data);
    g_slist_free(objects);
    return;
  }
  GtkWidget *widget = g_object_new(type, NULL);
  g_assert_nonnull(gtk_widget_get_first_child(widget));
  if (GTK_IS_WINDOW(widget)) {
    gtk_window_destroy(GTK_WINDOW(widget));
    return;
  }
  g_object_ref_sink(widget);
  g_assert_finalize_object(widget);
}

static guint
add_folder(const char *folder)
{
  g_auto(GStrv) names = g_resources_enumerate_children(folder, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  guint n = 0;
  for (char **name = names; name != NULL && *name != NULL; name++) {
    g_autofree char *path = g_strconcat(folder, "/", *name, NULL);
    if (g_str_has_suffix(path, "/")) {
      path[strlen(path) - 1] = '\0';
      n += add_folder(path);
    } else if (g_str_has_suffix(path, ".ui")) {
      g_autofree char *test = g_strconcat("/templates/", *name, NULL);
      g_test_add_data_func_full(test, g_strdup(path), test_file, g_free);
      n++;
    }
  }
  return n;
}

static GType (*const types[])(void) = {
  ccg_account_page_get_type,
  ccg_door_page_get_type,
  ccg_event_page_get_type,
  ccg_event_row_get_type,
  ccg_events_view_get_type,
  ccg_organization_list_get_type,
  ccg_page_get_type,
  ccg_shell_get_type,
  ccg_sign_in_page_get_type,
  ccg_toast_get_type,
  ccg_walk_in_window_get_type,
  ccg_window_get_type,
};

int
main(int argc, char **argv)
{
  stage_init(&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
    g_type_ensure(types[i]());
  g_assert_cmpuint(add_folder(ROOT), >=, G_N_ELEMENTS(types));
  return g_test_run();
}
