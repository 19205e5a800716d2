/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "client-gtk/core/ccg-api-private.h"
#include "client-gtk/core/ccg-error.h"
#include "client-gtk/core/ccg-keep.h"
#include "client-gtk/core/ccg-session-private.h"
#include "common/api/cc-account.h"

/* Entering and leaving an organization. */

static char *
store_path(CcgSession *self, const char *origin, gint64 organization_id)
{
  g_autofree char *what = g_strdup_printf("%s\n%" G_GINT64_FORMAT, origin, organization_id);
  g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, what, -1);
  g_autofree char *name = g_strdup_printf("%.32s.db", hash);
  return g_build_filename(self->folder, name, NULL);
}

static void
show_organizations(CcgSession *self, CcgDoc *page)
{
  g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func(g_object_unref);
  for (guint i = 0; i < ccg_doc_get_n_items(page); i++)
    g_ptr_array_add(records, ccg_record_new(page, &cc_membership_type, ccg_doc_get_item(page, i)));
  g_list_store_splice(self->organizations,
                      0,
                      g_list_model_get_n_items(G_LIST_MODEL(self->organizations)),
                      records->pdata,
                      records->len);
}

static void
show_membership(CcgSession *self, const cc_membership *membership)
{
  const char *role = membership->role > 0 && (size_t) membership->role <= cc_role_enum.n
                       ? cc_role_enum.names[membership->role - 1]
                       : NULL;
  ccg_session_set_text(self,
                       CCG_SESSION_PROP_ORGANIZATION_NAME,
                       &self->organization_name,
                       membership->name);
  ccg_session_set_text(self, CCG_SESSION_PROP_ROLE, &self->role, role);
  ccg_session_set_flag(self,
                       CCG_SESSION_PROP_CAN_CHECK_IN,
                       &self->can_check_in,
                       ccg_membership_can_check_in(membership));
}

void
ccg_session_show_identity(CcgSession *self, const CcgIdentity *identity)
{
  if (identity->me != NULL) {
    const cc_user *me = ccg_doc_get_object(identity->me);
    g_autofree char *name = g_strdup_printf("%s %s",
                                            me->first_name == NULL ? "" : me->first_name,
                                            me->last_name == NULL ? "" : me->last_name);
    ccg_session_set_text(self, CCG_SESSION_PROP_USER_NAME, &self->user_name, g_strstrip(name));
    ccg_session_set_text(self, CCG_SESSION_PROP_USER_EMAIL, &self->user_email, me->email);
  }
  if (identity->memberships != NULL)
    show_organizations(self, identity->memberships);
  const cc_membership *here = ccg_identity_find(identity, self->organization_id);
  if (here != NULL)
    show_membership(self, here);
}

static void
on_unauthenticated(CcgApi *api, CcgSession *self)
{
  ccg_session_forget(self, _("You were signed out. Sign in again."));
}

gboolean
ccg_session_enter(CcgSession *self,
                  CcgApi *api,
                  gint64 organization_id,
                  const CcgIdentity *identity,
                  GError **error)
{
  g_autofree char *path = store_path(self, ccg_api_get_origin(api), organization_id);
  CcgStore *store = ccg_store_new(path, error);
  if (store == NULL)
    return FALSE;
  (void) g_chmod(path, 0600);
  self->life = g_cancellable_new();
  self->store = store;
  self->api = g_object_ref(api);
  self->sync = ccg_sync_new(api, store);
  g_signal_connect(api, "unauthenticated", G_CALLBACK(on_unauthenticated), self);
  if (identity != NULL)
    ccg_identity_save(identity, store);
  g_autoptr(CcgIdentity) known = ccg_identity_load(store);
  ccg_session_remember(self, organization_id);
  ccg_session_set_text(self, CCG_SESSION_PROP_MESSAGE, &self->message, NULL);
  g_object_freeze_notify(G_OBJECT(self));
  ccg_session_set_organization(self, organization_id);
  ccg_session_show_identity(self, known);
  ccg_session_set_state(self, CCG_SESSION_SIGNED_IN);
  g_object_thaw_notify(G_OBJECT(self));
  if (self->sync != NULL)
    ccg_sync_start(self->sync);
  return TRUE;
}

void
ccg_session_leave(CcgSession *self)
{
  g_cancellable_cancel(self->life);
  g_clear_object(&self->life);
  if (self->sync != NULL)
    ccg_sync_stop(self->sync);
  if (self->api != NULL)
    g_signal_handlers_disconnect_by_data(self->api, self);
  g_clear_object(&self->sync);
  g_clear_object(&self->store);
  g_clear_object(&self->api);
}

/* Also wipe the stores of other organizations, which are closed now. */
static void
wipe_folder(CcgSession *self)
{
  g_autoptr(GDir) folder = g_dir_open(self->folder, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    if (strstr(name, ".db") == NULL)
      continue;
    g_autofree char *path = g_build_filename(self->folder, name, NULL);
    (void) g_unlink(path);
  }
}

