/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-api.h"
#include "client-gtk/core/ccg-store.h"
#include "client-gtk/core/ccg-sync.h"

G_BEGIN_DECLS

/* Who is signed in where. Owns the API, the local store of that person and organization, and the
 * synchronization. Properties, all read-only, notify:
 *   "state"             int, a CcgSessionState
 *   "origin"            string, the server's address; remembered in GSettings
 *   "user-name"         string
 *   "user-email"        string
 *   "organization-id"   int64, 0: none chosen
 *   "organization-name" string
 *   "role"              string
 *   "can-check-in"      boolean
 *   "keyring-missing"   boolean: there is no secret service; see ccg_session_allow_file
 *   "message"           string, translated: why one is signed out without having asked for it; NULL
 */
#define CCG_TYPE_SESSION (ccg_session_get_type())
G_DECLARE_FINAL_TYPE(CcgSession, ccg_session, CCG, SESSION, GObject)

typedef enum {
  CCG_SESSION_STARTING = 0, /* looking for a stored token */
  CCG_SESSION_SIGNED_OUT,
  CCG_SESSION_SIGNED_IN,
} CcgSessionState;

/* @folder: folder of the stores; NULL: g_get_user_data_dir()/campaign-center. */
CcgSession *ccg_session_new(const char *folder);

/* Restore a stored session. Never fails: the state becomes signed in (also without network, from
 * the local store) or signed out. */
void ccg_session_restore(CcgSession *self);

/* @code: six digits, a recovery code, or NULL. On success the state is SIGNED_IN. Errors are
 *   CCG_ERROR with the codes wrong_credentials, second_factor_required, second_factor_wrong,
 *   email_unverified, or errors recognized by ccg_error_is_offline; CC_ERR_MALFORMED with code
 *   "origin" for an invalid address. */
void ccg_session_sign_in_async(CcgSession *self,
                               const char *origin,
                               const char *email,
                               const char *password,
                               const char *code,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean ccg_session_sign_in_finish(CcgSession *self, GAsyncResult *result, GError **error);

/* Delete the token and the local store at once; the session on the server is ended when the
 * server can be reached. */
void ccg_session_sign_out(CcgSession *self);

/* The person's organizations: a GListModel of CcgRecord of cc_membership (name, role, …). Borrowed.
 */
GListModel *ccg_session_get_organizations(CcgSession *self);
void ccg_session_switch_organization_async(CcgSession *self,
                                           gint64 organization_id,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
gboolean
ccg_session_switch_organization_finish(CcgSession *self, GAsyncResult *result, GError **error);

/* Without a keyring: TRUE stores the token in a file that only this user can read; FALSE keeps
 * it in memory until the program ends. */
void ccg_session_allow_file(CcgSession *self, gboolean allow);

/* Only while signed in, NULL otherwise; borrowed. */
CcgApi *ccg_session_get_api(CcgSession *self);
CcgStore *ccg_session_get_store(CcgSession *self);
CcgSync *ccg_session_get_sync(CcgSession *self);

G_END_DECLS
