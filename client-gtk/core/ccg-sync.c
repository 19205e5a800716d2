/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-sync.h"

#include "client-gtk/core/ccg-api-private.h"
#include "client-gtk/core/ccg-error-private.h"
#include "client-gtk/core/ccg-sync-private.h"
#include "common/api/cc-platform.h"

/* The order of an attempt: read the end of the feed, load the lists, then follow the feed from
 * there. Changes that happen while the lists are loaded are in the feed, too, so none is missed. */

#define RETRY_MAX_MS 60000u
#define CURSOR_NAME "feed-cursor"

G_DEFINE_FINAL_TYPE(CcgSync, ccg_sync, G_TYPE_OBJECT)

enum {
  PROP_STATE = 1,
  PROP_MESSAGE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void begin(CcgSync *self);

static void
set_state(CcgSync *self, CcgSyncState state, const GError *error)
{
  g_autofree char *message = error == NULL ? NULL : ccg_error_describe(error);
  if (g_strcmp0(message, self->message) != 0) {
    g_free(self->message);
    self->message = g_steal_pointer(&message);
    g_object_notify_by_pspec(G_OBJECT(self), props[PROP_MESSAGE]);
  }
  if (self->state != state) {
    self->state = state;
    g_object_notify_by_pspec(G_OBJECT(self), props[PROP_STATE]);
  }
}

static void
set_cursor(CcgSync *self, const char *cursor)
{
  char *copy = g_strdup(cursor);
  g_free(self->cursor);
  self->cursor = copy;
}

/* End the attempt; replies that arrive later are ignored. */
static void
end_attempt(CcgSync *self)
{
  g_clear_handle_id(&self->retry_id, g_source_remove);
  if (self->run != NULL)
    g_cancellable_cancel(self->run);
  g_clear_object(&self->run);
  self->following = FALSE;
  self->events_loading = FALSE;
  self->events_again = FALSE;
  ccg_sync_drop_pending(self);
  GHashTableIter iter;
  gpointer watch;
  g_hash_table_iter_init(&iter, self->watches);
  while (g_hash_table_iter_next(&iter, NULL, &watch))
    ccg_sync_end_load(watch);
}

static void
distrust_all(CcgSync *self)
{
  self->events_fresh = FALSE;
  GHashTableIter iter;
  gpointer watch;
  g_hash_table_iter_init(&iter, self->watches);
  while (g_hash_table_iter_next(&iter, NULL, &watch))
    ((CcgWatch *) watch)->fresh = FALSE;
}

static gboolean
on_retry(gpointer user_data)
{
  CcgSync *self = user_data;
  self->retry_id = 0;
  begin(self);
  return G_SOURCE_REMOVE;
}

/* 1 s, 2 s, 4 s … 60 s, each shortened by a random amount, so that clients do not reconnect all
 * at once. */
static guint
retry_delay(guint attempt)
{
  guint delay = MIN(1000u << MIN(attempt, 6u), RETRY_MAX_MS);
  return (guint) g_random_int_range((gint32) delay / 2, (gint32) delay + 1);
}

void
ccg_sync_fail(CcgSync *self, const GError *error)
{
  g_autoptr(GError) closed = ccg_error_new(CC_ERR_UNAVAILABLE, "unreachable", "The feed ended.");
  if (error == NULL)
    error = closed;
  end_attempt(self);
  if (g_error_matches(error, CCG_ERROR, CC_ERR_UNAUTHENTICATED)) {
    set_state(self, CCG_SYNC_STOPPED, error);
    return;
  }
  if (g_error_matches(error, CCG_ERROR, CC_ERR_MALFORMED) ||
      g_error_matches(error, CCG_ERROR, CC_ERR_INVALID) ||
      g_error_matches(error, CCG_ERROR, CC_ERR_GONE)) {
    /* The server no longer has the entries behind this cursor: load the lists again. */
    set_cursor(self, NULL);
    ccg_store_set_value(self->store, CURSOR_NAME, NULL);
    distrust_all(self);
  }
  self->retry_id = g_timeout_add(retry_delay(self->attempt++), on_retry, self);
  set_state(self, CCG_SYNC_OFFLINE, error);
}

/* The end of a feed that belongs to an earlier attempt is ignored. */
typedef struct {
  CcgSync *sync;
  GCancellable *run;
} feed;

static void
on_opened(gpointer user_data)
{
  feed *from = user_data;
  set_state(from->sync, CCG_SYNC_LIVE, NULL);
}

static void
on_page(CcgDoc *page, gpointer user_data)
{
  feed *from = user_data;
  if (!g_cancellable_is_cancelled(from->run))
    ccg_sync_note_page(from->sync, page);
}

static void
on_closed(const GError *error, gpointer user_data)
{
  feed *from = user_data;
  if (!g_cancellable_is_cancelled(from->run))
    ccg_sync_fail(from->sync, error);
  g_object_unref(from->run);
  g_object_unref(from->sync);
  g_free(from);
}

static void
follow(CcgSync *self)
{
  feed *from = g_new0(feed, 1);
  from->sync = g_object_ref(self);
  from->run = g_object_ref(self->run);
  const CcgFollow to = {
    .opened = on_opened,
    .message = on_page,
    .closed = on_closed,
    .user_data = from,
  };
  self->following = TRUE;
  ccg_api_follow(self->api, self->cursor, self->run, &to);
}

static void
load_watches(CcgSync *self)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->watches);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    CcgWatch *watch = value;
    if (!watch->fresh && watch->seen == NULL)
      ccg_sync_load_attendees(self, watch);
  }
}

