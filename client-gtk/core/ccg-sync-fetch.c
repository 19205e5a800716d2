/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-api-private.h"
#include "client-gtk/core/ccg-error.h"
#include "client-gtk/core/ccg-store-private.h"
#include "client-gtk/core/ccg-sync-private.h"
#include "common/api/cc-attendee.h"
#include "common/api/cc-event.h"
#include "common/api/cc-platform.h"

/* More than this many single things at once are read as a list. */
#define SINGLE_MAX 4u

/* Of cc_change_op_enum. */
#define CHANGE_DELETE 3

/* Changes come in bursts; this long they are collected. */
#define FLUSH_MS 50

/* People on a page: at most what the server gives, and so few that the page stays below the
 * decoder's ceiling even when a newer server sends more members. */
#define ATTENDEES_LIMIT (MIN(500, CC_JSON_ITEMS_MAX / (cc_attendee_type.n_fields + 8)))

static CcgFetch *
fetch_new(CcgSync *self, gboolean in_flush)
{
  CcgFetch *fetch = g_new0(CcgFetch, 1);
  fetch->sync = g_object_ref(self);
  fetch->run = g_object_ref(self->run);
  fetch->in_flush = in_flush;
  if (in_flush)
    self->under_way++;
  return fetch;
}

static void flush_maybe_done(CcgSync *self);

/* The end of a fetch; takes it over. */
static void
fetch_end(CcgFetch *fetch)
{
  CcgSync *self = fetch->sync;
  if (fetch->in_flush && !g_cancellable_is_cancelled(fetch->run)) {
    self->under_way--;
    flush_maybe_done(self);
  }
  g_clear_pointer(&fetch->docs, g_ptr_array_unref);
  g_object_unref(fetch->run);
  g_object_unref(fetch->sync);
  g_free(fetch);
}

/* The answer of a fetch whose attempt still runs. A failure that is the network's ends the attempt,
 * and the fetch with it. */
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

