/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-session.h"
#include "common/api/cc-organization.h"

/* Declarations shared by the files of the session. */

/* The person of a token: as the server describes them, or as the store remembers them. */
typedef struct ccg_identity {
  CcgDoc *me;          /* cc_user; NULL: not known */
  CcgDoc *memberships; /* page of cc_membership; NULL: not known */
} CcgIdentity;

void ccg_identity_free(CcgIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcgIdentity, ccg_identity_free)

/* Ask the server for the identity. */
void ccg_identity_ask_async(CcgApi *api,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
CcgIdentity *ccg_identity_ask_finish(GAsyncResult *result, GError **error);

/* The membership in an organization; @organization_id 0: in the active one. NULL: not a member. */
const cc_membership *ccg_identity_find(const CcgIdentity *identity, gint64 organization_id);

/* Save the identity in a store, and read it from there. The result of reading is never NULL; its
 * members may be. */
void ccg_identity_save(const CcgIdentity *identity, CcgStore *store);
CcgIdentity *ccg_identity_load(CcgStore *store);

/* What role and permissions of the member allow. It decides what the client shows; the server
 * checks every request by itself. */
gboolean ccg_membership_can_check_in(const cc_membership *membership);

struct _CcgSession {
  GObject parent_instance;

  char *folder;
  GSettings *settings; /* NULL: the settings schema is not installed, so nothing is saved */
  CcgSessionState state;
  char *origin;
  char *token; /* while signed in; cleared before it is freed */
  char *user_name, *user_email;
  gint64 organization_id;
  char *organization_name, *role;
  gboolean can_check_in;
  gboolean keyring_missing;
  char *message;
  GListStore *organizations;

  GCancellable *life; /* of the running sign-in or restore */
  CcgApi *api;
  CcgStore *store;
  CcgSync *sync;
};

typedef enum {
  CCG_SESSION_PROP_STATE = 1,
  CCG_SESSION_PROP_ORIGIN,
  CCG_SESSION_PROP_USER_NAME,
  CCG_SESSION_PROP_USER_EMAIL,
  CCG_SESSION_PROP_ORGANIZATION_ID,
  CCG_SESSION_PROP_ORGANIZATION_NAME,
  CCG_SESSION_PROP_ROLE,
  CCG_SESSION_PROP_CAN_CHECK_IN,
  CCG_SESSION_PROP_KEYRING_MISSING,
  CCG_SESSION_PROP_MESSAGE,
  CCG_SESSION_N_PROPS,
} CcgSessionProp;

/* --- ccg-session.c */

/* Each sets a property and emits "notify" when the value has changed. */
void ccg_session_set_text(CcgSession *self, CcgSessionProp prop, char **member, const char *text);
void ccg_session_set_flag(CcgSession *self, CcgSessionProp prop, gboolean *member, gboolean value);
void ccg_session_set_state(CcgSession *self, CcgSessionState state);
void ccg_session_set_organization(CcgSession *self, gint64 organization_id);

/* Save what the next start of the program restores. */
void ccg_session_remember(CcgSession *self, gint64 organization_id);

/* --- ccg-session-enter.c */

/* Use an API that is signed in: open the store, start the synchronization, set the properties. */
gboolean ccg_session_enter(CcgSession *self,
                           CcgApi *api,
                           gint64 organization_id,
                           const CcgIdentity *identity,
                           GError **error);

/* Close store and synchronization, and forget the API. The data stays on the disk. */
void ccg_session_leave(CcgSession *self);

/* Set the properties for name, role and the list of organizations. */
void ccg_session_show_identity(CcgSession *self, const CcgIdentity *identity);

/* Sign out on this device: delete the token and every store. @message (nullable): the reason,
 * shown to the person. */
void ccg_session_forget(CcgSession *self, const char *message);