void
ccg_session_forget(CcgSession *self, const char *message)
{
  if (self->api != NULL)
    ccg_api_set_token(self->api, NULL);
  g_autoptr(CcgStore) store = self->store == NULL ? NULL : g_object_ref(self->store);
  ccg_session_leave(self);
  if (store != NULL)
    ccg_store_wipe(store);
  wipe_folder(self);
  if (self->origin != NULL)
    ccg_keep_clear(self->origin, self->folder);
  g_clear_pointer(&self->token, ccg_keep_free);
  ccg_session_remember(self, 0);
  g_object_freeze_notify(G_OBJECT(self));
  g_list_store_remove_all(self->organizations);
  ccg_session_set_text(self, CCG_SESSION_PROP_USER_NAME, &self->user_name, NULL);
  ccg_session_set_text(self, CCG_SESSION_PROP_USER_EMAIL, &self->user_email, NULL);
  ccg_session_set_organization(self, 0);
  ccg_session_set_text(self, CCG_SESSION_PROP_ORGANIZATION_NAME, &self->organization_name, NULL);
  ccg_session_set_text(self, CCG_SESSION_PROP_ROLE, &self->role, NULL);
  ccg_session_set_flag(self, CCG_SESSION_PROP_CAN_CHECK_IN, &self->can_check_in, FALSE);
  ccg_session_set_flag(self, CCG_SESSION_PROP_KEYRING_MISSING, &self->keyring_missing, FALSE);
  ccg_session_set_text(self, CCG_SESSION_PROP_MESSAGE, &self->message, message);
  ccg_session_set_state(self, CCG_SESSION_SIGNED_OUT);
  g_object_thaw_notify(G_OBJECT(self));
}

/* --- Restoring a stored session */

/* The person is signed in from the local store. Now ask the server for user and organizations,
 * when it can be reached. */
static void
on_identity_again(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(CcgSession) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(CcgIdentity) identity = ccg_identity_ask_finish(result, &error);
  if (identity == NULL || self->api != CCG_API(source))
    return;
  const cc_membership *active = ccg_identity_find(identity, 0);
  if (active != NULL && active->id != self->organization_id) {
    /* Another organization is active on the server: enter that one first, so that its rows do
     * not get into the store of this one. */
    g_autoptr(CcgApi) api = g_object_ref(self->api);
    ccg_session_leave(self);
    if (!ccg_session_enter(self, api, active->id, identity, &error))
      g_warning("%s", error->message);
    return;
  }
  ccg_identity_save(identity, self->store);
  ccg_session_show_identity(self, identity);
}

static void
on_identity_first(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(CcgSession) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(CcgIdentity) identity = ccg_identity_ask_finish(result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->api != NULL)
    return;
  const cc_membership *active = identity == NULL ? NULL : ccg_identity_find(identity, 0);
  g_clear_object(&self->life);
  if (active != NULL && ccg_session_enter(self, CCG_API(source), active->id, identity, NULL))
    return;
  g_autofree char *message = error == NULL ? NULL : ccg_error_describe(error);
  g_clear_pointer(&self->token, ccg_keep_free);
  ccg_session_set_text(self, CCG_SESSION_PROP_MESSAGE, &self->message, message);
  ccg_session_set_state(self, CCG_SESSION_SIGNED_OUT);
}

static void
take_up(CcgSession *self, char *token)
{
  self->token = token;
  g_autoptr(CcgApi) api = ccg_api_new(self->origin);
  ccg_api_set_token(api, token);
  gint64 last =
    self->settings == NULL ? 0 : g_settings_get_int64(self->settings, "last-organization");
  g_autoptr(GError) error = NULL;
  if (last == 0) {
    ccg_identity_ask_async(api, self->life, on_identity_first, g_object_ref(self));
    return;
  }
  g_clear_object(&self->life);
  if (!ccg_session_enter(self, api, last, NULL, &error)) {
    g_warning("%s", error->message);
    ccg_session_set_state(self, CCG_SESSION_SIGNED_OUT);
    return;
  }
  ccg_identity_ask_async(api, self->life, on_identity_again, g_object_ref(self));
}

static void
on_looked_up(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(CcgSession) self = user_data;
  g_autoptr(GError) error = NULL;
  char *token = ccg_keep_lookup_finish(result, &error);
  if (self->api != NULL || self->life == NULL) {
    ccg_keep_free(token);
    return;
  }
  if (g_cancellable_is_cancelled(self->life)) {
    /* The person has signed in by hand in the meantime. */
    ccg_keep_free(token);
    g_clear_object(&self->life);
    ccg_session_set_state(self, CCG_SESSION_SIGNED_OUT);
    return;
  }
  if (token == NULL)
    token = ccg_keep_file_lookup(self->folder);
  if (token != NULL)
    take_up(self, token);
  else
    ccg_session_set_state(self, CCG_SESSION_SIGNED_OUT);
}

void
ccg_session_restore(CcgSession *self)
{
  g_return_if_fail(CCG_IS_SESSION(self));
  if (self->origin == NULL) {
    ccg_session_set_state(self, CCG_SESSION_SIGNED_OUT);
    return;
  }
  self->life = g_cancellable_new();
  ccg_keep_lookup_async(self->origin, self->life, on_looked_up, g_object_ref(self));
}
