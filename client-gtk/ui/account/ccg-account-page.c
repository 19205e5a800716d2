/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/account/ccg-account-page.h"

#include <glib/gi18n.h>

#include "client-gtk/ui/account/ccg-organization-list.h"
#include "client-gtk/ui/common/ccg-text.h"

struct _CcgAccountPage {
  CcgPage parent_instance;

  AdwAvatar *avatar;
  GtkLabel *name;
  AdwActionRow *email;
  AdwActionRow *organization;
  AdwActionRow *role;
  AdwActionRow *server;
  CcgOrganizationList *organizations;

  CcgSession *session;
};

G_DEFINE_FINAL_TYPE(CcgAccountPage, ccg_account_page, CCG_TYPE_PAGE)

static void
set_row(AdwActionRow *row, const char *text)
{
  adw_action_row_set_subtitle(row, ccg_text_or_empty(text));
}

static void
update(CcgAccountPage *self)
{
  g_autofree char *name = NULL;
  g_autofree char *email = NULL;
  g_autofree char *organization = NULL;
  g_autofree char *role = NULL;
  g_autofree char *origin = NULL;
  g_object_get(self->session,
               "user-name",
               &name,
               "user-email",
               &email,
               "organization-name",
               &organization,
               "role",
               &role,
               "origin",
               &origin,
               NULL);
  adw_avatar_set_text(self->avatar, name);
  gtk_label_set_text(self->name, ccg_text_or_empty(name));
  set_row(self->email, email);
  set_row(self->organization, organization);
  set_row(self->role, ccg_text_role(role));
  set_row(self->server, origin);
}

CcgPage *
ccg_account_page_new(CcgSession *session)
{
  CcgAccountPage *self = g_object_new(CCG_TYPE_ACCOUNT_PAGE, NULL);
  self->session = g_object_ref(session);
  ccg_organization_list_set_session(self->organizations, session);
  g_signal_connect_object(session, "notify", G_CALLBACK(update), self, G_CONNECT_SWAPPED);
  update(self);
  return CCG_PAGE(self);
}

static void
ccg_account_page_dispose(GObject *object)
{
  CcgAccountPage *self = CCG_ACCOUNT_PAGE(object);
  if (self->session != NULL) {
    g_signal_handlers_disconnect_by_data(self->session, self);
  }
  g_clear_object(&self->session);
  gtk_widget_dispose_template(GTK_WIDGET(self), CCG_TYPE_ACCOUNT_PAGE);
  G_OBJECT_CLASS(ccg_account_page_parent_class)->dispose(object);
}

static void
ccg_account_page_class_init(CcgAccountPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = ccg_account_page_dispose;
  g_type_ensure(CCG_TYPE_ORGANIZATION_LIST);
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/campaigncenter/CampaignCenter/account/"
                                              "ccg-account-page.ui");
  gtk_widget_class_bind_template_child(widget_class, CcgAccountPage, avatar);
  gtk_widget_class_bind_template_child(widget_class, CcgAccountPage, name);
  gtk_widget_class_bind_template_child(widget_class, CcgAccountPage, email);
  gtk_widget_class_bind_template_child(widget_class, CcgAccountPage, organization);
  gtk_widget_class_bind_template_child(widget_class, CcgAccountPage, role);
  gtk_widget_class_bind_template_child(widget_class, CcgAccountPage, server);
  gtk_widget_class_bind_template_child(widget_class, CcgAccountPage, organizations);
}

static void
ccg_account_page_init(CcgAccountPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  ccg_page_set_title(CCG_PAGE(self), _("Account"));
}
