/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-store-private.h"
#include "client-gtk/core/ccg-sync-private.h"
#include "common/api/cc-platform.h"

/* Collects changes of the feed for a moment, then fetches them; when everything is stored, the
 * cursor advances. */

/* More single changes than this are fetched as a list. */
#define SINGLE_MAX 4u

/* Index in cc_change_op_enum. */
#define CHANGE_DELETE 3

/* Changes come in bursts, so they are collected for this time. */
#define FLUSH_MS 50

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
      add_id(pending->gone_events, *change->entity_id);
    else if (change->entity_id == NULL)
      pending->all_events = TRUE;
    else
      add_id(pending->events, *change->entity_id);
  } else if (g_strcmp0(change->entity, "attendee") == 0) {
    if (gone)
      add_id(pending->gone_people, *change->entity_id);
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
  g_hash_table_remove_all(pending->gone_events);
  g_hash_table_remove_all(pending->gone_people);
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

static void
note_gone(CcgSync *self, gint64 attendee_id)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->watches);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    CcgWatch *watch = value;
    if (watch->gone != NULL)
      g_array_append_val(watch->gone, attendee_id);
  }
}

/* Ids are never reused, so deleted objects need not be fetched. */
static void
flush_gone(CcgSync *self)
{
  CcgPending *pending = &self->pending;
  CcgFetch *fetch = ccg_sync_fetch_new(self, /* in_flush= */ TRUE);
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, pending->gone_people);
  while (g_hash_table_iter_next(&iter, &id, NULL)) {
    g_hash_table_remove(pending->attendees, id);
    note_gone(self, *(gint64 *) id);
    ccg_sync_fetch_removal(fetch, 0, *(gint64 *) id);
  }
  g_hash_table_iter_init(&iter, pending->gone_events);
  while (g_hash_table_iter_next(&iter, &id, NULL)) {
    g_hash_table_remove(pending->events, id);
    ccg_sync_fetch_removal(fetch, *(gint64 *) id, 0);
  }
  ccg_sync_fetch_part_done(fetch);
}

/* Changed attendees of watched events. For other events nothing is fetched: their list is loaded
 * completely when it is opened. */
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
      add_id(pending->events, event_id); /* because of its counts */
    if (event_id == 0)
      list = TRUE; /* a new attendee whose event is unknown */
    else if (g_hash_table_size(pending->attendees) <= SINGLE_MAX &&
             ccg_sync_get_watch(self, event_id) != NULL)
      ccg_sync_fetch_one(self, event_id, id);
  }
  g_hash_table_iter_init(&iter, self->watches);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    CcgWatch *watch = value;
    if (pending->all_attendees && watch->seen == NULL)
      ccg_sync_load_attendees(self, watch);
    else if (pending->all_attendees)
      watch->again = TRUE;
    if (!list && !pending->all_attendees)
      continue;
    add_id(pending->events, watch->event_id);
    ccg_sync_fetch_changed(self, watch->event_id, pending->attendees_since - CC_TIME_SECOND);
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
    ccg_sync_fetch_one(self, *(gint64 *) key, 0);
}

static gboolean
flush(gpointer user_data)
{
  CcgSync *self = user_data;
  self->flush_id = 0;
  self->flush_cursor = g_steal_pointer(&self->read_cursor);
  /* One more than there are requests, so that a request that ends at once does not end the whole
   * flush. */
  self->under_way = 1;
  flush_gone(self);
  flush_attendees(self);
  flush_events(self);
  clear_pending(&self->pending);
  self->under_way--;
  ccg_sync_flush_maybe_done(self);
  return G_SOURCE_REMOVE;
}

static gboolean
is_pending(CcgSync *self)
{
  return self->read_cursor != NULL || g_hash_table_size(self->pending.attendees) > 0;
}

void
ccg_sync_flush_maybe_done(CcgSync *self)
{
  if (self->under_way > 0 || self->run == NULL)
    return;
  if (self->flush_cursor != NULL) {
    g_free(self->cursor);
    self->cursor = g_steal_pointer(&self->flush_cursor);
    ccg_store_set_value(self->store, "feed-cursor", self->cursor);
    self->attempt = 0;
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
