/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "client-gtk/core/ccg-api-private.h"
#include "client-gtk/core/ccg-session-private.h"
#include "common/api/cc-account.h"
#include "common/api/cc-page.h"

#define TEXT_CEILING ((size_t) 4 * 1024 * 1024)

void
ccg_identity_free(CcgIdentity *identity)
{
  g_clear_pointer(&identity->me, ccg_doc_unref);
  g_clear_pointer(&identity->memberships, ccg_doc_unref);
  g_free(identity);
}

static void
on_memberships(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  CcgIdentity *made = g_task_get_task_data(task);
  GError *error = NULL;
  made->memberships = ccg_api_call_finish(CCG_API(source), result, &error);
  if (made->memberships == NULL) {
    g_task_return_error(task, error);
    return;
  }
  CcgIdentity *whole = g_memdup2(made, sizeof *made);
  *made = (CcgIdentity){0};
  g_task_return_pointer(task, whole, (GDestroyNotify) ccg_identity_free);
}

static void
on_me(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  CcgIdentity *made = g_task_get_task_data(task);
  GError *error = NULL;
  made->me = ccg_api_call_finish(CCG_API(source), result, &error);
  if (made->me == NULL) {
    g_task_return_error(task, error);
    return;
  }
  cc_page_query query = {.limit = CC_PAGE_LIMIT_MAX};
  CcgRequest request = {.op = &cc_op_list_organizations, .query = &query};
  GCancellable *cancellable = g_task_get_cancellable(task);
  ccg_api_call_async(CCG_API(source),
                     &request,
                     cancellable,
                     on_memberships,
                     g_steal_pointer(&task));
}

void
ccg_identity_ask_async(CcgApi *api,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new(api, cancellable, callback, user_data);
  g_task_set_source_tag(task, ccg_identity_ask_async);
  g_task_set_task_data(task, g_new0(CcgIdentity, 1), (GDestroyNotify) ccg_identity_free);
  CcgRequest request = {.op = &cc_op_get_me};
  ccg_api_call_async(api, &request, cancellable, on_me, task);
}

CcgIdentity *
ccg_identity_ask_finish(GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer(G_TASK(result), error);
}

const cc_membership *
ccg_identity_find(const CcgIdentity *identity, gint64 organization_id)
{
  CcgDoc *page = identity->memberships;
  for (guint i = 0; page != NULL && i < ccg_doc_get_n_items(page); i++) {
    const cc_membership *item = ccg_doc_get_item(page, i);
    if (organization_id == 0 ? item->active : item->id == organization_id)
      return item;
  }
  return NULL;
}

static void
save(CcgStore *store, const char *name, cc_str *text)
{
  char *taken = cc_str_take(text, NULL);
  if (taken != NULL)
    ccg_store_set_value(store, name, taken);
  free(taken);
  cc_str_done(text);
}

void
ccg_identity_save(const CcgIdentity *identity, CcgStore *store)
{
  if (identity->me != NULL) {
    cc_str text = CC_STR_INIT(TEXT_CEILING);
    cc_encode(&cc_user_type, ccg_doc_get_object(identity->me), CC_VIEW_ADMIN, &text);
    save(store, "me", &text);
  }
  if (identity->memberships != NULL) {
    cc_str text = CC_STR_INIT(TEXT_CEILING);
    cc_str_add(&text, "{\"data\":[");
    for (guint i = 0; i < ccg_doc_get_n_items(identity->memberships); i++) {
      if (i > 0)
        cc_str_add_char(&text, ',');
      gconstpointer item = ccg_doc_get_item(identity->memberships, i);
      cc_encode(&cc_membership_type, item, CC_VIEW_ADMIN, &text);
    }
    cc_str_add(&text, "]}");
    save(store, "memberships", &text);
  }
}

CcgIdentity *
ccg_identity_load(CcgStore *store)
{
  CcgIdentity *made = g_new0(CcgIdentity, 1);
  g_autofree char *me = ccg_store_get_value(store, "me");
  g_autofree char *memberships = ccg_store_get_value(store, "memberships");
  if (me != NULL)
    made->me = ccg_doc_new_from_json(&cc_user_type, me, strlen(me), NULL);
  if (memberships != NULL)
    made->memberships =
      ccg_doc_new_page_from_json(&cc_membership_type, memberships, strlen(memberships), NULL);
  return made;
}

/* The permission that the client uses. */
typedef struct {
  bool *check_in;
} permissions;

gboolean
ccg_membership_can_check_in(const cc_membership *membership)
{
  static const cc_field fields[] = {CC_OPT_BOOL(permissions, check_in)};
  static const cc_type type = CC_TYPE(permissions, "Permissions", fields);
  if (membership->role == CC_ROLE_OWNER)
    return TRUE;
  gboolean allowed = membership->role != CC_ROLE_UNSET;
  const char *text = membership->permissions;
  g_autoptr(CcgDoc) doc =
    text == NULL ? NULL : ccg_doc_new_from_json(&type, text, strlen(text), NULL);
  const permissions *own = doc == NULL ? NULL : ccg_doc_get_object(doc);
  return own != NULL && own->check_in != NULL ? *own->check_in : allowed;
}