void
ccg_sync_events_loaded(CcgSync *self)
{
  self->events_loading = FALSE;
  if (self->events_again) {
    ccg_sync_load_events(self);
    return;
  }
  self->events_fresh = TRUE;
  if (self->following)
    return;
  ccg_store_set_value(self->store, CURSOR_NAME, self->cursor);
  follow(self);
}

static void
load_lists(CcgSync *self)
{
  load_watches(self);
  if (!self->events_fresh)
    ccg_sync_load_events(self);
  else if (!self->following)
    follow(self);
}

static void
on_now(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(CcgSync) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(CcgDoc) page = ccg_api_call_finish(CCG_API(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->run == NULL)
    return;
  if (page == NULL) {
    ccg_sync_fail(self, error);
    return;
  }
  const cc_change_page *now = ccg_doc_get_object(page);
  set_cursor(self, now->cursor);
  load_lists(self);
}

static void
begin(CcgSync *self)
{
  end_attempt(self);
  self->run = g_cancellable_new();
  if (self->state == CCG_SYNC_STOPPED)
    set_state(self, CCG_SYNC_LOADING, NULL);
  if (self->cursor != NULL) {
    load_lists(self);
    return;
  }
  cc_change_query query = {.since = (char *) "now"};
  CcgRequest request = {.op = &cc_op_list_changes, .query = &query};
  ccg_api_call_async(self->api, &request, self->run, on_now, g_object_ref(self));
}

static void
on_network_changed(GNetworkMonitor *monitor, gboolean available, CcgSync *self)
{
  if (available && self->state == CCG_SYNC_OFFLINE && self->run == NULL) {
    self->attempt = 0;
    begin(self);
  }
}

static void
watch_free(CcgWatch *watch)
{
  ccg_sync_end_load(watch);
  g_free(watch);
}

static void
ccg_sync_dispose(GObject *object)
{
  CcgSync *self = CCG_SYNC(object);
  end_attempt(self);
  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data(self->monitor, self);
  g_clear_object(&self->monitor);
  G_OBJECT_CLASS(ccg_sync_parent_class)->dispose(object);
}

static void
ccg_sync_finalize(GObject *object)
{
  CcgSync *self = CCG_SYNC(object);
  g_clear_object(&self->api);
  g_clear_object(&self->store);
  g_clear_pointer(&self->watches, g_hash_table_unref);
  g_clear_pointer(&self->pending.events, g_hash_table_unref);
  g_clear_pointer(&self->pending.attendees, g_hash_table_unref);
  g_clear_pointer(&self->pending.gone_events, g_hash_table_unref);
  g_clear_pointer(&self->pending.gone_people, g_hash_table_unref);
  g_free(self->cursor);
  g_free(self->message);
  G_OBJECT_CLASS(ccg_sync_parent_class)->finalize(object);
}

static void
ccg_sync_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CcgSync *self = CCG_SYNC(object);
  if (id == PROP_STATE)
    g_value_set_int(value, (int) self->state);
  else if (id == PROP_MESSAGE)
    g_value_set_string(value, self->message);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void
ccg_sync_class_init(CcgSyncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->get_property = ccg_sync_get_property;
  object_class->dispose = ccg_sync_dispose;
  object_class->finalize = ccg_sync_finalize;
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  props[PROP_STATE] =
    g_param_spec_int("state", NULL, NULL, 0, CCG_SYNC_OFFLINE, CCG_SYNC_STOPPED, flags);
  props[PROP_MESSAGE] = g_param_spec_string("message", NULL, NULL, NULL, flags);
  g_object_class_install_properties(object_class, N_PROPS, props);
}

static void
ccg_sync_init(CcgSync *self)
{
  self->watches =
    g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) watch_free);
  GHashTable **const sets[] = {
    &self->pending.events,
    &self->pending.attendees,
    &self->pending.gone_events,
    &self->pending.gone_people,
  };
  for (gsize i = 0; i < G_N_ELEMENTS(sets); i++)
    *sets[i] = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

