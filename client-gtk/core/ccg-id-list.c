/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-id-list.h"

/* More than the rows that a list view uses at a time (about 205). A record takes up to 16 KiB. */
#define CACHE_MAX 256

/* Above this number, single notifications cost more than redrawing the list. */
#define SINGLE_MAX 64

/* A list view creates the widgets of its first 205 or so rows at once, which takes longer than a
 * frame. Therefore the first rows are added to the model in steps, and all others with the last
 * step. */
#define STEP_ROWS 40
#define STEP_MS 10
#define VIEW_ROWS 256

void
ccg_id_list_init(CcgIdList *self, GListModel *model, const cc_type *type)
{
  self->model = model;
  self->type = type;
  self->ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  self->cache = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_object_unref);
  g_queue_init(&self->order);
}

void
ccg_id_list_clear(CcgIdList *self)
{
  g_clear_handle_id(&self->growing, g_source_remove);
  g_clear_pointer(&self->ids, g_array_unref);
  g_clear_pointer(&self->cache, g_hash_table_unref);
  g_queue_clear_full(&self->order, g_free);
}

static gint64
id_at(const GArray *ids, guint position)
{
  return g_array_index(ids, gint64, position);
}

/* A placeholder for a row that was deleted since the list was read: views accept an empty
 * object, but no NULL. */
static CcgRecord *
blank(const cc_type *type)
{
  g_autoptr(CcgDoc) doc = ccg_doc_new_from_json(type, "{}", 2, NULL);
  return ccg_record_new(doc, type, ccg_doc_get_object(doc));
}

CcgRecord *
ccg_id_list_get(CcgIdList *self, guint position, CcgIdListRead read)
{
  if (position >= self->shown)
    return NULL;
  gint64 id = id_at(self->ids, position);
  CcgRecord *record = g_hash_table_lookup(self->cache, &id);
  if (record != NULL)
    return g_object_ref(record);
  record = read(self->model, id);
  if (record == NULL)
    return blank(self->type);
  g_hash_table_insert(self->cache, g_memdup2(&id, sizeof id), g_object_ref(record));
  g_queue_push_tail(&self->order, g_memdup2(&id, sizeof id));
  while (g_queue_get_length(&self->order) > CACHE_MAX) {
    g_autofree gint64 *oldest = g_queue_pop_head(&self->order);
    g_hash_table_remove(self->cache, oldest);
  }
  return record;
}

static int
compare_ids(gconstpointer one, gconstpointer other)
{
  return *(const gint64 *) one == *(const gint64 *) other ? 0 : 1;
}

/* Drop changed rows from the cache, so that they are read again. */
static void
forget(CcgIdList *self, const GArray *changed)
{
  for (guint i = 0; changed != NULL && i < changed->len; i++) {
    gint64 id = id_at(changed, i);
    if (!g_hash_table_remove(self->cache, &id))
      continue;
    GList *link = g_queue_find_custom(&self->order, &id, compare_ids);
    g_free(link->data);
    g_queue_delete_link(&self->order, link);
  }
}

/* Notify about changed rows outside of the replaced middle. */
static void
tell_content(CcgIdList *self, const GArray *changed, guint begin, guint end)
{
  if (changed == NULL || changed->len == 0)
    return;
  g_autoptr(GHashTable) set = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (guint i = 0; i < changed->len; i++)
    g_hash_table_add(set, &g_array_index(changed, gint64, i));
  for (guint i = 0; i < self->shown; i++) {
    if (i == begin)
      i = end;
    if (i < self->shown && g_hash_table_contains(set, &g_array_index(self->ids, gint64, i)))
      g_list_model_items_changed(self->model, i, 1, 1);
  }
}

/* Show rows from @shown on: the next few, or all of them when no view creates widgets for them. */
static void
show_more(CcgIdList *self)
{
  guint before = self->shown;
  guint after = before + STEP_ROWS;
  if (before >= VIEW_ROWS || after > self->ids->len)
    after = self->ids->len;
  self->shown = after;
  g_list_model_items_changed(self->model, before, 0, after - before);
}

static gboolean
on_step(gpointer data)
{
  CcgIdList *self = data;
  show_more(self);
  if (self->shown < self->ids->len)
    return G_SOURCE_CONTINUE;
  self->growing = 0;
  return G_SOURCE_REMOVE;
}

/* The common beginning and end of both lists; @before is the shown part of the old one. */
static void
common_ends(const CcgIdList *self, const GArray *ids, guint *ret_head, guint *ret_tail)
{
  guint before = self->shown, after = ids->len, head = 0, tail = 0;
  while (head < MIN(before, after) && id_at(self->ids, head) == id_at(ids, head))
    head++;
  while (tail < MIN(before, after) - head &&
         id_at(self->ids, before - 1 - tail) == id_at(ids, after - 1 - tail))
    tail++;
  *ret_head = head;
  *ret_tail = tail;
}

void
ccg_id_list_replace(CcgIdList *self, GArray *ids, const GArray *changed)
{
  forget(self, changed);
  g_clear_handle_id(&self->growing, g_source_remove);
  guint head = 0;
  guint tail = 0;
  gboolean whole = changed != NULL && changed->len > SINGLE_MAX;
  if (!whole)
    common_ends(self, ids, &head, &tail);
  /* Rows that are added in steps are added at the end. */
  gboolean in_steps = head < VIEW_ROWS && ids->len - head - tail > STEP_ROWS;
  if (in_steps)
    tail = 0;
  guint removed = self->shown - head - tail;
  guint added = ids->len - head - tail;
  /* First remove, then add: after a combined notification GtkListView requests every new row. */
  if (removed > 0) {
    g_array_remove_range(self->ids, head, removed);
    self->shown -= removed;
    g_list_model_items_changed(self->model, head, removed, 0);
  }
  g_array_unref(self->ids);
  self->ids = ids;
  if (in_steps) {
    show_more(self);
    if (self->shown < ids->len)
      self->growing = g_timeout_add(STEP_MS, on_step, self);
  } else {
    self->shown = ids->len;
    if (added > 0)
      g_list_model_items_changed(self->model, head, 0, added);
  }
  if (!whole)
    tell_content(self, changed, head, in_steps ? self->shown : head + added);
}
