/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-id-list.h"
#include "client-gtk/core/ccg-store-private.h"
#include "common/api/cc-attendee.h"

struct _CcgDoorList {
  GObject parent_instance;

  CcgStore *store;
  gint64 event_id;
  char *search; /* never NULL */
  int status;   /* 0: all */
  CcgIdList rows;
};

static void list_model_init(GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(CcgDoorList,
                              ccg_door_list,
                              G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, list_model_init))

enum {
  PROP_SEARCH = 1,
  PROP_STATUS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* ?1: event, ?2: status or 0, ?3: the FTS5 query. The first statement is answered by the index
 * alone. */
static const char all_sql[] = "SELECT id FROM attendees WHERE event_id = ?1 AND"
                              " (?2 = 0 OR status = ?2) ORDER BY sort_key, id";
static const char search_sql[] =
  "SELECT a.id FROM attendee_search s CROSS JOIN attendees a ON a.id = s.rowid"
  " WHERE attendee_search MATCH ?3 AND a.event_id = ?1 AND (?2 = 0 OR a.status = ?2)"
  " ORDER BY a.sort_key, a.id";

static GArray *
query_ids(CcgDoorList *self, sqlite3 *db)
{
  g_autofree char *words = ccg_store_search_query(self->search);
  sqlite3_stmt *query = ccg_store_db_prepare(db, words == NULL ? all_sql : search_sql);
  (void) sqlite3_bind_int64(query, 1, self->event_id);
  (void) sqlite3_bind_int(query, 2, self->status);
  if (words != NULL)
    (void) sqlite3_bind_text(query, 3, words, -1, SQLITE_STATIC);
  GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  int code = sqlite3_step(query);
  for (; code == SQLITE_ROW; code = sqlite3_step(query)) {
    gint64 id = sqlite3_column_int64(query, 0);
    g_array_append_val(ids, id);
  }
  if (code != SQLITE_DONE)
    g_warning("The door list: %s", sqlite3_errmsg(db));
  (void) sqlite3_finalize(query);
  return ids;
}

static void
refresh(CcgDoorList *self, const GArray *changed)
{
  sqlite3 *db = ccg_store_get_reader(self->store);
  if (db != NULL)
    ccg_id_list_replace(&self->rows, query_ids(self, db), changed);
}

static void
on_rows_changed(CcgStore *store, gint64 event_id, GArray *ids, CcgDoorList *self)
{
  if (event_id == self->event_id)
    refresh(self, ids);
}

static void
ccg_door_list_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CcgDoorList *self = CCG_DOOR_LIST(object);
  if (id == PROP_SEARCH)
    g_value_set_string(value, self->search);
  else if (id == PROP_STATUS)
    g_value_set_int(value, self->status);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void
ccg_door_list_set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CcgDoorList *self = CCG_DOOR_LIST(object);
  if (id == PROP_SEARCH)
    ccg_door_list_set_search(self, g_value_get_string(value));
  else if (id == PROP_STATUS)
    ccg_door_list_set_status(self, g_value_get_int(value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void
ccg_door_list_finalize(GObject *object)
{
  CcgDoorList *self = CCG_DOOR_LIST(object);
  g_signal_handlers_disconnect_by_data(self->store, self);
  ccg_id_list_clear(&self->rows);
  g_clear_object(&self->store);
  g_clear_pointer(&self->search, g_free);
  G_OBJECT_CLASS(ccg_door_list_parent_class)->finalize(object);
}

static void
ccg_door_list_class_init(CcgDoorListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->get_property = ccg_door_list_get_property;
  object_class->set_property = ccg_door_list_set_property;
  object_class->finalize = ccg_door_list_finalize;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  props[PROP_SEARCH] = g_param_spec_string("search", NULL, NULL, "", flags);
  props[PROP_STATUS] = g_param_spec_int("status", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties(object_class, N_PROPS, props);
}

static void
ccg_door_list_init(CcgDoorList *self)
{
  self->search = g_strdup("");
  ccg_id_list_init(&self->rows, G_LIST_MODEL(self), &cc_attendee_type);
}

CcgDoorList *
ccg_door_list_new(CcgStore *store, gint64 event_id)
{
  g_return_val_if_fail(CCG_IS_STORE(store), NULL);
  CcgDoorList *self = g_object_new(CCG_TYPE_DOOR_LIST, NULL);
  self->store = g_object_ref(store);
  self->event_id = event_id;
  g_signal_connect(store, "rows-changed", G_CALLBACK(on_rows_changed), self);
  refresh(self, NULL);
  return self;
}

void
ccg_door_list_set_search(CcgDoorList *self, const char *search)
{
  g_return_if_fail(CCG_IS_DOOR_LIST(self));
  const char *wanted = search == NULL ? "" : search;
  if (g_str_equal(self->search, wanted))
    return;
  char *copy = g_strdup(wanted);
  g_free(self->search);
  self->search = copy;
  refresh(self, NULL);
  g_object_notify_by_pspec(G_OBJECT(self), props[PROP_SEARCH]);
}

void
ccg_door_list_set_status(CcgDoorList *self, int status)
{
  g_return_if_fail(CCG_IS_DOOR_LIST(self));
  if (self->status == status)
    return;
  self->status = status;
  refresh(self, NULL);
  g_object_notify_by_pspec(G_OBJECT(self), props[PROP_STATUS]);
}

static CcgRecord *
read_attendee(gpointer model, gint64 id)
{
  CcgDoorList *self = CCG_DOOR_LIST(model);
  return ccg_store_get_attendee(self->store, self->event_id, id);
}

static GType
get_item_type(GListModel *model)
{
  return CCG_TYPE_RECORD;
}

static guint
get_n_items(GListModel *model)
{
  return CCG_DOOR_LIST(model)->rows.shown;
}

static gpointer
get_item(GListModel *model, guint position)
{
  return ccg_id_list_get(&CCG_DOOR_LIST(model)->rows, position, read_attendee);
}

static void
list_model_init(GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}
