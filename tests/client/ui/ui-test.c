/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/client/ui/ui-test.h"

#include <time.h>

#define DEADLINE_MS 5000

guint
ui_slowness(void)
{
  const char *text = g_getenv("CAMPAIGN_UI_SLOWNESS");
  guint64 slowness = text == NULL ? 1 : g_ascii_strtoull(text, NULL, 10);
  return (guint) CLAMP(slowness, 1, 100);
}

/* --- waiting for a condition --- */

static gboolean
on_deadline(gpointer user_data)
{
  gboolean *is_over = user_data;
  *is_over = TRUE;
  return G_SOURCE_REMOVE;
}

/* Conditions are checked after every iteration of the main loop; this timer ensures that the
 * loop iterates. */
static gboolean
on_beat(gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

gboolean
ui_wait(gboolean (*condition)(gpointer data), gpointer data, guint ms)
{
  gboolean is_over = FALSE;
  guint deadline = g_timeout_add(ms * ui_slowness(), on_deadline, &is_over);
  guint beat = g_timeout_add(10, on_beat, NULL);
  gboolean came = condition(data);
  while (!came && !is_over) {
    g_main_context_iteration(NULL, TRUE);
    came = condition(data);
  }
  if (!is_over)
    g_source_remove(deadline);
  g_source_remove(beat);
  return came;
}

/* Check that every icon exists: GTK draws a broken picture for a missing icon, without a
 * message. */
static void
check_icons(GtkWidget *widget)
{
  const char *name = GTK_IS_IMAGE(widget) ? gtk_image_get_icon_name(GTK_IMAGE(widget)) : NULL;
  if (name != NULL &&
      !gtk_icon_theme_has_icon(gtk_icon_theme_get_for_display(gtk_widget_get_display(widget)),
                               name))
    g_error("the icon theme has no %s", name);
  for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
       child = gtk_widget_get_next_sibling(child))
    check_icons(child);
}

/* Wait until three iterations in a row had nothing to do: layout and drawing have lower
 * priorities. If something never stops, such as a spinner, the wait ends after a second. */
void
ui_settle(void)
{
  gint64 end = g_get_monotonic_time() + G_USEC_PER_SEC;
  for (guint idle = 0; idle < 3 && g_get_monotonic_time() < end;) {
    if (g_main_context_iteration(NULL, FALSE)) {
      idle = 0;
      continue;
    }
    idle++;
    g_usleep(17000); /* duration of one frame: the timer of a frame is not ready earlier */
  }
  GListModel *windows = gtk_window_get_toplevels();
  for (guint i = 0; i < g_list_model_get_n_items(windows); i++) {
    g_autoptr(GtkWidget) window = g_list_model_get_item(windows, i);
    check_icons(window);
  }
}

/* --- finding widgets --- */

static const char *
text_of(GtkWidget *widget)
{
  if (GTK_IS_LABEL(widget))
    return gtk_label_get_text(GTK_LABEL(widget));
  if (GTK_IS_BUTTON(widget))
    return gtk_button_get_label(GTK_BUTTON(widget));
  if (ADW_IS_PREFERENCES_ROW(widget))
    return adw_preferences_row_get_title(ADW_PREFERENCES_ROW(widget));
  if (ADW_IS_STATUS_PAGE(widget))
    return adw_status_page_get_title(ADW_STATUS_PAGE(widget));
  return NULL;
}

/* Does the text with a mnemonic, such as "_Sign in", show the wanted text "Sign in"? */
static gboolean
reads(const char *have, const char *want)
{
  if (have == NULL)
    return FALSE;
  for (; *have != '\0'; have++) {
    if (*have == '_')
      continue;
    if (*have != *want)
      return FALSE;
    want++;
  }
  return *want == '\0';
}

typedef struct search {
  GtkWidget *root;
  GType type;
  const char *text, *name, *part;
  GtkWidget *found;
} search;