static void
on_put(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  if (!ccg_store_put_finish(CCG_STORE(source), result, &error) &&
      !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning("%s", error->message);
}

/* --- All events */

static void
events_put(GObject *source, GAsyncResult *result, gpointer user_data)
{
  CcgFetch *fetch = user_data;
  on_put(source, result, NULL);
  if (!g_cancellable_is_cancelled(fetch->run))
    ccg_sync_events_loaded(fetch->sync);
  fetch_end(fetch);
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
    /* Without the right to see events there are none; the feed is followed all the same. */
    if (g_error_matches(error, CCG_ERROR, CC_ERR_FORBIDDEN))
      ccg_sync_events_loaded(fetch->sync);
    fetch_end(fetch);
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
  CcgFetch *fetch = fetch_new(self, /* in_flush= */ FALSE);
  fetch->docs = g_ptr_array_new_with_free_func((GDestroyNotify) ccg_doc_unref);
  ask_events(fetch, NULL);
}

/* --- The people of an event: all, or those changed since */

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

/* Everything before this is in the store. */
static void
door_list_whole(GObject *source, GAsyncResult *result, gpointer user_data)
{
  CcgFetch *fetch = user_data;
  on_put(source, result, NULL);
  if (!g_cancellable_is_cancelled(fetch->run)) {
    g_autofree char *name = g_strdup_printf("door-list:%" G_GINT64_FORMAT, fetch->event_id);
    ccg_store_set_value(fetch->sync->store, name, "whole");
    /* Also when nothing changed: now it is known that this is all. */
    g_signal_emit_by_name(source, "attendees-changed", fetch->event_id);
  }
  fetch_end(fetch);
}

static void
attendees_done(CcgFetch *fetch)
{
  CcgSync *self = fetch->sync;
  CcgWatch *watch = ccg_sync_get_watch(self, fetch->event_id);
  if (fetch->since != 0 || watch == NULL || watch->seen == NULL) {
    fetch_end(fetch);
    return;
  }
  watch->fresh = TRUE;
  ccg_store_keep_attendees(self->store, fetch->event_id, watch->seen);
  g_clear_pointer(&watch->seen, g_array_unref);
  g_autoptr(GPtrArray) none = g_ptr_array_new();
  ccg_store_put_attendees_async(self->store,
                                fetch->event_id,
                                none,
                                /* complete= */ FALSE,
                                door_list_whole,
                                fetch);
}

static void
attendees_refused(CcgFetch *fetch)
{
  CcgWatch *watch = ccg_sync_get_watch(fetch->sync, fetch->event_id);
  if (watch != NULL) {
    watch->failed = TRUE;
    g_clear_pointer(&watch->seen, g_array_unref);
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

static void
put_doc(CcgSync *self, gint64 event_id, CcgDoc *doc)
{
  g_autoptr(GPtrArray) docs = g_ptr_array_new();
  g_ptr_array_add(docs, doc);
  if (event_id == 0)
    ccg_store_put_events_async(self->store, docs, /* complete= */ FALSE, on_put, NULL);
  else
    ccg_store_put_attendees_async(self->store, event_id, docs, /* complete= */ FALSE, on_put, NULL);
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
    fetch_end(fetch);
    return;
  }
  note_rows(fetch->sync, fetch->event_id, page);
  put_doc(fetch->sync, fetch->event_id, page);
  const char *next = ccg_doc_get_next_cursor(page);
  if (next != NULL)
    ask_attendees(fetch, next);
  else
    attendees_done(fetch);
}

void
ccg_sync_load_attendees(CcgSync *self, CcgWatch *watch)
{
  g_clear_pointer(&watch->seen, g_array_unref);
  watch->seen = g_array_new(FALSE, FALSE, sizeof(gint64));
  watch->failed = FALSE;
  watch->fresh = FALSE;
  CcgFetch *fetch = fetch_new(self, /* in_flush= */ FALSE);
  fetch->event_id = watch->event_id;
  ask_attendees(fetch, NULL);
}

/* --- Single things */

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
    put_doc(self, fetch->attendee_id == 0 ? 0 : fetch->event_id, doc);
  else if (g_error_matches(error, CCG_ERROR, CC_ERR_NOT_FOUND) && fetch->attendee_id != 0)
    ccg_store_remove_attendee(self->store, fetch->attendee_id);
  else if (g_error_matches(error, CCG_ERROR, CC_ERR_NOT_FOUND))
    ccg_store_remove_event(self->store, fetch->event_id);
  fetch_end(fetch);
}

static void
fetch_one(CcgSync *self, gint64 event_id, gint64 attendee_id)
{
  CcgFetch *fetch = fetch_new(self, /* in_flush= */ TRUE);
  fetch->event_id = event_id;
  fetch->attendee_id = attendee_id;
  cc_attendee_ref params = {.event_id = event_id, .attendee_id = attendee_id};
  cc_event_ref event_params = {.event_id = event_id};
  CcgRequest request = {.op = &cc_op_get_event, .params = &event_params};
  if (attendee_id != 0)
    request = (CcgRequest){.op = &cc_op_get_attendee, .params = &params};
  ccg_api_call_async(self->api, &request, fetch->run, one_answer, fetch);
}

/* --- The feed */

static void
add_id(GHashTable *set, gint64 id)
{
  g_hash_table_add(set, g_memdup2(&id, sizeof id));
}

static void
note_change(CcgSync *self, const cc_change *change)
{
  CcgPending *pending = &self->pending;
  gboolean gone = change->op == CHANGE_DELETE && change->entity_id != NULL;
  if (g_strcmp0(change->entity, "event") == 0) {
    if (gone)
      ccg_store_remove_event(self->store, *change->entity_id);
    else if (change->entity_id == NULL)
      pending->all_events = TRUE;
    else
      add_id(pending->events, *change->entity_id);
  } else if (g_strcmp0(change->entity, "attendee") == 0) {
    if (gone)
      ccg_store_remove_attendee(self->store, *change->entity_id);
    else if (change->entity_id == NULL)
      pending->all_attendees = TRUE;
    else
      add_id(pending->attendees, *change->entity_id);
    if (pending->attendees_since == 0 || change->at < pending->attendees_since)
      pending->attendees_since = change->at;
  }
}

void
ccg_sync_note_page(CcgSync *self, CcgDoc *page)
{
  const cc_change_page *changes = ccg_doc_get_object(page);
  for (size_t i = 0; i < changes->n_data; i++)
    note_change(self, changes->data[i]);
  g_free(self->read_cursor);
  self->read_cursor = g_strdup(changes->cursor);
  ccg_sync_flush_soon(self);
}

static void
clear_pending(CcgPending *pending)
{
  g_hash_table_remove_all(pending->events);
  g_hash_table_remove_all(pending->attendees);
  pending->attendees_since = 0;
  pending->all_events = FALSE;
  pending->all_attendees = FALSE;
}

void
ccg_sync_drop_pending(CcgSync *self)
{
  clear_pending(&self->pending);
  g_clear_handle_id(&self->flush_id, g_source_remove);
  g_clear_pointer(&self->read_cursor, g_free);
  g_clear_pointer(&self->flush_cursor, g_free);
  self->under_way = 0;
}

/* What changed for people of the events that are looked at. Of the others nothing is fetched: their
 * list is read whole when somebody looks. */
static void
flush_attendees(CcgSync *self)
{
  CcgPending *pending = &self->pending;
  GHashTableIter iter;
  gpointer key, value;
  gboolean list = g_hash_table_size(pending->attendees) > SINGLE_MAX;
  g_hash_table_iter_init(&iter, pending->attendees);
  while (g_hash_table_iter_next(&iter, &key, NULL)) {
    gint64 id = *(gint64 *) key;
    gint64 event_id = ccg_store_find_attendee(self->store, id);
    if (event_id != 0)
      add_id(pending->events, event_id); /* for its counts */
    if (event_id == 0)
      list = TRUE; /* new, and of which event is not said */
    else if (g_hash_table_size(pending->attendees) <= SINGLE_MAX &&
             ccg_sync_get_watch(self, event_id) != NULL)
      fetch_one(self, event_id, id);
  }
  g_hash_table_iter_init(&iter, self->watches);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    CcgWatch *watch = value;
    if (pending->all_attendees && watch->seen == NULL)
      ccg_sync_load_attendees(self, watch);
    if (!list && !pending->all_attendees)
      continue;
    add_id(pending->events, watch->event_id);
    CcgFetch *fetch = fetch_new(self, /* in_flush= */ TRUE);
    fetch->event_id = watch->event_id;
    fetch->since = MAX(pending->attendees_since - CC_TIME_SECOND, 1);
    ask_attendees(fetch, NULL);
  }
}

