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
  CCG_SESSION_STARTING = 0, /* looking for a kept token */
  CCG_SESSION_SIGNED_OUT,
  CCG_SESSION_SIGNED_IN,
} CcgSessionState;

/* @folder: where stores lie; NULL: g_get_user_data_dir()/campaign-center. */
CcgSession *ccg_session_new(const char *folder);

/* Take up a kept session. Never fails: ends signed in (also without network, from the local store)
 * or signed out. */
void ccg_session_restore(CcgSession *self);

/* @code: six digits, a recovery code, or NULL. On success the state is SIGNED_IN. Errors are
 * CCG_ERROR with the codes wrong_credentials, second_factor_required, second_factor_wrong,
 * email_unverified, or what ccg_error_is_offline knows; CC_ERR_MALFORMED with code "origin" for an
 * address that is none. */
void ccg_session_sign_in_async(CcgSession *self,
                               const char *origin,
                               const char *email,
                               const char *password,
                               const char *code,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean ccg_session_sign_in_finish(CcgSession *self, GAsyncResult *result, GError **error);

/* Forgets the token and the local store, here at once, on the server when it can be reached. */
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

/* No keyring: TRUE keeps the token in a file that only this user can read; FALSE keeps it in memory
 * until the program ends. */
void ccg_session_allow_file(CcgSession *self, gboolean allow);

/* While signed in; borrowed, NULL otherwise. */
CcgApi *ccg_session_get_api(CcgSession *self);
CcgStore *ccg_session_get_store(CcgSession *self);
CcgSync *ccg_session_get_sync(CcgSession *self);

G_END_DECLS