static gboolean
matches(GtkWidget *widget, const search *what)
{
  if (what->type != G_TYPE_INVALID && !g_type_is_a(G_OBJECT_TYPE(widget), what->type))
    return FALSE;
  if (what->text != NULL && !reads(text_of(widget), what->text))
    return FALSE;
  if (what->name != NULL && g_strcmp0(gtk_widget_get_name(widget), what->name) != 0)
    return FALSE;
  if (what->part == NULL)
    return TRUE;
  return GTK_IS_LABEL(widget) && strstr(gtk_label_get_text(GTK_LABEL(widget)), what->part) != NULL;
}

static GtkWidget *
find_below(GtkWidget *widget, const search *what)
{
  if (!gtk_widget_get_mapped(widget))
    return NULL;
  if (matches(widget, what))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
       child = gtk_widget_get_next_sibling(child)) {
    GtkWidget *found = find_below(child, what);
    if (found != NULL)
      return found;
  }
  return NULL;
}

GtkWidget *
ui_find(GtkWidget *root, GType type, const char *text)
{
  const search what = {.type = type, .text = text};
  return find_below(root, &what);
}

GtkWidget *
ui_find_named(GtkWidget *root, const char *name)
{
  const search what = {.name = name};
  return find_below(root, &what);
}

GtkWidget *
ui_find_says(GtkWidget *root, const char *part)
{
  const search what = {.type = GTK_TYPE_LABEL, .part = part};
  return find_below(root, &what);
}

static void
print_tree(GtkWidget *widget, int depth)
{
  if (!gtk_widget_get_mapped(widget))
    return;
  const char *text = text_of(widget), *name = gtk_widget_get_name(widget);
  g_printerr("%*s%s %s \"%s\"\n",
             depth * 2,
             "",
             G_OBJECT_TYPE_NAME(widget),
             g_strcmp0(name, G_OBJECT_TYPE_NAME(widget)) == 0 ? "" : name,
             text == NULL ? "" : text);
  for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
       child = gtk_widget_get_next_sibling(child))
    print_tree(child, depth + 1);
}

static gboolean
is_found(gpointer data)
{
  search *what = data;
  what->found = find_below(what->root, what);
  return what->found != NULL;
}

static GtkWidget *
get(search what)
{
  if (!ui_wait(is_found, &what, DEADLINE_MS)) {
    print_tree(what.root, 0);
    g_error("no %s \"%s\" on the screen",
            what.type == G_TYPE_INVALID ? "widget" : g_type_name(what.type),
            what.text != NULL ? what.text : (what.name != NULL ? what.name : what.part));
  }
  return what.found;
}

GtkWidget *
ui_get(GtkWidget *root, GType type, const char *text)
{
  return get((search){.root = root, .type = type, .text = text});
}

GtkWidget *
ui_get_named(GtkWidget *root, const char *name)
{
  return get((search){.root = root, .name = name});
}

GtkWidget *
ui_get_says(GtkWidget *root, const char *part)
{
  return get((search){.root = root, .type = GTK_TYPE_LABEL, .part = part});
}

static gboolean
is_gone(gpointer data)
{
  return !is_found(data);
}

void
ui_wait_gone(GtkWidget *root, GType type, const char *text)
{
  search what = {.root = root, .type = type, .text = text};
  if (!ui_wait(is_gone, &what, DEADLINE_MS))
    g_error("%s \"%s\" is still on the screen", g_type_name(type), text);
}

/* --- clicking and typing --- */

void
ui_type(GtkWidget *editable, const char *text)
{
  gtk_editable_set_text(GTK_EDITABLE(editable), text);
}

void
ui_click(GtkWidget *widget)
{
  g_assert_true(gtk_widget_is_sensitive(widget));
  g_assert_true(gtk_widget_activate(widget));
}

void
ui_activate_row(GtkWidget *list_view, guint position)
{
  g_assert_true(gtk_widget_activate_action(list_view, "list.activate-item", "u", position));
}

