/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/application/ccg-application.h"

#include <glib/gi18n.h>

#include "client-gtk/ui/window/ccg-window.h"

struct _CcgApplication {
  AdwApplication parent_instance;

  GSettings *settings;
  CcgSession *session;
  char *server; /* suggested by the option --server or the environment */
  char *size;   /* WxH, for demonstrations and tests */
};

G_DEFINE_FINAL_TYPE(CcgApplication, ccg_application, ADW_TYPE_APPLICATION)

static void
on_quit(GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(data));
  if (window != NULL) {
    gtk_window_close(window);
  }
  g_application_quit(G_APPLICATION(data));
}

static void
set_accels(GtkApplication *application)
{
  const struct {
    const char *action;
    const char *keys[3];
  } accels[] = {
    {"app.quit", {"<Control>q", NULL, NULL}},
    {"win.back", {"<Alt>Left", "Back", NULL}},
    {"win.search", {"<Control>f", NULL, NULL}},
    {"win.walk-in", {"<Control>n", NULL, NULL}},
    {"win.refresh", {"F5", "<Control>r", NULL}},
    {"win.shortcuts", {"<Control>question", NULL, NULL}},
  };

  for (gsize i = 0; i < G_N_ELEMENTS(accels); i++) {
    gtk_application_set_accels_for_action(application, accels[i].action, accels[i].keys);
  }
}

/* Parse "360x720"; other texts are ignored. */
static gboolean
parse_size(const char *text, int *width, int *height)
{
  g_auto(GStrv) parts = text != NULL ? g_strsplit(text, "x", 2) : NULL;
  guint64 w, h;
  if (parts == NULL || g_strv_length(parts) != 2 ||
      !g_ascii_string_to_unsigned(parts[0], 10, 1, 20000, &w, NULL) ||
      !g_ascii_string_to_unsigned(parts[1], 10, 1, 20000, &h, NULL)) {
    return FALSE;
  }
  *width = (int) w;
  *height = (int) h;
  return TRUE;
}

static void
restore_size(CcgApplication *self, GtkWindow *window)
{
  int width, height;
  if (parse_size(self->size, &width, &height)) {
    gtk_window_set_default_size(window, width, height);
    return;
  }
  gtk_window_set_default_size(window,
                              g_settings_get_int(self->settings, "window-width"),
                              g_settings_get_int(self->settings, "window-height"));
  if (g_settings_get_boolean(self->settings, "maximized")) {
    gtk_window_maximize(window);
  }
}

static gboolean
on_close(GtkWindow *window, CcgApplication *self)
{
  int width, height;
  if (self->size != NULL) {
    return GDK_EVENT_PROPAGATE;
  }
  gtk_window_get_default_size(window, &width, &height);
  g_settings_set_int(self->settings, "window-width", CLAMP(width, 300, 20000));
  g_settings_set_int(self->settings, "window-height", CLAMP(height, 200, 20000));
  g_settings_set_boolean(self->settings, "maximized", gtk_window_is_maximized(window));
  return GDK_EVENT_PROPAGATE;
}

/* With CAMPAIGN_TRACE=N, a time of the monotonic clock in microseconds, print the milliseconds
 * from then to the end of the first frame. */
static void
on_first_frame(GdkFrameClock *clock, gpointer data)
{
  g_signal_handlers_disconnect_by_func(clock, on_first_frame, data);
  gint64 begin = g_ascii_strtoll(g_getenv("CAMPAIGN_TRACE"), NULL, 10);
  g_printerr("first-frame %" G_GINT64_FORMAT "\n", (g_get_monotonic_time() - begin) / 1000);
}

static void
trace_first_frame(GtkWidget *window)
{
  if (g_getenv("CAMPAIGN_TRACE") == NULL) {
    return;
  }
  gtk_widget_realize(window);
  g_signal_connect(gtk_widget_get_frame_clock(window),
                   "after-paint",
                   G_CALLBACK(on_first_frame),
                   NULL);
}

static void
ccg_application_activate(GApplication *application)
{
  CcgApplication *self = CCG_APPLICATION(application);
  GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(self));
  if (window == NULL) {
    window = GTK_WINDOW(ccg_window_new(ADW_APPLICATION(self), self->session, self->server));
    restore_size(self, window);
    g_signal_connect_object(window, "close-request", G_CALLBACK(on_close), self, 0);
    trace_first_frame(GTK_WIDGET(window));
  }
  gtk_window_present(window);
}

static void
ccg_application_startup(GApplication *application)
{
  CcgApplication *self = CCG_APPLICATION(application);
  const GActionEntry actions[] = {{.name = "quit", .activate = on_quit}};
  G_APPLICATION_CLASS(ccg_application_parent_class)->startup(application);
  gtk_window_set_default_icon_name(CCG_APPLICATION_ID);
  g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
  set_accels(GTK_APPLICATION(self));
  self->settings = g_settings_new(CCG_APPLICATION_ID);
  self->session = ccg_session_new(NULL);
  ccg_session_restore(self->session);
}

static int
ccg_application_handle_local_options(GApplication *application, GVariantDict *options)
{
  CcgApplication *self = CCG_APPLICATION(application);
  if (g_variant_dict_contains(options, "version")) {
    g_print("campaign-center %s\n", CCG_VERSION);
    return 0;
  }
  g_variant_dict_lookup(options, "size", "s", &self->size);
  if (!g_variant_dict_lookup(options, "server", "s", &self->server)) {
    self->server = g_strdup(g_getenv("CAMPAIGN_SERVER"));
  }
  return -1;
}

CcgApplication *
ccg_application_new(void)
{
  GApplicationFlags flags =
    g_getenv("CAMPAIGN_TESTING") != NULL ? G_APPLICATION_NON_UNIQUE : G_APPLICATION_DEFAULT_FLAGS;
  return g_object_new(CCG_TYPE_APPLICATION,
                      "application-id",
                      CCG_APPLICATION_ID,
                      "resource-base-path",
                      "/org/campaigncenter/CampaignCenter",
                      "flags",
                      flags,
                      NULL);
}

static void
ccg_application_finalize(GObject *object)
{
  CcgApplication *self = CCG_APPLICATION(object);
  g_clear_object(&self->session);
  g_clear_object(&self->settings);
  g_free(self->server);
  g_free(self->size);
  G_OBJECT_CLASS(ccg_application_parent_class)->finalize(object);
}

static void
ccg_application_class_init(CcgApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = ccg_application_finalize;
  application_class->startup = ccg_application_startup;
  application_class->activate = ccg_application_activate;
  application_class->handle_local_options = ccg_application_handle_local_options;
}

static void
ccg_application_init(CcgApplication *self)
{
  const GOptionEntry options[] = {
    {"server", 0, 0, G_OPTION_ARG_STRING, NULL, N_("Address of the server"), N_("URL")},
    {"size", 0, 0, G_OPTION_ARG_STRING, NULL, N_("Size of the window"), N_("WIDTHxHEIGHT")},
    {"version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Show the version"), NULL},
    {0},
  };
  g_application_add_main_option_entries(G_APPLICATION(self), options);
}
