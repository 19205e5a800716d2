/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-session.h"

#include <glib/gstdio.h>
#include <string.h>

#include "client-gtk/core/ccg-api-private.h"
#include "client-gtk/core/ccg-error-private.h"
#include "client-gtk/core/ccg-keep.h"
#include "client-gtk/core/ccg-session-private.h"
#include "common/api/cc-account.h"

#define SCHEMA_ID "org.campaigncenter.CampaignCenter"

G_DEFINE_FINAL_TYPE(CcgSession, ccg_session, G_TYPE_OBJECT)

static GParamSpec *props[CCG_SESSION_N_PROPS];

void
ccg_session_set_text(CcgSession *self, CcgSessionProp prop, char **member, const char *text)
{
  if (g_strcmp0(*member, text) == 0)
    return;
  char *copy = g_strdup(text);
  g_free(*member);
  *member = copy;
  g_object_notify_by_pspec(G_OBJECT(self), props[prop]);
}

void
ccg_session_set_flag(CcgSession *self, CcgSessionProp prop, gboolean *member, gboolean value)
{
  if (*member == value)
    return;
  *member = value;
  g_object_notify_by_pspec(G_OBJECT(self), props[prop]);
}

void
ccg_session_set_state(CcgSession *self, CcgSessionState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec(G_OBJECT(self), props[CCG_SESSION_PROP_STATE]);
}

void
ccg_session_set_organization(CcgSession *self, gint64 organization_id)
{
  if (self->organization_id == organization_id)
    return;
  self->organization_id = organization_id;
  g_object_notify_by_pspec(G_OBJECT(self), props[CCG_SESSION_PROP_ORGANIZATION_ID]);
}

void
ccg_session_remember(CcgSession *self, gint64 organization_id)
{
  if (self->settings == NULL)
    return;
  g_settings_set_string(self->settings, "server", self->origin == NULL ? "" : self->origin);
  g_settings_set_int64(self->settings, "last-organization", organization_id);
}

static void
ccg_session_dispose(GObject *object)
{
  CcgSession *self = CCG_SESSION(object);
  ccg_session_leave(self);
  G_OBJECT_CLASS(ccg_session_parent_class)->dispose(object);
}

static void
ccg_session_finalize(GObject *object)
{
  CcgSession *self = CCG_SESSION(object);
  g_clear_pointer(&self->token, ccg_keep_free);
  g_clear_object(&self->settings);
  g_clear_object(&self->organizations);
  g_free(self->folder);
  g_free(self->origin);
  g_free(self->user_name);
  g_free(self->user_email);
  g_free(self->organization_name);
  g_free(self->role);
  g_free(self->message);
  G_OBJECT_CLASS(ccg_session_parent_class)->finalize(object);
}

static void
ccg_session_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CcgSession *self = CCG_SESSION(object);
  const char *const texts[CCG_SESSION_N_PROPS] = {
    [CCG_SESSION_PROP_ORIGIN] = self->origin,
    [CCG_SESSION_PROP_USER_NAME] = self->user_name,
    [CCG_SESSION_PROP_USER_EMAIL] = self->user_email,
    [CCG_SESSION_PROP_ORGANIZATION_NAME] = self->organization_name,
    [CCG_SESSION_PROP_ROLE] = self->role,
    [CCG_SESSION_PROP_MESSAGE] = self->message,
  };
  if (id == CCG_SESSION_PROP_STATE)
    g_value_set_int(value, (int) self->state);
  else if (id == CCG_SESSION_PROP_ORGANIZATION_ID)
    g_value_set_int64(value, self->organization_id);
  else if (id == CCG_SESSION_PROP_CAN_CHECK_IN)
    g_value_set_boolean(value, self->can_check_in);
  else if (id == CCG_SESSION_PROP_KEYRING_MISSING)
    g_value_set_boolean(value, self->keyring_missing);
  else if (id < CCG_SESSION_N_PROPS)
    g_value_set_string(value, texts[id]);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void
