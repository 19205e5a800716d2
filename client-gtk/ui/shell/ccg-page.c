/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/shell/ccg-page.h"

typedef struct {
  AdwHeaderBar *header;
  char *title;
  char *subtitle;
  gboolean can_go_back;
  gboolean beside_list;
} CcgPagePrivate;

static void buildable_init(GtkBuildableIface *iface);

G_DEFINE_TYPE_WITH_CODE(CcgPage,
                        ccg_page,
                        GTK_TYPE_BOX,
                        G_ADD_PRIVATE(CcgPage)
                          G_IMPLEMENT_INTERFACE(GTK_TYPE_BUILDABLE, buildable_init))

enum {
  PROP_0,
  PROP_TITLE,
  PROP_SUBTITLE,
  PROP_CAN_GO_BACK,
  PROP_BESIDE_LIST,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];
static GtkBuildableIface *parent_buildable;

const char *
ccg_page_get_title(CcgPage *self)
{
  CcgPagePrivate *priv = ccg_page_get_instance_private(self);
  return priv->title;
}

static void
set_text(CcgPage *self, char **member, const char *text, GParamSpec *pspec)
{
  if (g_strcmp0(*member, text) == 0) {
    return;
  }
  g_free(*member);
  *member = g_strdup(text);
  g_object_notify_by_pspec(G_OBJECT(self), pspec);
}

void
ccg_page_set_title(CcgPage *self, const char *title)
{
  CcgPagePrivate *priv = ccg_page_get_instance_private(self);
  set_text(self, &priv->title, title, properties[PROP_TITLE]);
}

void
ccg_page_set_subtitle(CcgPage *self, const char *subtitle)
{
  CcgPagePrivate *priv = ccg_page_get_instance_private(self);
  set_text(self, &priv->subtitle, subtitle, properties[PROP_SUBTITLE]);
}

static void
ccg_page_add_child(GtkBuildable *buildable, GtkBuilder *builder, GObject *child, const char *type)
{
  CcgPagePrivate *priv = ccg_page_get_instance_private(CCG_PAGE(buildable));
  if (g_strcmp0(type, "end") == 0) {
    adw_header_bar_pack_end(priv->header, GTK_WIDGET(child));
    return;
  }
  parent_buildable->add_child(buildable, builder, child, type);
}

static void
buildable_init(GtkBuildableIface *iface)
{
  parent_buildable = g_type_interface_peek_parent(iface);
  iface->add_child = ccg_page_add_child;
}

static void
ccg_page_set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CcgPage *self = CCG_PAGE(object);
  CcgPagePrivate *priv = ccg_page_get_instance_private(self);
  switch (id) {
  case PROP_TITLE:
    ccg_page_set_title(self, g_value_get_string(value));
    break;
  case PROP_SUBTITLE:
    ccg_page_set_subtitle(self, g_value_get_string(value));
    break;
  case PROP_CAN_GO_BACK:
    priv->can_go_back = g_value_get_boolean(value);
    break;
  case PROP_BESIDE_LIST:
    priv->beside_list = g_value_get_boolean(value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void
ccg_page_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CcgPagePrivate *priv = ccg_page_get_instance_private(CCG_PAGE(object));
  switch (id) {
  case PROP_TITLE:
    g_value_set_string(value, priv->title);
    break;
  case PROP_SUBTITLE:
    g_value_set_string(value, priv->subtitle);
    break;
  case PROP_CAN_GO_BACK:
    g_value_set_boolean(value, priv->can_go_back);
    break;
  case PROP_BESIDE_LIST:
    g_value_set_boolean(value, priv->beside_list);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void
ccg_page_finalize(GObject *object)
{
  CcgPagePrivate *priv = ccg_page_get_instance_private(CCG_PAGE(object));
  g_free(priv->title);
  g_free(priv->subtitle);
  G_OBJECT_CLASS(ccg_page_parent_class)->finalize(object);
}

static void
ccg_page_class_init(CcgPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  object_class->set_property = ccg_page_set_property;
  object_class->get_property = ccg_page_get_property;
  object_class->finalize = ccg_page_finalize;

  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  properties[PROP_TITLE] = g_param_spec_string("title", NULL, NULL, NULL, flags);
  properties[PROP_SUBTITLE] = g_param_spec_string("subtitle", NULL, NULL, NULL, flags);
  properties[PROP_CAN_GO_BACK] = g_param_spec_boolean("can-go-back", NULL, NULL, FALSE, flags);
  properties[PROP_BESIDE_LIST] = g_param_spec_boolean("beside-list", NULL, NULL, FALSE, flags);
  g_object_class_install_properties(object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/shell/"
                                              "ccg-page.ui");
  gtk_widget_class_bind_template_child_private(widget_class, CcgPage, header);
}

static void
ccg_page_init(CcgPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
}
