/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-session.h"
struct _CcgSession { GObject parent_instance; };
G_DEFINE_FINAL_TYPE(CcgSession, ccg_session, G_TYPE_OBJECT)
static void ccg_session_class_init(CcgSessionClass *k) {}
static void ccg_session_init(CcgSession *s) {}
CcgSession *ccg_session_new(const char *folder) { return g_object_new(CCG_TYPE_SESSION, NULL); }
void ccg_session_restore(CcgSession *self) {}
void ccg_session_sign_in_async(CcgSession *self, const char *origin, const char *email, const char *password, const char *code, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data) {}
gboolean ccg_session_sign_in_finish(CcgSession *self, GAsyncResult *result, GError **error) { return FALSE; }
void ccg_session_sign_out(CcgSession *self) {}
GListModel *ccg_session_get_organizations(CcgSession *self) { return NULL; }
void ccg_session_switch_organization_async(CcgSession *self, gint64 organization_id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data) {}
gboolean ccg_session_switch_organization_finish(CcgSession *self, GAsyncResult *result, GError **error) { return FALSE; }
void ccg_session_allow_file(CcgSession *self, gboolean allow) {}
CcgApi *ccg_session_get_api(CcgSession *self) { return NULL; }
CcgStore *ccg_session_get_store(CcgSession *self) { return NULL; }
CcgSync *ccg_session_get_sync(CcgSession *self) { return NULL; }
