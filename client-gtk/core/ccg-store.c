/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-store.h"

#include "client-gtk/core/ccg-error-private.h"
#include "client-gtk/core/ccg-store-private.h"
#include "common/api/cc-attendee.h"
#include "common/api/cc-event.h"

typedef enum {
  READ_EVENT = 0,
  READ_ATTENDEE,
  FIND_ATTENDEE,
  COUNT_ATTENDEES,
  N_READS
} read_kind;

static const char *const read_sql[N_READS] = {
  [READ_EVENT] = "SELECT json FROM events WHERE id = ?1",
  [READ_ATTENDEE] = "SELECT json FROM attendees WHERE id = ?1 AND event_id = ?2",
  [FIND_ATTENDEE] = "SELECT event_id FROM attendees WHERE id = ?1",
  [COUNT_ATTENDEES] = "SELECT status, count(*) FROM attendees WHERE event_id = ?1 GROUP BY status",
};

struct _CcgStore {
  GObject parent_instance;

  char *path;
  GMainContext *context; /* of the thread that created the store: receives signals and results */
  sqlite3 *reader;       /* used on the main thread; NULL once wiped */
  sqlite3 *writer;       /* used on the writer thread */
  GThread *thread;       /* writer thread, which runs jobs in order; NULL once closed */
  GAsyncQueue
    *jobs; /* its CcgJobs; the thread ends when it takes the store itself from the queue */
  sqlite3_stmt *reads[N_READS];
  GHashTable *values; /* the values that the table "value" has when all queued jobs are done */
};

G_DEFINE_FINAL_TYPE(CcgStore, ccg_store, G_TYPE_OBJECT)

