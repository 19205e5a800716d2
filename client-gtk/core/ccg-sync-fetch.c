/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-api-private.h"
#include "client-gtk/core/ccg-error.h"
#include "client-gtk/core/ccg-store-private.h"
#include "client-gtk/core/ccg-sync-private.h"
#include "common/api/cc-attendee.h"
#include "common/api/cc-event.h"

/* Attendees per page: at most the server's limit, and few enough that the page stays below the
 * decoder's limit even when a newer server sends more members. */
#define ATTENDEES_LIMIT (MIN(500, CC_JSON_ITEMS_MAX / (cc_attendee_type.n_fields + 8)))

CcgFetch *
ccg_sync_fetch_new(CcgSync *self, gboolean in_flush)
{
  CcgFetch *fetch = g_new0(CcgFetch, 1);
  fetch->sync = g_object_ref(self);
  fetch->run = g_object_ref(self->run);
  fetch->in_flush = in_flush;
  fetch->parts = 1;
  if (in_flush)
    self->under_way++;
  return fetch;
}

void
ccg_sync_fetch_part_done(CcgFetch *fetch)
{
  if (--fetch->parts > 0)
    return;
  CcgSync *self = fetch->sync;
  if (fetch->in_flush && !g_cancellable_is_cancelled(fetch->run)) {
    self->under_way--;
    ccg_sync_flush_maybe_done(self);
  }
  g_clear_pointer(&fetch->docs, g_ptr_array_unref);
  g_clear_pointer(&fetch->seen, g_array_unref);
  g_object_unref(fetch->run);
  g_object_unref(fetch->sync);
  g_free(fetch);
}

/* The reply of a fetch whose attempt still runs. A network failure ends the attempt, and with it
 * the fetch. */
static CcgDoc *
fetch_answer(CcgFetch *fetch, GObject *source, GAsyncResult *result, GError **error)
{
  GError *why = NULL;
  CcgDoc *doc = ccg_api_call_finish(CCG_API(source), result, &why);
  if (g_cancellable_is_cancelled(fetch->run)) {
    g_clear_pointer(&doc, ccg_doc_unref);
    g_clear_error(&why);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
    return NULL;
  }
  gboolean refused = g_error_matches(why, CCG_ERROR, CC_ERR_NOT_FOUND) ||
                     g_error_matches(why, CCG_ERROR, CC_ERR_FORBIDDEN);
  if (why != NULL && !refused)
    ccg_sync_fail(fetch->sync, why);
  if (why != NULL)
    g_propagate_error(error, why);
  return doc;
}

/* Are the rows of a fetch stored? Then all lists have been notified. If the store could not
 * write the rows, the attempt ends: the cursor stays before them, so that the next attempt
 * fetches them again. */