static void
flush_events(CcgSync *self)
{
  CcgPending *pending = &self->pending;
  if (pending->all_events || g_hash_table_size(pending->events) > SINGLE_MAX) {
    ccg_sync_load_events(self);
    return;
  }
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init(&iter, pending->events);
  while (g_hash_table_iter_next(&iter, &key, NULL))
    fetch_one(self, *(gint64 *) key, 0);
}

static gboolean
flush(gpointer user_data)
{
  CcgSync *self = user_data;
  self->flush_id = 0;
  self->flush_cursor = g_steal_pointer(&self->read_cursor);
  /* One more than there are, so that a quick end does not count as the end of all. */
  self->under_way = 1;
  flush_attendees(self);
  flush_events(self);
  clear_pending(&self->pending);
  self->under_way--;
  flush_maybe_done(self);
  return G_SOURCE_REMOVE;
}

static gboolean
is_pending(CcgSync *self)
{
  return self->read_cursor != NULL || g_hash_table_size(self->pending.attendees) > 0;
}

static void
flush_maybe_done(CcgSync *self)
{
  if (self->under_way > 0 || self->run == NULL)
    return;
  if (self->flush_cursor != NULL) {
    g_free(self->cursor);
    self->cursor = g_steal_pointer(&self->flush_cursor);
    ccg_store_set_value(self->store, "feed-cursor", self->cursor);
  }
  if (is_pending(self))
    ccg_sync_flush_soon(self);
}

void
ccg_sync_flush_soon(CcgSync *self)
{
  if (self->flush_id == 0 && self->under_way == 0 && self->run != NULL)
    self->flush_id = g_timeout_add(FLUSH_MS, flush, self);
}

void
ccg_sync_fetch_attendee_again(CcgSync *self, gint64 attendee_id)
{
  if (self->run == NULL)
    return;
  add_id(self->pending.attendees, attendee_id);
  ccg_sync_flush_soon(self);
}
