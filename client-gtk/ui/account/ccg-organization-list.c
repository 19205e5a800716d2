/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/account/ccg-organization-list.h"

#include <glib/gi18n.h>

#include "client-gtk/core/ccg-error.h"
#include "client-gtk/ui/common/ccg-text.h"
#include "common/api/cc-organization.h"

struct _CcgOrganizationList {
  AdwBin parent_instance;

  GtkListBox *list;
  GtkRevealer *failure;
  GtkLabel *failure_label;

  CcgSession *session;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE(CcgOrganizationList, ccg_organization_list, ADW_TYPE_BIN)

static gint64
current_of(CcgOrganizationList *self)
{
  gint64 current = 0;
  g_object_get(self->session, "organization-id", &current, NULL);
  return current;
}

static const char *
role_name(int role)
{
  if (role < 1 || (gsize) role > cc_role_enum.n) {
    return "";
  }
  return ccg_text_role(cc_role_enum.names[role - 1]);
}

static GtkWidget *
make_row(gpointer item, gpointer data)
{
  CcgOrganizationList *self = data;
  const cc_membership *membership = ccg_record_get(item);
  GtkWidget *row = adw_action_row_new();
  adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
  adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), ccg_text_or_empty(membership->name));
  adw_action_row_set_subtitle(ADW_ACTION_ROW(row), role_name(membership->role));
  gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row), TRUE);
  if (membership->id == current_of(self)) {
    GtkWidget *mark = g_object_new(GTK_TYPE_IMAGE, "icon-name", "object-select-symbolic", NULL);
    gtk_accessible_update_property(GTK_ACCESSIBLE(mark),
                                   GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Open now"),
                                   -1);
    adw_action_row_add_suffix(ADW_ACTION_ROW(row), mark);
  }
  return row;
}

static void
rebuild(CcgOrganizationList *self)
{
  gtk_list_box_bind_model(self->list,
                          ccg_session_get_organizations(self->session),
                          make_row,
                          self,
                          NULL);
}

static void
on_switched(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(CcgOrganizationList) self = data;
  g_autoptr(GError) error = NULL;
  gboolean switched = ccg_session_switch_organization_finish(CCG_SESSION(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->session == NULL) {
    return;
  }
  gtk_widget_set_sensitive(GTK_WIDGET(self->list), TRUE);
  if (!switched) {
    g_autofree char *text = ccg_error_describe(error);
    gtk_label_set_text(self->failure_label, text);
    gtk_revealer_set_reveal_child(self->failure, TRUE);
  }
}

static void
on_row_activated(CcgOrganizationList *self, GtkListBoxRow *row)
{
  guint position = (guint) gtk_list_box_row_get_index(row);
  g_autoptr(CcgRecord) record =
    g_list_model_get_item(ccg_session_get_organizations(self->session), position);
  if (record == NULL) {
    return;
  }
  const cc_membership *membership = ccg_record_get(record);
  if (membership->id == current_of(self)) {
    return;
  }
  gtk_revealer_set_reveal_child(self->failure, FALSE);
  gtk_widget_set_sensitive(GTK_WIDGET(self->list), FALSE);
  ccg_session_switch_organization_async(self->session,
                                        membership->id,
                                        self->cancellable,
                                        on_switched,
                                        g_object_ref(self));
}

void
ccg_organization_list_set_session(CcgOrganizationList *self, CcgSession *session)
{
  if (!g_set_object(&self->session, session)) {
    return;
  }
  g_signal_connect_object(session,
                          "notify::organization-id",
                          G_CALLBACK(rebuild),
                          self,
                          G_CONNECT_SWAPPED);
  rebuild(self);
}

static void
ccg_organization_list_dispose(GObject *object)
{
  CcgOrganizationList *self = CCG_ORGANIZATION_LIST(object);
  g_cancellable_cancel(self->cancellable);
  if (self->list != NULL) {
    gtk_list_box_bind_model(self->list, NULL, NULL, NULL, NULL);
  }
  if (self->session != NULL) {
    g_signal_handlers_disconnect_by_data(self->session, self);
  }
  g_clear_object(&self->session);
  G_OBJECT_CLASS(ccg_organization_list_parent_class)->dispose(object);
}

static void
ccg_organization_list_finalize(GObject *object)
{
  g_clear_object(&CCG_ORGANIZATION_LIST(object)->cancellable);
  G_OBJECT_CLASS(ccg_organization_list_parent_class)->finalize(object);
}

static void
ccg_organization_list_class_init(CcgOrganizationListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = ccg_organization_list_dispose;
  G_OBJECT_CLASS(klass)->finalize = ccg_organization_list_finalize;
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/account/"
                                              "ccg-organization-list.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgOrganizationList, list);
  gtk_widget_class_bind_template_child(widget_class, CcgOrganizationList, failure);
  gtk_widget_class_bind_template_child(widget_class, CcgOrganizationList, failure_label);
  gtk_widget_class_bind_template_callback(widget_class, on_row_activated);
}

static void
ccg_organization_list_init(CcgOrganizationList *self)
{
  self->cancellable = g_cancellable_new();
  gtk_widget_init_template(GTK_WIDGET(self));
}
