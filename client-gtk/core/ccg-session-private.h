/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-session.h"
#include "common/api/cc-organization.h"

/* What the files of the session share. */

/* Who a token stands for: what the server says, or the store remembers. */
typedef struct ccg_identity {
  CcgDoc *me;          /* cc_user; NULL: not known */
  CcgDoc *memberships; /* page of cc_membership; NULL: not known */
} CcgIdentity;

void ccg_identity_free(CcgIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcgIdentity, ccg_identity_free)

/* Ask the server. */
void ccg_identity_ask_async(CcgApi *api,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
CcgIdentity *ccg_identity_ask_finish(GAsyncResult *result, GError **error);

/* The membership of an organization; @organization_id 0: the active one. NULL: not a member. */
const cc_membership *ccg_identity_find(const CcgIdentity *identity, gint64 organization_id);

/* Remember in a store, and take up from there (never NULL). */
void ccg_identity_save(const CcgIdentity *identity, CcgStore *store);
CcgIdentity *ccg_identity_load(CcgStore *store);

/* What the role and the member's permissions say. The server decides; this decides what is shown.
 */
gboolean ccg_membership_can_check_in(const cc_membership *membership);

struct _CcgSession {
  GObject parent_instance;

  char *folder;
  GSettings *settings; /* NULL: no schema is installed, nothing is remembered */
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

  GCancellable *life; /* of the present sign-in, or of the restore */
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

/* Each notifies when it changes something. */
void ccg_session_set_text(CcgSession *self, CcgSessionProp prop, char **member, const char *text);
void ccg_session_set_flag(CcgSession *self, CcgSessionProp prop, gboolean *member, gboolean value);
void ccg_session_set_state(CcgSession *self, CcgSessionState state);
void ccg_session_set_organization(CcgSession *self, gint64 organization_id);

/* What the next start takes up. */
void ccg_session_remember(CcgSession *self, gint64 organization_id);

/* --- ccg-session-enter.c */

/* Take a signed-in API into use: store, synchronization, properties. */
gboolean ccg_session_enter(CcgSession *self,
                           CcgApi *api,
                           gint64 organization_id,
                           const CcgIdentity *identity,
                           GError **error);

/* Stop using store and API; nothing is deleted. */
void ccg_session_leave(CcgSession *self);

/* Name, role and the list of organizations. */
void ccg_session_show_identity(CcgSession *self, const CcgIdentity *identity);

/* Sign out here: everything that this device knows goes. @message (nullable): why. */
void ccg_session_forget(CcgSession *self, const char *message);