static gboolean
rows_are_kept(CcgFetch *fetch, GObject *source, GAsyncResult *result)
{
  g_autoptr(GError) error = NULL;
  gboolean kept = ccg_store_put_finish(CCG_STORE(source), result, &error);
  if (g_cancellable_is_cancelled(fetch->run))
    return FALSE;
  if (!kept && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ccg_sync_fail(fetch->sync, error);
  return kept;
}

static void
rows_put(GObject *source, GAsyncResult *result, gpointer user_data)
{
  CcgFetch *fetch = user_data;
  (void) rows_are_kept(fetch, source, result);
  ccg_sync_fetch_part_done(fetch);
}

/* --- All events */

static void
events_put(GObject *source, GAsyncResult *result, gpointer user_data)
{
  CcgFetch *fetch = user_data;
  if (rows_are_kept(fetch, source, result))
    ccg_sync_events_loaded(fetch->sync);
  ccg_sync_fetch_part_done(fetch);
}

static void events_page(GObject *source, GAsyncResult *result, gpointer user_data);

static void
ask_events(CcgFetch *fetch, const char *cursor)
{
  g_autofree gpointer query = ccg_query_new(cc_op_list_events.query, CC_PAGE_LIMIT_MAX, cursor);
  CcgRequest request = {.op = &cc_op_list_events, .query = query};
  ccg_api_call_async(fetch->sync->api, &request, fetch->run, events_page, fetch);
}

static void
events_page(GObject *source, GAsyncResult *result, gpointer user_data)
{
  CcgFetch *fetch = user_data;
  g_autoptr(GError) error = NULL;
  CcgDoc *page = fetch_answer(fetch, source, result, &error);
  if (page == NULL) {
    /* Without the right to see events there are none; the feed is followed nevertheless. */
    if (g_error_matches(error, CCG_ERROR, CC_ERR_FORBIDDEN))
      ccg_sync_events_loaded(fetch->sync);
    ccg_sync_fetch_part_done(fetch);
    return;
  }
  g_ptr_array_add(fetch->docs, page);
  const char *next = ccg_doc_get_next_cursor(page);
  if (next != NULL)
    ask_events(fetch, next);
  else
    ccg_store_put_events_async(fetch->sync->store,
                               fetch->docs,
                               /* complete= */ TRUE,
                               events_put,
                               fetch);
}

void
ccg_sync_load_events(CcgSync *self)
{
  self->events_again = self->events_loading;
  if (self->events_loading)
    return;
  self->events_loading = TRUE;
  self->events_fresh = FALSE;
  CcgFetch *fetch = ccg_sync_fetch_new(self, /* in_flush= */ FALSE);
  fetch->docs = g_ptr_array_new_with_free_func((GDestroyNotify) ccg_doc_unref);
  ask_events(fetch, NULL);
}

/* --- The attendees of an event: all, or those changed since */

static void
note_rows(CcgSync *self, gint64 event_id, CcgDoc *page)
{
  for (guint i = 0; i < ccg_doc_get_n_items(page); i++) {
    const cc_attendee *who = ccg_doc_get_item(page, i);
    ccg_sync_note_row(self, event_id, who->id);
  }
}

void
ccg_sync_note_row(CcgSync *self, gint64 event_id, gint64 attendee_id)
{
  CcgWatch *watch = ccg_sync_get_watch(self, event_id);
  if (watch != NULL && watch->seen != NULL)
    g_array_append_val(watch->seen, attendee_id);
}

void
ccg_sync_end_load(CcgWatch *watch)
{
  g_clear_pointer(&watch->seen, g_array_unref);
  g_clear_pointer(&watch->gone, g_array_unref);
  watch->again = FALSE;
}

/* The watch whose list this fetch loads; NULL when another load has replaced it, or there is
 * none. */
static CcgWatch *
loaded_watch(CcgFetch *fetch)
{
  CcgWatch *watch = ccg_sync_get_watch(fetch->sync, fetch->event_id);
  return watch != NULL && fetch->seen != NULL && watch->seen == fetch->seen ? watch : NULL;
}

static void
door_list_whole(GObject *source, GAsyncResult *result, gpointer user_data)
{
  CcgFetch *fetch = user_data;
  if (rows_are_kept(fetch, source, result)) {
    CcgWatch *watch = ccg_sync_get_watch(fetch->sync, fetch->event_id);
    if (watch != NULL && watch->seen == NULL)
      watch->fresh = TRUE;
    g_autofree char *name = g_strdup_printf("door-list:%" G_GINT64_FORMAT, fetch->event_id);
    ccg_store_set_value(fetch->sync->store, name, "whole");
    /* Emitted even when nothing changed, because now the list is known to be complete. */
    g_signal_emit_by_name(source, "attendees-changed", fetch->event_id);
  }
  ccg_sync_fetch_part_done(fetch);
}

/* A page that was read before an attendee was deleted may arrive after the feed reported the
 * deletion: delete the attendee again. */
static void
forget_gone(CcgWatch *watch)
{
  for (guint i = 0; i < watch->gone->len; i++)
    for (guint k = watch->seen->len; k > 0; k--)
      if (g_array_index(watch->seen, gint64, k - 1) == g_array_index(watch->gone, gint64, i))
        g_array_remove_index_fast(watch->seen, k - 1);
}

/* The whole list is being stored; attendees that are not in the list are deleted. */
static void
attendees_done(CcgFetch *fetch)
{
  CcgSync *self = fetch->sync;
  CcgWatch *watch = loaded_watch(fetch);
  if (watch == NULL) {
    ccg_sync_fetch_part_done(fetch);
    return;
  }
  forget_gone(watch);
  ccg_store_keep_attendees_async(self->store, fetch->event_id, watch->seen, door_list_whole, fetch);
  gboolean again = watch->again;
  ccg_sync_end_load(watch);
  if (again)
    ccg_sync_load_attendees(self, watch);
}

static void
attendees_refused(CcgFetch *fetch)
{
  CcgWatch *watch = ccg_sync_get_watch(fetch->sync, fetch->event_id);
  if (watch != NULL) {
    watch->failed = TRUE;
    ccg_sync_end_load(watch);
  }
  g_signal_emit_by_name(fetch->sync->store, "attendees-changed", fetch->event_id);
}

static void attendees_page(GObject *source, GAsyncResult *result, gpointer user_data);

static void
ask_attendees(CcgFetch *fetch, const char *cursor)
{
  cc_event_ref params = {.event_id = fetch->event_id};
  cc_attendee_filter query = {
    .limit = ATTENDEES_LIMIT,
    .cursor = (char *) cursor,
    .updated_since = fetch->since == 0 ? NULL : &fetch->since,
  };
  CcgRequest request = {.op = &cc_op_list_attendees, .params = &params, .query = &query};
  ccg_api_call_async(fetch->sync->api, &request, fetch->run, attendees_page, fetch);
}

/* An event or, with @event_id, an attendee or a page of attendees. */
static void
put_doc(CcgFetch *fetch, gint64 event_id, CcgDoc *doc)
{
  CcgStore *store = fetch->sync->store;
  g_autoptr(GPtrArray) docs = g_ptr_array_new();
  g_ptr_array_add(docs, doc);
  fetch->parts++;
  if (event_id == 0)
    ccg_store_put_events_async(store, docs, /* complete= */ FALSE, rows_put, fetch);
  else
    ccg_store_put_attendees_async(store, event_id, docs, /* complete= */ FALSE, rows_put, fetch);
}

static void
attendees_page(GObject *source, GAsyncResult *result, gpointer user_data)
{
  CcgFetch *fetch = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(CcgDoc) page = fetch_answer(fetch, source, result, &error);
  if (page == NULL) {
    if (g_error_matches(error, CCG_ERROR, CC_ERR_NOT_FOUND) ||
        g_error_matches(error, CCG_ERROR, CC_ERR_FORBIDDEN))
      attendees_refused(fetch);
    ccg_sync_fetch_part_done(fetch);
    return;
  }
  if (fetch->seen != NULL && loaded_watch(fetch) == NULL) {
    ccg_sync_fetch_part_done(fetch);
    return;
  }
  note_rows(fetch->sync, fetch->event_id, page);
  put_doc(fetch, fetch->event_id, page);
  const char *next = ccg_doc_get_next_cursor(page);
  if (next != NULL)
    ask_attendees(fetch, next);
  else
    attendees_done(fetch);
}

void
ccg_sync_load_attendees(CcgSync *self, CcgWatch *watch)
{
  ccg_sync_end_load(watch);
  watch->seen = g_array_new(FALSE, FALSE, sizeof(gint64));
  watch->gone = g_array_new(FALSE, FALSE, sizeof(gint64));
  watch->failed = FALSE;
  watch->fresh = FALSE;
  CcgFetch *fetch = ccg_sync_fetch_new(self, /* in_flush= */ FALSE);
  fetch->event_id = watch->event_id;
  fetch->seen = g_array_ref(watch->seen);
  ask_attendees(fetch, NULL);
}

void
ccg_sync_fetch_changed(CcgSync *self, gint64 event_id, cc_time since)
{
  CcgFetch *fetch = ccg_sync_fetch_new(self, /* in_flush= */ TRUE);
  fetch->event_id = event_id;
  fetch->since = MAX(since, 1);
  ask_attendees(fetch, NULL);
}

/* --- Single objects */

void
ccg_sync_fetch_removal(CcgFetch *fetch, gint64 event_id, gint64 attendee_id)
{
  CcgStore *store = fetch->sync->store;
  fetch->parts++;
  if (attendee_id != 0)
    ccg_store_remove_attendee_async(store, attendee_id, rows_put, fetch);
  else
    ccg_store_remove_event_async(store, event_id, rows_put, fetch);
}

static void
one_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
  CcgFetch *fetch = user_data;
  CcgSync *self = fetch->sync;
  g_autoptr(GError) error = NULL;
  g_autoptr(CcgDoc) doc = fetch_answer(fetch, source, result, &error);
  if (doc != NULL && fetch->attendee_id != 0)
    ccg_sync_note_row(self, fetch->event_id, fetch->attendee_id);
  if (doc != NULL)
    put_doc(fetch, fetch->attendee_id == 0 ? 0 : fetch->event_id, doc);
  else if (g_error_matches(error, CCG_ERROR, CC_ERR_NOT_FOUND))
    ccg_sync_fetch_removal(fetch, fetch->event_id, fetch->attendee_id);
  ccg_sync_fetch_part_done(fetch);
}

void
ccg_sync_fetch_one(CcgSync *self, gint64 event_id, gint64 attendee_id)
{
  CcgFetch *fetch = ccg_sync_fetch_new(self, /* in_flush= */ TRUE);
  fetch->event_id = event_id;
  fetch->attendee_id = attendee_id;
  cc_attendee_ref params = {.event_id = event_id, .attendee_id = attendee_id};
  cc_event_ref event_params = {.event_id = event_id};
  CcgRequest request = {.op = &cc_op_get_event, .params = &event_params};
  if (attendee_id != 0)
    request = (CcgRequest){.op = &cc_op_get_attendee, .params = &params};
  ccg_api_call_async(self->api, &request, fetch->run, one_answer, fetch);
}
