/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-event-list.h"

#include "client-gtk/core/ccg-id-list.h"
#include "client-gtk/core/ccg-store-private.h"
#include "client-gtk/core/ccg-zone.h"
#include "common/api/cc-event.h"

/* An event that is more than 30 hours away is on another date than today in every time zone. */
#define NEAR (INT64_C(30) * 3600 * CC_TIME_SECOND)

/* Midnight of every time zone falls on a quarter of an hour in UTC. */
#define QUARTER (INT64_C(900) * CC_TIME_SECOND)

struct _CcgEventList {
  GObject parent_instance;

  CcgStore *store;
  CcgEventScope scope;
  CcgIdList rows;
  cc_time looked; /* time when the rows were read */
  guint
    timer_id; /* source of a timer: checks whether a new day has begun in the zone of an event */
};

static void list_model_init(GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(CcgEventList,
                              ccg_event_list,
                              G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, list_model_init))

/* The rows that may belong to the scope. ?1, ?2: now minus and plus NEAR. For events further
 * away the time zone is not needed. */
#define COLUMNS                                                                                    \
  "SELECT id, start_time, end_time, CASE WHEN start_time <= ?2 AND end_time >= ?1"                 \
  " THEN json_extract(json, '$.timezone') END FROM events "
static const char *const scope_sql[] = {
  [CCG_EVENTS_TODAY] = COLUMNS "WHERE start_time <= ?2 AND (start_time >= ?1 OR end_time >= ?1)"
                               " ORDER BY start_time, id",
  [CCG_EVENTS_UPCOMING] = COLUMNS "WHERE start_time >= ?1 ORDER BY start_time, id",
  [CCG_EVENTS_PAST] = COLUMNS "WHERE start_time <= ?2 ORDER BY start_time DESC, id DESC",
};

/* @ret_turned gets the rows whose day changed since the last check. */
static GArray *
read_ids(CcgEventList *self, sqlite3 *db, cc_time now, GArray *ret_turned)
{
  sqlite3_stmt *query = ccg_store_db_prepare(db, scope_sql[self->scope]);
  (void) sqlite3_bind_int64(query, 1, now - NEAR);
  (void) sqlite3_bind_int64(query, 2, now + NEAR);
  GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  while (sqlite3_step(query) == SQLITE_ROW) {
    gint64 id = sqlite3_column_int64(query, 0);
    const char *zone = (const char *) sqlite3_column_text(query, 3);
    if (ccg_zone_scope(sqlite3_column_int64(query, 1), sqlite3_column_int64(query, 2), zone, now) !=
        self->scope)
      continue;
    g_array_append_val(ids, id);
    if (self->scope == CCG_EVENTS_TODAY && ccg_zone_is_other_day(self->looked, now, zone))
      g_array_append_val(ret_turned, id);
  }
  (void) sqlite3_finalize(query);
  return ids;
}

static void
refresh(CcgEventList *self, const GArray *changed)
{
  sqlite3 *db = ccg_store_get_reader(self->store);
  if (db == NULL)
    return;
  cc_time now = cc_time_now();
  g_autoptr(GArray) turned = g_array_new(FALSE, FALSE, sizeof(gint64));
  GArray *ids = read_ids(self, db, now, turned);
  if (changed != NULL)
    g_array_append_vals(turned, changed->data, changed->len);
  self->looked = now;
  ccg_id_list_replace(&self->rows, ids, turned);
}

static void
on_rows_changed(CcgStore *store, gint64 event_id, GArray *ids, CcgEventList *self)
{
  if (event_id == 0)
    refresh(self, ids);
}

static gboolean
on_minute(gpointer user_data)
{
  CcgEventList *self = user_data;
  if (cc_time_now() / QUARTER != self->looked / QUARTER)
    refresh(self, NULL);
  return G_SOURCE_CONTINUE;
}

static void
ccg_event_list_finalize(GObject *object)
{
  CcgEventList *self = CCG_EVENT_LIST(object);
  g_clear_handle_id(&self->timer_id, g_source_remove);
  g_signal_handlers_disconnect_by_data(self->store, self);
  ccg_id_list_clear(&self->rows);
  g_clear_object(&self->store);
  G_OBJECT_CLASS(ccg_event_list_parent_class)->finalize(object);
}

static void
ccg_event_list_class_init(CcgEventListClass *klass)
{
  G_OBJECT_CLASS(klass)->finalize = ccg_event_list_finalize;
}

static void
ccg_event_list_init(CcgEventList *self)
{
  ccg_id_list_init(&self->rows, G_LIST_MODEL(self), &cc_event_type);
}

CcgEventList *
ccg_event_list_new(CcgStore *store, CcgEventScope scope)
{
  CcgEventList *self = g_object_new(CCG_TYPE_EVENT_LIST, NULL);
  self->store = g_object_ref(store);
  self->scope = scope;
  g_signal_connect(store, "rows-changed", G_CALLBACK(on_rows_changed), self);
  self->timer_id = g_timeout_add_seconds(60, on_minute, self);
  refresh(self, NULL);
  return self;
}

static CcgRecord *
read_event(gpointer model, gint64 id)
{
  return ccg_store_get_event(CCG_EVENT_LIST(model)->store, id);
}

static GType
get_item_type(GListModel *model)
{
  return CCG_TYPE_RECORD;
}

static guint
get_n_items(GListModel *model)
{
  return CCG_EVENT_LIST(model)->rows.shown;
}

static gpointer
get_item(GListModel *model, guint position)
{
  return ccg_id_list_get(&CCG_EVENT_LIST(model)->rows, position, read_event);
}

static void
list_model_init(GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

GListModel *
ccg_store_list_events(CcgStore *self, CcgEventScope scope)
{
  g_return_val_if_fail(CCG_IS_STORE(self), NULL);
  return G_LIST_MODEL(ccg_event_list_new(self, scope));
}
