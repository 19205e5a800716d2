/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-error.h"
#include "client-gtk/core/ccg-sync-private.h"
#include "common/api/cc-attendee.h"
#include "common/api/cc-event.h"

/* Check-ins, their undo and walk-ins. The server decides; its reply is stored, then passed to
 * the caller. */

/* A running write. */
typedef struct {
  gint64 event_id, attendee_id;
  CcgDoc *doc;
} door_write;

static void
door_write_free(door_write *self)
{
  g_clear_pointer(&self->doc, ccg_doc_unref);
  g_free(self);
}

static void
write_put(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  door_write *self = g_task_get_task_data(task);
  g_autoptr(GError) error = NULL;
  /* The server has accepted the write; failing to store the reply here is no failure of the
   * check-in. */
  if (!ccg_store_put_finish(CCG_STORE(source), result, &error))
    g_message("%s", error->message);
  CcgRecord *record = ccg_record_new(self->doc, &cc_attendee_type, ccg_doc_get_object(self->doc));
  g_task_return_pointer(task, record, g_object_unref);
}

static void
write_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  CcgSync *sync = g_task_get_source_object(task);
  door_write *self = g_task_get_task_data(task);
  GError *error = NULL;
  self->doc = ccg_api_call_finish(CCG_API(source), result, &error);
  if (self->doc == NULL) {
    if (self->attendee_id != 0 && (g_error_matches(error, CCG_ERROR, CC_ERR_CONFLICT) ||
                                   g_error_matches(error, CCG_ERROR, CC_ERR_NOT_FOUND)))
      ccg_sync_fetch_attendee_again(sync, self->attendee_id);
    g_task_return_error(task, error);
    return;
  }
  const cc_attendee *who = ccg_doc_get_object(self->doc);
  ccg_sync_note_row(sync, self->event_id, who->id);
  g_autoptr(GPtrArray) docs = g_ptr_array_new();
  g_ptr_array_add(docs, self->doc);
  ccg_store_put_attendees_async(sync->store,
                                self->event_id,
                                docs,
                                /* complete= */ FALSE,
                                write_put,
                                g_steal_pointer(&task));
}

static void
send_write(CcgSync *self,
           const CcgRequest *request,
           gint64 event_id,
           gint64 attendee_id,
           GTask *task)
{
  door_write *made = g_new0(door_write, 1);
  made->event_id = event_id;
  made->attendee_id = attendee_id;
  g_task_set_task_data(task, made, (GDestroyNotify) door_write_free);
  /* A change on the server must be stored even when the caller was cancelled. */
  g_task_set_check_cancellable(task, FALSE);
  ccg_api_call_async(self->api, request, g_task_get_cancellable(task), write_answer, task);
}

void
ccg_sync_check_in_async(CcgSync *self,
                        gint64 event_id,
                        gint64 attendee_id,
                        gboolean undo,
                        const char *client_id,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_return_if_fail(CCG_IS_SYNC(self));
  cc_attendee_ref params = {.event_id = event_id, .attendee_id = attendee_id};
  cc_check_in body = {.client_id = (char *) client_id, .occurred_at = cc_time_now()};
  CcgRequest request = {
    .op = undo ? &cc_op_undo_check_in : &cc_op_check_in,
    .params = &params,
    .body = &body,
    .idempotency_key = client_id,
  };
  GTask *task = g_task_new(self, cancellable, callback, user_data);
  g_task_set_source_tag(task, ccg_sync_check_in_async);
  send_write(self, &request, event_id, attendee_id, task);
}

static char *
text_or_null(const char *text)
{
  return text == NULL || *text == '\0' ? NULL : (char *) text;
}

void
ccg_sync_walk_in_async(CcgSync *self,
                       gint64 event_id,
                       const CcgWalkIn *who,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_if_fail(CCG_IS_SYNC(self));
  cc_event_ref params = {.event_id = event_id};
  cc_walk_in body = {
    .client_id = (char *) who->client_id,
    .occurred_at = cc_time_now(),
    .first_name = text_or_null(who->first_name),
    .last_name = text_or_null(who->last_name),
    .email = text_or_null(who->email),
    .phone = text_or_null(who->phone),
    .guest_count = who->guests,
  };
  CcgRequest request = {
    .op = &cc_op_walk_in,
    .params = &params,
    .body = &body,
    .idempotency_key = who->client_id,
  };
  GTask *task = g_task_new(self, cancellable, callback, user_data);
  g_task_set_source_tag(task, ccg_sync_walk_in_async);
  send_write(self, &request, event_id, /* attendee_id= */ 0, task);
}

CcgRecord *
ccg_sync_write_finish(CcgSync *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail(g_task_is_valid(result, self), NULL);
  return g_task_propagate_pointer(G_TASK(result), error);
}
