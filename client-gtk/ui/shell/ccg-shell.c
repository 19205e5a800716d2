/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/shell/ccg-shell.h"

#include <glib/gi18n.h>

#include "client-gtk/ui/shell/ccg-swipe.h"

struct _CcgShell {
  AdwBin parent_instance;

  AdwLeaflet *leaflet;
  GtkWidget *list_pane;
  AdwViewSwitcherTitle *switcher_title;
  AdwViewSwitcherBar *switcher_bar;
  AdwViewStack *sections;
  AdwLeaflet *pages;
  GtkWidget *empty_page;

  GPtrArray *open;    /* CcgPages, the deepest one last; the leaflet owns them */
  gboolean is_moving; /* the shell itself is changing the panes */
  char *title;
};

G_DEFINE_FINAL_TYPE(CcgShell, ccg_shell, ADW_TYPE_BIN)

enum {
  PROP_0,
  PROP_TITLE,
  PROP_FOLDED,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static CcgPage *
deepest(CcgShell *self)
{
  return self->open->len > 0 ? g_ptr_array_index(self->open, self->open->len - 1) : NULL;
}

static gboolean
shows_list_only(CcgShell *self)
{
  return adw_leaflet_get_folded(self->leaflet) &&
         adw_leaflet_get_visible_child(self->leaflet) == self->list_pane;
}

CcgPage *
ccg_shell_get_page(CcgShell *self)
{
  return shows_list_only(self) ? NULL : deepest(self);
}

const char *
ccg_shell_get_title(CcgShell *self)
{
  return self->title;
}

static void
update_title(CcgShell *self)
{
  CcgPage *page = ccg_shell_get_page(self);
  const char *title = page != NULL ? ccg_page_get_title(page) : NULL;
  GtkWidget *section = adw_view_stack_get_visible_child(self->sections);
  if (page == NULL && section != NULL) {
    title = adw_view_stack_page_get_title(adw_view_stack_get_page(self->sections, section));
  }
  g_free(self->title);
  self->title = g_strdup(title);
  g_object_notify_by_pspec(G_OBJECT(self), properties[PROP_TITLE]);
}

/* Choose the gesture that goes back: the inner pane's when several pages are open, else the
 * outer one's. */
static void
update_panes(CcgShell *self)
{
  gboolean folded = adw_leaflet_get_folded(self->leaflet);
  for (guint i = 0; i < self->open->len; i++) {
    g_object_set(g_ptr_array_index(self->open, i),
                 "can-go-back",
                 folded || i > 0,
                 "beside-list",
                 !folded,
                 NULL);
  }
  adw_leaflet_set_can_navigate_back(self->pages, self->open->len > 1);
  adw_leaflet_set_can_navigate_back(self->leaflet, self->open->len <= 1);
  update_title(self);
}

static void
drop_pages(CcgShell *self, guint keep)
{
  while (self->open->len > keep) {
    CcgPage *page = g_ptr_array_steal_index(self->open, self->open->len - 1);
    g_signal_handlers_disconnect_by_func(page, update_title, self);
    adw_leaflet_remove(self->pages, GTK_WIDGET(page));
  }
}

/* A swipe or Back has ended: close the page that was left. */
static void
on_moved(CcgShell *self)
{
  if (self->is_moving || self->open == NULL) {
    return;
  }
  self->is_moving = TRUE;
  if (shows_list_only(self) && !adw_leaflet_get_child_transition_running(self->leaflet)) {
    adw_leaflet_set_visible_child(self->pages, self->empty_page);
    drop_pages(self, 0);
  } else if (!adw_leaflet_get_child_transition_running(self->pages)) {
    guint keep = 0;
    while (keep < self->open->len && g_ptr_array_index(self->open, keep) !=
                                       (gpointer) adw_leaflet_get_visible_child(self->pages)) {
      keep++;
    }
    drop_pages(self, MIN(keep + 1, self->open->len));
  }
  self->is_moving = FALSE;
  update_panes(self);
}

static void
on_folded_changed(CcgShell *self)
{
  if (self->open == NULL) {
    return;
  }
  g_object_notify_by_pspec(G_OBJECT(self), properties[PROP_FOLDED]);
  if (self->open->len == 0) {
    adw_leaflet_set_visible_child(self->leaflet, self->list_pane);
  }
  on_moved(self);
}

static gboolean
reveal_switcher_bar(GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  CcgShell *self = CCG_SHELL(widget);
  gboolean title_visible = adw_view_switcher_title_get_title_visible(self->switcher_title);
  adw_view_switcher_bar_set_reveal(self->switcher_bar, title_visible);
  return G_SOURCE_REMOVE;
}

/* The title detects during the layout whether the switcher fits beside it. The bar is shown in
 * the next frame: shown within this layout, it would get the height of a hidden bar, which is
 * less than its padding. */
static void
on_title_visible_changed(CcgShell *self)
{
  gtk_widget_add_tick_callback(GTK_WIDGET(self), reveal_switcher_bar, NULL, NULL);
}

void
ccg_shell_add_section(CcgShell *self,
                      GtkWidget *child,
                      const char *name,
                      const char *title,
                      const char *icon_name)
{
  adw_view_stack_add_titled_with_icon(self->sections, child, name, title, icon_name);
}

static void
append_page(CcgShell *self, CcgPage *page)
{
  g_ptr_array_add(self->open, page);
  g_signal_connect_swapped(page, "notify::title", G_CALLBACK(update_title), self);
  adw_leaflet_append(self->pages, GTK_WIDGET(page));
}

void
ccg_shell_push(CcgShell *self, CcgPage *page)
{
  self->is_moving = TRUE;
  append_page(self, page);
  adw_leaflet_set_visible_child(self->pages, GTK_WIDGET(page));
  adw_leaflet_set_visible_child(self->leaflet, GTK_WIDGET(self->pages));
  self->is_moving = FALSE;
  update_panes(self);
}

void
ccg_shell_open(CcgShell *self, CcgPage *page)
{
  self->is_moving = TRUE;
  drop_pages(self, 0);
  self->is_moving = FALSE;
  ccg_shell_push(self, page);
}

gboolean
ccg_shell_back(CcgShell *self)
{
  if (self->open->len > 1) {
    return adw_leaflet_navigate(self->pages, ADW_NAVIGATION_DIRECTION_BACK);
  }
  if (!adw_leaflet_get_folded(self->leaflet)) {
    return FALSE;
  }
  return adw_leaflet_navigate(self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

void
ccg_shell_clear(CcgShell *self)
{
  self->is_moving = TRUE;
  adw_leaflet_set_visible_child(self->leaflet, self->list_pane);
  adw_leaflet_set_visible_child(self->pages, self->empty_page);
  drop_pages(self, 0);
  self->is_moving = FALSE;
  update_panes(self);
}

static void
ccg_shell_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CcgShell *self = CCG_SHELL(object);
  switch (id) {
  case PROP_TITLE:
    g_value_set_string(value, self->title);
    break;
  case PROP_FOLDED:
    g_value_set_boolean(value, adw_leaflet_get_folded(self->leaflet));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void
ccg_shell_dispose(GObject *object)
{
  CcgShell *self = CCG_SHELL(object);
  if (self->open != NULL) {
    self->is_moving = TRUE;
    drop_pages(self, 0);
    g_clear_pointer(&self->open, g_ptr_array_unref);
  }
  G_OBJECT_CLASS(ccg_shell_parent_class)->dispose(object);
}

static void
ccg_shell_finalize(GObject *object)
{
  g_free(CCG_SHELL(object)->title);
  G_OBJECT_CLASS(ccg_shell_parent_class)->finalize(object);
}

static void
ccg_shell_class_init(CcgShellClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  object_class->get_property = ccg_shell_get_property;
  object_class->dispose = ccg_shell_dispose;
  object_class->finalize = ccg_shell_finalize;

  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  properties[PROP_TITLE] = g_param_spec_string("title", NULL, NULL, NULL, flags);
  properties[PROP_FOLDED] = g_param_spec_boolean("folded", NULL, NULL, FALSE, flags);
  g_object_class_install_properties(object_class, N_PROPS, properties);

  g_type_ensure(CCG_TYPE_PAGE);
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/shell/"
                                              "ccg-shell.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgShell, leaflet);
  gtk_widget_class_bind_template_child(widget_class, CcgShell, list_pane);
  gtk_widget_class_bind_template_child(widget_class, CcgShell, switcher_title);
  gtk_widget_class_bind_template_child(widget_class, CcgShell, switcher_bar);
  gtk_widget_class_bind_template_child(widget_class, CcgShell, sections);
  gtk_widget_class_bind_template_child(widget_class, CcgShell, pages);
  gtk_widget_class_bind_template_child(widget_class, CcgShell, empty_page);
  gtk_widget_class_bind_template_callback(widget_class, on_moved);
  gtk_widget_class_bind_template_callback(widget_class, on_folded_changed);
  gtk_widget_class_bind_template_callback(widget_class, on_title_visible_changed);
}

static void
ccg_shell_init(CcgShell *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->open = g_ptr_array_new();
  ccg_swipe_watch(self->leaflet);
  ccg_swipe_watch(self->pages);
  update_panes(self);
}
