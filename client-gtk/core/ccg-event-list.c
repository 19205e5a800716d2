/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-event-list.h"

#include "client-gtk/core/ccg-id-list.h"
#include "client-gtk/core/ccg-store-private.h"
#include "common/api/cc-event.h"

struct _CcgEventList {
  GObject parent_instance;

  CcgStore *store;
  CcgEventScope scope;
  CcgIdList rows;
  gint64 today;   /* midnight before now, µs */
  guint timer_id; /* looks whether a new day has begun */
};

static void list_model_init(GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(CcgEventList,
                              ccg_event_list,
                              G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, list_model_init))

/* ?1: midnight before now, ?2: midnight after now. */
static const char *const scope_sql[] = {
  [CCG_EVENTS_TODAY] = "SELECT id FROM events WHERE start_time < ?2 AND"
                       " (start_time >= ?1 OR end_time > ?1) ORDER BY start_time, id",
  [CCG_EVENTS_UPCOMING] = "SELECT id FROM events WHERE start_time >= ?2 ORDER BY start_time, id",
  [CCG_EVENTS_PAST] = "SELECT id FROM events WHERE start_time < ?1 AND end_time <= ?1"
                      " ORDER BY start_time DESC, id DESC",
};

static gint64
midnight(int days_from_now)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local();
  g_autoptr(GDateTime) day = g_date_time_add_days(now, days_from_now);
  g_autoptr(GDateTime) start = g_date_time_new_local(g_date_time_get_year(day),
                                                     g_date_time_get_month(day),
                                                     g_date_time_get_day_of_month(day),
                                                     0,
                                                     0,
                                                     0);
  return g_date_time_to_unix(start) * G_USEC_PER_SEC;
}

static void
refresh(CcgEventList *self, const GArray *changed)
{
  sqlite3 *db = ccg_store_get_reader(self->store);
  if (db == NULL)
    return;
  sqlite3_stmt *query = ccg_store_db_prepare(db, scope_sql[self->scope]);
  self->today = midnight(0);
  (void) sqlite3_bind_int64(query, 1, self->today);
  if (sqlite3_bind_parameter_count(query) > 1)
    (void) sqlite3_bind_int64(query, 2, midnight(1));
  GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  while (sqlite3_step(query) == SQLITE_ROW) {
    gint64 id = sqlite3_column_int64(query, 0);
    g_array_append_val(ids, id);
  }
  (void) sqlite3_finalize(query);
  ccg_id_list_replace(&self->rows, ids, changed);
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
  if (midnight(0) != self->today)
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
ccg_store_list_events(CcgStore *store, CcgEventScope scope)
{
  g_return_val_if_fail(CCG_IS_STORE(store), NULL);
  return G_LIST_MODEL(ccg_event_list_new(store, scope));
}