CcgSync *
ccg_sync_new(CcgApi *api, CcgStore *store)
{
  g_return_val_if_fail(CCG_IS_API(api) && CCG_IS_STORE(store), NULL);
  CcgSync *self = g_object_new(CCG_TYPE_SYNC, NULL);
  self->api = g_object_ref(api);
  self->store = g_object_ref(store);
  self->cursor = ccg_store_get_value(store, CURSOR_NAME);
  self->monitor = g_object_ref(g_network_monitor_get_default());
  g_signal_connect(self->monitor, "network-changed", G_CALLBACK(on_network_changed), self);
  return self;
}

void
ccg_sync_start(CcgSync *self)
{
  g_return_if_fail(CCG_IS_SYNC(self));
  if (self->state != CCG_SYNC_STOPPED)
    return;
  self->attempt = 0;
  begin(self);
}

void
ccg_sync_stop(CcgSync *self)
{
  g_return_if_fail(CCG_IS_SYNC(self));
  end_attempt(self);
  distrust_all(self);
  set_state(self, CCG_SYNC_STOPPED, NULL);
}

void
ccg_sync_refresh(CcgSync *self)
{
  g_return_if_fail(CCG_IS_SYNC(self));
  if (self->state == CCG_SYNC_STOPPED)
    return;
  if (self->run == NULL) {
    self->attempt = 0;
    begin(self);
    return;
  }
  if (self->cursor == NULL || self->events_loading)
    return;
  distrust_all(self);
  load_lists(self);
}

CcgWatch *
ccg_sync_get_watch(CcgSync *self, gint64 event_id)
{
  return g_hash_table_lookup(self->watches, &event_id);
}

void
ccg_sync_watch_event(CcgSync *self, gint64 event_id)
{
  g_return_if_fail(CCG_IS_SYNC(self));
  CcgWatch *watch = ccg_sync_get_watch(self, event_id);
  if (watch == NULL) {
    watch = g_new0(CcgWatch, 1);
    watch->event_id = event_id;
    g_hash_table_insert(self->watches, &watch->event_id, watch);
  }
  watch->count++;
  if (watch->count == 1 && self->run != NULL && self->cursor != NULL)
    ccg_sync_load_attendees(self, watch);
}

void
ccg_sync_unwatch_event(CcgSync *self, gint64 event_id)
{
  g_return_if_fail(CCG_IS_SYNC(self));
  CcgWatch *watch = ccg_sync_get_watch(self, event_id);
  if (watch != NULL && --watch->count == 0)
    g_hash_table_remove(self->watches, &event_id);
}

gboolean
ccg_sync_is_loading_event(CcgSync *self, gint64 event_id)
{
  g_return_val_if_fail(CCG_IS_SYNC(self), FALSE);
  CcgWatch *watch = ccg_sync_get_watch(self, event_id);
  g_autofree char *name = g_strdup_printf("door-list:%" G_GINT64_FORMAT, event_id);
  g_autofree char *came = ccg_store_get_value(self->store, name);
  return watch != NULL && !watch->failed && came == NULL;
}
