/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/common/ccg-field-error.h"

struct _CcgFieldError {
  GtkListBoxRow parent_instance;

  GtkLabel *label;
  GtkWidget *field;
};

G_DEFINE_FINAL_TYPE(CcgFieldError, ccg_field_error, GTK_TYPE_LIST_BOX_ROW)

enum {
  PROP_0,
  PROP_TEXT,
  PROP_FIELD,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

void
ccg_field_error_set_text(CcgFieldError *self, const char *text)
{
  gboolean wrong = text != NULL && *text != '\0';
  gtk_label_set_text(self->label, wrong ? text : "");
  gtk_widget_set_visible(GTK_WIDGET(self), wrong);
  if (self->field == NULL) {
    return;
  }
  if (wrong) {
    gtk_widget_add_css_class(self->field, "error");
    gtk_accessible_update_state(GTK_ACCESSIBLE(self->field),
                                GTK_ACCESSIBLE_STATE_INVALID,
                                GTK_ACCESSIBLE_INVALID_TRUE,
                                -1);
  } else {
    gtk_widget_remove_css_class(self->field, "error");
    gtk_accessible_reset_state(GTK_ACCESSIBLE(self->field), GTK_ACCESSIBLE_STATE_INVALID);
  }
}

/* The buttons that libadwaita adds to entry rows have a tooltip but no accessible name: add one
 * for screen readers. */
static void
name_buttons(GtkWidget *widget)
{
  const char *tooltip = GTK_IS_BUTTON(widget) ? gtk_widget_get_tooltip_text(widget) : NULL;
  if (tooltip != NULL) {
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget),
                                   GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   tooltip,
                                   -1);
  }
  for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
       child = gtk_widget_get_next_sibling(child)) {
    name_buttons(child);
  }
}

static void
set_field(CcgFieldError *self, GtkWidget *field)
{
  g_set_weak_pointer(&self->field, field);
  if (field != NULL) {
    gtk_accessible_update_relation(GTK_ACCESSIBLE(field),
                                   GTK_ACCESSIBLE_RELATION_DESCRIBED_BY,
                                   self->label,
                                   NULL,
                                   -1);
    name_buttons(field);
  }
}

static void
ccg_field_error_set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CcgFieldError *self = CCG_FIELD_ERROR(object);
  switch (id) {
  case PROP_TEXT:
    ccg_field_error_set_text(self, g_value_get_string(value));
    break;
  case PROP_FIELD:
    set_field(self, g_value_get_object(value));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void
ccg_field_error_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CcgFieldError *self = CCG_FIELD_ERROR(object);
  switch (id) {
  case PROP_TEXT:
    g_value_set_string(value, gtk_label_get_text(self->label));
    break;
  case PROP_FIELD:
    g_value_set_object(value, self->field);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void
ccg_field_error_dispose(GObject *object)
{
  CcgFieldError *self = CCG_FIELD_ERROR(object);
  g_clear_weak_pointer(&self->field);
  G_OBJECT_CLASS(ccg_field_error_parent_class)->dispose(object);
}

static void
ccg_field_error_class_init(CcgFieldErrorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = ccg_field_error_set_property;
  object_class->get_property = ccg_field_error_get_property;
  object_class->dispose = ccg_field_error_dispose;

  properties[PROP_TEXT] =
    g_param_spec_string("text", NULL, NULL, "", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_FIELD] = g_param_spec_object("field",
                                               NULL,
                                               NULL,
                                               GTK_TYPE_WIDGET,
                                               G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties(object_class, N_PROPS, properties);
}

static void
ccg_field_error_init(CcgFieldError *self)
{
  self->label = GTK_LABEL(gtk_label_new(""));
  gtk_label_set_wrap(self->label, TRUE);
  gtk_label_set_xalign(self->label, 0);
  gtk_widget_add_css_class(GTK_WIDGET(self->label), "error");
  gtk_widget_add_css_class(GTK_WIDGET(self), "field-error");
  gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(self), GTK_WIDGET(self->label));
  gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(self), FALSE);
  gtk_widget_set_focusable(GTK_WIDGET(self), FALSE);
  gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
}