int
ui_min_width(GtkWidget *widget)
{
  int minimum;
  gtk_widget_measure(widget, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return minimum;
}

static gboolean
shows_a_picture_only(GtkWidget *widget)
{
  if (GTK_IS_MENU_BUTTON(widget))
    return gtk_menu_button_get_label(GTK_MENU_BUTTON(widget)) == NULL;
  if (!GTK_IS_BUTTON(widget) || GTK_IS_MENU_BUTTON(gtk_widget_get_parent(widget)))
    return FALSE;
  return gtk_button_get_icon_name(GTK_BUTTON(widget)) != NULL;
}

/* Is the widget a part that a library creates inside its own widgets? Its name is the library's
 * task. */
static gboolean
is_a_library_part(GtkWidget *widget)
{
  for (GtkWidget *at = gtk_widget_get_parent(widget); at != NULL; at = gtk_widget_get_parent(at))
    if (GTK_IS_WINDOW_CONTROLS(at) || ADW_IS_VIEW_SWITCHER(at) || ADW_IS_ENTRY_ROW(at) ||
        ADW_IS_ABOUT_WINDOW(at) || GTK_IS_SEARCH_BAR(at) || GTK_IS_SPIN_BUTTON(at))
      return TRUE;
  return FALSE;
}

guint
ui_count_nameless(GtkWidget *root)
{
  guint n = 0;
  if (shows_a_picture_only(root) && !is_a_library_part(root) &&
      !gtk_test_accessible_has_property(GTK_ACCESSIBLE(root), GTK_ACCESSIBLE_PROPERTY_LABEL)) {
    g_test_message("no accessible name: %s %s",
                   G_OBJECT_TYPE_NAME(root),
                   gtk_widget_get_name(root));
    n++;
  }
  for (GtkWidget *child = gtk_widget_get_first_child(root); child != NULL;
       child = gtk_widget_get_next_sibling(child))
    n += ui_count_nameless(child);
  return n;
}

/* Is the label's text truncated: an ellipsis, text larger than the label, or beyond the edge of
 * the window? */
static gboolean
is_cut(GtkWidget *widget)
{
  GtkWidget *window = GTK_WIDGET(gtk_widget_get_root(widget));
  graphene_rect_t box;
  int width, height;
  if (!gtk_widget_compute_bounds(widget, window, &box) || box.origin.x < 0 ||
      box.origin.x + box.size.width > (float) gtk_widget_get_width(window))
    return TRUE;
  if (!GTK_IS_LABEL(widget))
    return FALSE;
  PangoLayout *layout = gtk_label_get_layout(GTK_LABEL(widget));
  pango_layout_get_pixel_size(layout, &width, &height);
  return pango_layout_is_ellipsized(layout) || width > gtk_widget_get_width(widget) ||
         height > gtk_widget_get_height(widget);
}

guint
ui_count_cut(GtkWidget *root, const char *content)
{
  guint n = 0;
  if (!gtk_widget_get_mapped(root) || GTK_IS_LIST_VIEW(root))
    return 0;
  if ((GTK_IS_LABEL(root) || GTK_IS_BUTTON(root)) && g_strcmp0(text_of(root), content) != 0 &&
      is_cut(root)) {
    g_test_message("cut off: %s \"%s\"", G_OBJECT_TYPE_NAME(root), text_of(root));
    n++;
  }
  for (GtkWidget *child = gtk_widget_get_first_child(root); child != NULL;
       child = gtk_widget_get_next_sibling(child))
    n += ui_count_cut(child, content);
  return n;
}

/* --- pictures --- */

typedef struct shot {
  GtkWidget *window;
  GskRenderNode *node;
} shot;

/* Take a picture. The paintable is empty while a layout is pending, so this may have to be
 * repeated. */
static gboolean
take_shot(gpointer data)
{
  shot *it = data;
  g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new(it->window);
  GtkSnapshot *snapshot = gtk_snapshot_new();
  gdk_paintable_snapshot(paintable,
                         snapshot,
                         gtk_widget_get_width(it->window),
                         gtk_widget_get_height(it->window));
  it->node = gtk_snapshot_free_to_node(snapshot);
  return it->node != NULL;
}

void
ui_picture(GtkWidget *window, const char *name)
{
  const char *folder = g_getenv("CAMPAIGN_UI_PICTURES");
  if (folder == NULL)
    return;
  ui_settle();
  shot it = {window, NULL};
  g_assert_true(ui_wait(take_shot, &it, DEADLINE_MS));
  GskRenderer *renderer = gtk_native_get_renderer(GTK_NATIVE(window));
  const graphene_rect_t whole = GRAPHENE_RECT_INIT(0,
                                                   0,
                                                   (float) gtk_widget_get_width(window),
                                                   (float) gtk_widget_get_height(window));
  g_autoptr(GdkTexture) texture = gsk_renderer_render_texture(renderer, it.node, &whole);
  g_autofree char *file = g_strdup_printf("%s.png", name);
  g_autofree char *path = g_build_filename(folder, file, NULL);
  g_mkdir_with_parents(folder, 0755);
  g_assert_true(gdk_texture_save_to_png(texture, path));
  gsk_render_node_unref(it.node);
}

/* --- detecting blocked frames --- */

static struct {
  gint64 last,
    worst; /* time of the last iteration, and longest pause, in microseconds of the clock */
  gint64 last_cpu, worst_cpu; /* the same in CPU time of this thread */
  guint source;
} loop_watch;

static gint64
thread_cpu_time(void)
{
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gboolean
on_loop(gpointer user_data)
{
  gint64 now = g_get_monotonic_time(), cpu = thread_cpu_time();
  loop_watch.worst = MAX(loop_watch.worst, now - loop_watch.last);
  loop_watch.worst_cpu = MAX(loop_watch.worst_cpu, cpu - loop_watch.last_cpu);
  loop_watch.last = now;
  loop_watch.last_cpu = cpu;
  return G_SOURCE_CONTINUE;
}

/* Start a timer of one millisecond with the highest priority: when it is late, the main loop was
 * busy for that time. */
void
ui_watch_loop(void)
{
  if (loop_watch.source == 0)
    loop_watch.source = g_timeout_add_full(G_PRIORITY_HIGH, 1, on_loop, NULL, NULL);
  loop_watch.last = g_get_monotonic_time();
  loop_watch.last_cpu = thread_cpu_time();
  loop_watch.worst = loop_watch.worst_cpu = 0;
}

void
ui_worst_stall(double *ret_ms, double *ret_cpu_ms)
{
  g_clear_handle_id(&loop_watch.source, g_source_remove);
  (void) on_loop(NULL);
  *ret_ms = (double) loop_watch.worst / 1000;
  *ret_cpu_ms = (double) loop_watch.worst_cpu / 1000;
}

/* --- logs --- */

static const char *const noise[] = {
  "attempt to allocate",               /* reason: AdwSqueezer without animations, GTK 4.8 */
  "did not receive a focus-out event", /* reason: a page with the focus was hidden while the window
                                          had no focus */
};

/* Is the warning about the heading of an AdwMessageDialog? The dialog tries two sizes of its
 * heading in a width that may be too small for both, and GTK 4.14 and later warn about that. For
 * any other label the warning is a fault. */
static gboolean
is_heading_of_dialog(const char *message)
{
  const char *label =
    g_str_has_prefix(message, "Trying to measure GtkLabel ") ? strstr(message, "0x") : NULL;
  if (label == NULL)
    return FALSE;
  GtkWidget *parent =
    gtk_widget_get_parent((GtkWidget *) (guintptr) g_ascii_strtoull(label, NULL, 16));
  return parent != NULL && g_str_equal(G_OBJECT_TYPE_NAME(parent), "AdwGizmo") &&
         gtk_widget_get_ancestor(parent, ADW_TYPE_MESSAGE_DIALOG) != NULL;
}

static gboolean
is_noise(const char *message)
{
  for (gsize i = 0; i < G_N_ELEMENTS(noise); i++)
    if (strstr(message, noise[i]) != NULL)
      return TRUE;
  return is_heading_of_dialog(message);
}

static GLogWriterOutput
write_log(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal(fields[i].key, "MESSAGE") && is_noise(fields[i].value))
      return G_LOG_WRITER_HANDLED;
  return g_log_writer_default(level, fields, n_fields, user_data);
}

void
ui_quiet_noise(void)
{
  g_log_set_writer_func(write_log, NULL, NULL);
}