ccg_session_class_init(CcgSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->get_property = ccg_session_get_property;
  object_class->dispose = ccg_session_dispose;
  object_class->finalize = ccg_session_finalize;
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  props[CCG_SESSION_PROP_STATE] =
    g_param_spec_int("state", NULL, NULL, 0, CCG_SESSION_SIGNED_IN, CCG_SESSION_STARTING, flags);
  props[CCG_SESSION_PROP_ORIGIN] = g_param_spec_string("origin", NULL, NULL, NULL, flags);
  props[CCG_SESSION_PROP_USER_NAME] = g_param_spec_string("user-name", NULL, NULL, NULL, flags);
  props[CCG_SESSION_PROP_USER_EMAIL] = g_param_spec_string("user-email", NULL, NULL, NULL, flags);
  props[CCG_SESSION_PROP_ORGANIZATION_ID] =
    g_param_spec_int64("organization-id", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[CCG_SESSION_PROP_ORGANIZATION_NAME] =
    g_param_spec_string("organization-name", NULL, NULL, NULL, flags);
  props[CCG_SESSION_PROP_ROLE] = g_param_spec_string("role", NULL, NULL, NULL, flags);
  props[CCG_SESSION_PROP_CAN_CHECK_IN] =
    g_param_spec_boolean("can-check-in", NULL, NULL, FALSE, flags);
  props[CCG_SESSION_PROP_KEYRING_MISSING] =
    g_param_spec_boolean("keyring-missing", NULL, NULL, FALSE, flags);
  props[CCG_SESSION_PROP_MESSAGE] = g_param_spec_string("message", NULL, NULL, NULL, flags);
  g_object_class_install_properties(object_class, CCG_SESSION_N_PROPS, props);
}

static void
ccg_session_init(CcgSession *self)
{
  self->organizations = g_list_store_new(CCG_TYPE_RECORD);
  GSettingsSchemaSource *source = g_settings_schema_source_get_default();
  g_autoptr(GSettingsSchema) schema =
    source == NULL ? NULL : g_settings_schema_source_lookup(source, SCHEMA_ID, TRUE);
  if (schema == NULL)
    return;
  self->settings = g_settings_new_full(schema, NULL, NULL);
  g_autofree char *server = g_settings_get_string(self->settings, "server");
  self->origin = ccg_origin_parse(server);
}

CcgSession *
ccg_session_new(const char *folder)
{
  CcgSession *self = g_object_new(CCG_TYPE_SESSION, NULL);
  self->folder = folder != NULL ? g_strdup(folder)
                                : g_build_filename(g_get_user_data_dir(), "campaign-center", NULL);
  if (g_mkdir_with_parents(self->folder, 0700) != 0 || g_chmod(self->folder, 0700) != 0)
    g_warning("%s: %s", self->folder, g_strerror(errno));
  return self;
}

/* --- Signing in */

typedef struct {
  CcgApi *api;
  char *token;
  gint64 organization_id; /* the organization to enter */
  CcgIdentity *identity;
} sign_in;

static void
sign_in_free(sign_in *self)
{
  g_clear_object(&self->api);
  g_clear_pointer(&self->token, ccg_keep_free);
  g_clear_pointer(&self->identity, ccg_identity_free);
  g_free(self);
}

static void
on_kept(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(CcgSession) self = user_data;
  g_autoptr(GError) error = NULL;
  if (ccg_keep_store_finish(result, &error))
    return;
  g_message("The secret service: %s", error->message);
  if (self->token != NULL)
    ccg_session_set_flag(self, CCG_SESSION_PROP_KEYRING_MISSING, &self->keyring_missing, TRUE);
}

/* The server has answered everything that is needed: enter the organization. */
static void
sign_in_enter(GTask *task)
{
  CcgSession *self = g_task_get_source_object(task);
  sign_in *data = g_task_get_task_data(task);
  GError *error = NULL;
  ccg_session_leave(self);
  g_clear_pointer(&self->token, ccg_keep_free);
  self->token = g_strdup(data->token);
  ccg_session_set_text(self, CCG_SESSION_PROP_ORIGIN, &self->origin, ccg_api_get_origin(data->api));
  if (!ccg_session_enter(self, data->api, data->organization_id, data->identity, &error)) {
    g_task_return_error(task, error);
    return;
  }
  ccg_keep_store_async(self->origin, self->token, on_kept, g_object_ref(self));
  g_task_return_boolean(task, TRUE);
}

static void
on_chosen(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  g_autoptr(CcgDoc) doc G_GNUC_UNUSED = ccg_api_call_finish(CCG_API(source), result, &error);
  if (error != NULL)
    g_task_return_error(task, error);
  else
    sign_in_enter(task);
}

static void
choose_organization(CcgApi *api,
                    gint64 organization_id,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  cc_organization_choice body = {.organization_id = organization_id};
  CcgRequest request = {.op = &cc_op_switch_organization, .body = &body};
  ccg_api_call_async(api, &request, cancellable, callback, user_data);
}

static void
on_identity(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  sign_in *data = g_task_get_task_data(task);
  GError *error = NULL;
  data->identity = ccg_identity_ask_finish(result, &error);
  if (data->identity == NULL) {
    g_task_return_error(task, error);
    return;
  }
  const cc_membership *active = ccg_identity_find(data->identity, 0);
  if (active != NULL) {
    data->organization_id = active->id;
    sign_in_enter(task);
    return;
  }
  CcgDoc *all = data->identity->memberships;
  if (ccg_doc_get_n_items(all) == 0) {
    g_task_return_error(task,
                        ccg_error_new(CC_ERR_FORBIDDEN,
                                      "no_organization",
                                      "Not a member of an organization."));
    return;
  }
  data->organization_id = ((const cc_membership *) ccg_doc_get_item(all, 0))->id;
  choose_organization(data->api,
                      data->organization_id,
                      g_task_get_cancellable(task),
                      on_chosen,
                      g_object_ref(task));
}

static void
on_signed_in(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  sign_in *data = g_task_get_task_data(task);
  GError *error = NULL;
  g_autoptr(CcgDoc) doc = ccg_api_call_finish(CCG_API(source), result, &error);
  if (doc == NULL) {
    g_task_return_error(task, error);
    return;
  }
  const cc_sign_in_reply *reply = ccg_doc_get_object(doc);
  if (reply->token == NULL) {
    error = ccg_error_new(CC_ERR_INTERNAL, "answer_malformed", "There is no token in the answer.");
    g_task_return_error(task, error);
    return;
  }
  data->token = g_strdup(reply->token);
  ccg_api_set_token(data->api, data->token);
  explicit_bzero(reply->token, strlen(reply->token));
  ccg_identity_ask_async(data->api, g_task_get_cancellable(task), on_identity, g_object_ref(task));
}

void
ccg_session_sign_in_async(CcgSession *self,
                          const char *origin,
                          const char *email,
                          const char *password,
                          const char *code,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail(CCG_IS_SESSION(self));
  GTask *task = g_task_new(self, cancellable, callback, user_data);
  g_task_set_source_tag(task, ccg_session_sign_in_async);
  g_autofree char *parsed = ccg_origin_parse(origin);
  if (parsed == NULL) {
    g_task_return_error(task,
                        ccg_error_new(CC_ERR_MALFORMED, "origin", "This is no server address."));
    g_object_unref(task);
    return;
  }
  g_cancellable_cancel(self->life); /* a call of ccg_session_restore_async that has not ended */
  sign_in *data = g_new0(sign_in, 1);
  data->api = ccg_api_new(parsed);
  g_task_set_task_data(task, data, (GDestroyNotify) sign_in_free);
  g_autofree char *proof = g_strstrip(g_strdup(code == NULL ? "" : code));
  gboolean digits = strlen(proof) == 6 && strspn(proof, "0123456789") == 6;
  g_autofree char *device = g_strdup_printf("Campaign Center, %s", g_get_host_name());
  cc_sign_in body = {
    .email = (char *) email,
    .password = (char *) password,
    .code = digits ? proof : NULL,
    .recovery_code = digits || *proof == '\0' ? NULL : proof,
    .device_name = device,
  };
  CcgRequest request = {.op = &cc_op_sign_in, .body = &body};
  ccg_api_call_async(data->api, &request, cancellable, on_signed_in, task);
}

gboolean
ccg_session_sign_in_finish(CcgSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail(g_task_is_valid(result, self), FALSE);
  return g_task_propagate_boolean(G_TASK(result), error);
}

/* --- Signing out */

static void
on_signed_out(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(CcgDoc) doc G_GNUC_UNUSED = ccg_api_call_finish(CCG_API(source), result, NULL);
}

void
ccg_session_sign_out(CcgSession *self)
{
  g_return_if_fail(CCG_IS_SESSION(self));
  if (self->api != NULL) {
    CcgRequest request = {.op = &cc_op_sign_out};
    ccg_api_call_async(self->api, &request, NULL, on_signed_out, NULL);
  }
  ccg_session_forget(self, NULL);
}

/* --- Switching the organization */

static void
on_switched(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  CcgSession *self = g_task_get_source_object(task);
  gint64 wanted = *(gint64 *) g_task_get_task_data(task);
  GError *error = NULL;
  g_autoptr(CcgDoc) doc G_GNUC_UNUSED = ccg_api_call_finish(CCG_API(source), result, &error);
  g_autoptr(CcgApi) api = g_object_ref(CCG_API(source));
  if (self->api != api || error != NULL) {
    /* When the reply was lost, the server's active organization is unknown: the next start asks
     * for it. */
    if (self->api == api && !ccg_error_is_offline(error) &&
        !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      ccg_session_remember(self, self->organization_id);
    if (error == NULL)
      error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "Signed out");
    g_task_return_error(task, error);
    return;
  }
  g_autoptr(CcgIdentity) identity = ccg_identity_load(self->store);
  ccg_session_leave(self);
  if (ccg_session_enter(self, api, wanted, identity, &error))
    g_task_return_boolean(task, TRUE);
  else
    g_task_return_error(task, error);
}

void
ccg_session_switch_organization_async(CcgSession *self,
                                      gint64 organization_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail(CCG_IS_SESSION(self) && self->api != NULL);
  GTask *task = g_task_new(self, cancellable, callback, user_data);
  g_task_set_source_tag(task, ccg_session_switch_organization_async);
  g_task_set_task_data(task, g_memdup2(&organization_id, sizeof organization_id), g_free);
  ccg_session_remember(self, 0);
  choose_organization(self->api, organization_id, cancellable, on_switched, task);
}

gboolean
ccg_session_switch_organization_finish(CcgSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail(g_task_is_valid(result, self), FALSE);
  return g_task_propagate_boolean(G_TASK(result), error);
}

GListModel *
ccg_session_get_organizations(CcgSession *self)
{
  g_return_val_if_fail(CCG_IS_SESSION(self), NULL);
  return G_LIST_MODEL(self->organizations);
}

void
ccg_session_allow_file(CcgSession *self, gboolean allow)
{
  g_return_if_fail(CCG_IS_SESSION(self));
  g_autoptr(GError) error = NULL;
  if (allow && self->token != NULL && !ccg_keep_file_store(self->folder, self->token, &error))
    g_warning("%s", error->message);
  ccg_session_set_flag(self, CCG_SESSION_PROP_KEYRING_MISSING, &self->keyring_missing, FALSE);
}

CcgApi *
ccg_session_get_api(CcgSession *self)
{
  g_return_val_if_fail(CCG_IS_SESSION(self), NULL);
  return self->api;
}

CcgStore *
ccg_session_get_store(CcgSession *self)
{
  g_return_val_if_fail(CCG_IS_SESSION(self), NULL);
  return self->store;
}

CcgSync *
ccg_session_get_sync(CcgSession *self)
{
  g_return_val_if_fail(CCG_IS_SESSION(self), NULL);
  return self->sync;
}