enum {
  ROWS_CHANGED,
  EVENTS_CHANGED,
  ATTENDEES_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Wait for the queued jobs and for the end of the thread. */
static void
close_store(CcgStore *self)
{
  if (self->thread != NULL) {
    g_async_queue_push(self->jobs, self);
    (void) g_thread_join(g_steal_pointer(&self->thread));
  }
  for (int i = 0; i < N_READS; i++)
    g_clear_pointer(&self->reads[i], sqlite3_finalize);
  g_clear_pointer(&self->reader, sqlite3_close);
  g_clear_pointer(&self->writer, sqlite3_close);
}

static void
ccg_store_finalize(GObject *object)
{
  CcgStore *self = CCG_STORE(object);
  close_store(self);
  g_clear_pointer(&self->jobs, g_async_queue_unref);
  g_clear_pointer(&self->values, g_hash_table_unref);
  g_clear_pointer(&self->path, g_free);
  g_clear_pointer(&self->context, g_main_context_unref);
  G_OBJECT_CLASS(ccg_store_parent_class)->finalize(object);
}

static void
ccg_store_class_init(CcgStoreClass *klass)
{
  G_OBJECT_CLASS(klass)->finalize = ccg_store_finalize;
  GType type = G_TYPE_FROM_CLASS(klass);
  signals[ROWS_CHANGED] = g_signal_new("rows-changed",
                                       type,
                                       G_SIGNAL_RUN_LAST,
                                       0,
                                       NULL,
                                       NULL,
                                       NULL,
                                       G_TYPE_NONE,
                                       2,
                                       G_TYPE_INT64,
                                       G_TYPE_ARRAY);
  signals[EVENTS_CHANGED] =
    g_signal_new("events-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ATTENDEES_CHANGED] = g_signal_new("attendees-changed",
                                            type,
                                            G_SIGNAL_RUN_LAST,
                                            0,
                                            NULL,
                                            NULL,
                                            NULL,
                                            G_TYPE_NONE,
                                            1,
                                            G_TYPE_INT64);
}

static void
ccg_store_init(CcgStore *self)
{
  self->context = g_main_context_ref_thread_default();
  self->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static void
tell_changes(CcgStore *self, GHashTable *changed)
{
  GHashTableIter iter;
  gpointer key, ids;
  g_hash_table_iter_init(&iter, changed);
  while (g_hash_table_iter_next(&iter, &key, &ids)) {
    gint64 event_id = *(gint64 *) key;
    g_signal_emit(self, signals[ROWS_CHANGED], 0, event_id, ids);
    if (event_id == 0)
      g_signal_emit(self, signals[EVENTS_CHANGED], 0);
    else
      g_signal_emit(self, signals[ATTENDEES_CHANGED], 0, event_id);
  }
}

/* Back on the main thread: first emit the changes, then complete the caller's task. */
static gboolean
job_done(gpointer user_data)
{
  CcgJob *job = user_data;
  if (job->changed != NULL && job->store->reader != NULL)
    tell_changes(job->store, job->changed);
  if (job->task != NULL && job->error != NULL)
    g_task_return_error(job->task, g_steal_pointer(&job->error));
  else if (job->task != NULL)
    g_task_return_boolean(job->task, TRUE);
  else if (job->error != NULL)
    g_warning("%s", job->error->message);
  ccg_job_free(job);
  return G_SOURCE_REMOVE;
}

static void
run_job(CcgStore *self, CcgJob *job)
{
  ccg_job_run(job, self->writer);
  g_autoptr(GSource) source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, job_done, job, NULL);
  g_source_attach(source, self->context);
}

static gpointer
write_jobs(gpointer user_data)
{
  CcgStore *self = user_data;
  gpointer job;
  while ((job = g_async_queue_pop(self->jobs)) != self)
    run_job(self, job);
  return NULL;
}

static CcgJob *
job_new(CcgStore *self, CcgJobKind kind)
{
  CcgJob *job = g_new0(CcgJob, 1);
  job->kind = kind;
  job->store = g_object_ref(self);
  return job;
}

/* Queue a job; takes ownership of @job. */
static void
push(CcgStore *self, CcgJob *job)
{
  if (self->thread != NULL) {
    g_async_queue_push(self->jobs, job);
    return;
  }
  if (job->task != NULL)
    g_task_return_new_error(job->task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The store is closed");
  ccg_job_free(job);
}

static void
load_values(CcgStore *self)
{
  sqlite3_stmt *stmt = ccg_store_db_prepare(self->reader, "SELECT name, value FROM \"values\"");
  while (sqlite3_step(stmt) == SQLITE_ROW)
    g_hash_table_insert(self->values,
                        g_strdup((const char *) sqlite3_column_text(stmt, 0)),
                        g_strdup((const char *) sqlite3_column_text(stmt, 1)));
  (void) sqlite3_finalize(stmt);
}

CcgStore *
ccg_store_new(const char *path, GError **error)
{
  g_return_val_if_fail(path != NULL, NULL);
  g_autoptr(CcgStore) self = g_object_new(CCG_TYPE_STORE, NULL);
  self->path = g_strdup(path);
  self->writer = ccg_store_db_open_writer(path, error);
  if (self->writer == NULL)
    return NULL;
  self->reader = ccg_store_db_open_reader(path, error);
  if (self->reader == NULL)
    return NULL;
  for (int i = 0; i < N_READS; i++)
    self->reads[i] = ccg_store_db_prepare(self->reader, read_sql[i]);
  load_values(self);
  self->jobs = g_async_queue_new();
  self->thread = g_thread_try_new("store", write_jobs, self, error);
  return self->thread == NULL ? NULL : g_steal_pointer(&self);
}

void
ccg_store_wipe(CcgStore *self)
{
  g_return_if_fail(CCG_IS_STORE(self));
  close_store(self);
  g_hash_table_remove_all(self->values);
  ccg_store_db_delete(self->path);
}

sqlite3 *
ccg_store_get_reader(CcgStore *self)
{
  return self->reader;
}

/* A job with a task that completes when the job is done. */
static CcgJob *
job_new_awaited(CcgStore *self,
                CcgJobKind kind,
                gint64 event_id,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  CcgJob *job = job_new(self, kind);
  job->task = g_task_new(self, NULL, callback, user_data);
  g_task_set_source_tag(job->task, job_new_awaited);
  job->event_id = event_id;
  return job;
}

static void
put(CcgStore *self,
    CcgJobKind kind,
    gint64 event_id,
    GPtrArray *docs,
    gboolean complete,
    GAsyncReadyCallback callback,
    gpointer user_data)
{
  CcgJob *job = job_new_awaited(self, kind, event_id, callback, user_data);
  job->docs = g_ptr_array_new_with_free_func((GDestroyNotify) ccg_doc_unref);
  for (guint i = 0; i < docs->len; i++)
    g_ptr_array_add(job->docs, ccg_doc_ref(docs->pdata[i]));
  job->complete = complete;
  push(self, job);
}

void
ccg_store_put_events_async(CcgStore *self,
                           GPtrArray *docs,
                           gboolean complete,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail(CCG_IS_STORE(self));
  put(self, CCG_JOB_EVENTS, 0, docs, complete, callback, user_data);
}

void
ccg_store_put_attendees_async(CcgStore *self,
                              gint64 event_id,
                              GPtrArray *docs,
                              gboolean complete,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail(CCG_IS_STORE(self));
  put(self, CCG_JOB_ATTENDEES, event_id, docs, complete, callback, user_data);
}

gboolean
ccg_store_put_finish(CcgStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail(g_task_is_valid(result, self), FALSE);
  return g_task_propagate_boolean(G_TASK(result), error);
}

void
ccg_store_keep_attendees_async(CcgStore *self,
                               gint64 event_id,
                               GArray *ids,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  CcgJob *job = job_new_awaited(self, CCG_JOB_KEEP, event_id, callback, user_data);
  job->ids = g_array_ref(ids);
  push(self, job);
}

static void
remove_row(CcgStore *self,
           gint64 event_id,
           gint64 id,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  CcgJob *job = job_new_awaited(self, CCG_JOB_REMOVE, event_id, callback, user_data);
  job->ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_array_append_val(job->ids, id);
  push(self, job);
}

void
ccg_store_remove_event_async(CcgStore *self,
                             gint64 event_id,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  remove_row(self, 0, event_id, callback, user_data);
}

void
ccg_store_remove_attendee_async(CcgStore *self,
                                gint64 attendee_id,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  remove_row(self, -1, attendee_id, callback, user_data);
}

static CcgRecord *
read_record(CcgStore *self, read_kind kind, const cc_type *type, gint64 id, gint64 event_id)
{
  if (self->reader == NULL)
    return NULL;
  sqlite3_stmt *stmt = self->reads[kind];
  (void) sqlite3_bind_int64(stmt, 1, id);
  if (kind == READ_ATTENDEE)
    (void) sqlite3_bind_int64(stmt, 2, event_id);
  CcgRecord *record = NULL;
  if (sqlite3_step(stmt) == SQLITE_ROW) {
    g_autoptr(CcgDoc) doc = ccg_doc_new_from_json(type,
                                                  (const char *) sqlite3_column_text(stmt, 0),
                                                  (gsize) sqlite3_column_bytes(stmt, 0),
                                                  NULL);
    if (doc != NULL)
      record = ccg_record_new(doc, type, ccg_doc_get_object(doc));
  }
  (void) sqlite3_reset(stmt);
  return record;
}

CcgRecord *
ccg_store_get_event(CcgStore *self, gint64 event_id)
{
  g_return_val_if_fail(CCG_IS_STORE(self), NULL);
  return read_record(self, READ_EVENT, &cc_event_type, event_id, 0);
}

CcgRecord *
ccg_store_get_attendee(CcgStore *self, gint64 event_id, gint64 attendee_id)
{
  g_return_val_if_fail(CCG_IS_STORE(self), NULL);
  return read_record(self, READ_ATTENDEE, &cc_attendee_type, attendee_id, event_id);
}

gint64
ccg_store_find_attendee(CcgStore *self, gint64 attendee_id)
{
  if (self->reader == NULL)
    return 0;
  sqlite3_stmt *stmt = self->reads[FIND_ATTENDEE];
  (void) sqlite3_bind_int64(stmt, 1, attendee_id);
  gint64 event_id = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
  (void) sqlite3_reset(stmt);
  return event_id;
}

void
ccg_store_count_attendees(CcgStore *self, gint64 event_id, CcgCounts *ret)
{
  g_return_if_fail(CCG_IS_STORE(self));
  *ret = (CcgCounts){0};
  if (self->reader == NULL)
    return;
  guint *const counters[] = {
    [CC_ATTENDEE_REGISTERED] = &ret->registered,
    [CC_ATTENDEE_WAITLISTED] = &ret->waitlisted,
    [CC_ATTENDEE_CANCELLED] = &ret->cancelled,
    [CC_ATTENDEE_ATTENDED] = &ret->attended,
    [CC_ATTENDEE_NO_SHOW] = &ret->no_show,
  };
  sqlite3_stmt *stmt = self->reads[COUNT_ATTENDEES];
  (void) sqlite3_bind_int64(stmt, 1, event_id);
  while (sqlite3_step(stmt) == SQLITE_ROW) {
    int status = sqlite3_column_int(stmt, 0);
    if (status > 0 && status < (int) G_N_ELEMENTS(counters))
      *counters[status] = (guint) sqlite3_column_int(stmt, 1);
  }
  (void) sqlite3_reset(stmt);
}

char *
ccg_store_get_value(CcgStore *self, const char *name)
{
  g_return_val_if_fail(CCG_IS_STORE(self), NULL);
  return g_strdup(g_hash_table_lookup(self->values, name));
}

void
ccg_store_set_value(CcgStore *self, const char *name, const char *value)
{
  g_return_if_fail(CCG_IS_STORE(self));
  if (g_strcmp0(g_hash_table_lookup(self->values, name), value) == 0)
    return;
  if (value == NULL)
    g_hash_table_remove(self->values, name);
  else
    g_hash_table_insert(self->values, g_strdup(name), g_strdup(value));
  CcgJob *job = job_new(self, CCG_JOB_VALUE);
  job->name = g_strdup(name);
  job->value = g_strdup(value);
  push(self, job);
}

void
ccg_store_count_event(CcgStore *self, gint64 event_id, CcgCounts *ret)
{
  ccg_store_count_attendees(self, event_id, ret);
  if (ret->registered + ret->waitlisted + ret->cancelled + ret->attended + ret->no_show > 0)
    return;
  g_autoptr(CcgRecord) record = ccg_store_get_event(self, event_id);
  if (record == NULL)
    return;
  const cc_event *event = ccg_record_get(record);
  *ret = (CcgCounts){
    .registered = (guint) event->registered_count,
    .waitlisted = (guint) event->waitlisted_count,
    .cancelled = (guint) event->cancelled_count,
    .attended = (guint) event->attended_count,
    .no_show = (guint) event->no_show_count,
  };
}
