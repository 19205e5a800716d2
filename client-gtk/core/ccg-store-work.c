/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "client-gtk/core/ccg-store-private.h"
#include "common/api/cc-attendee.h"
#include "common/api/cc-event.h"

/* All writes of the store. Run on the writer thread, one job after the other. */

#define ROW_CEILING ((size_t) 1024 * 1024)

void
ccg_job_free(CcgJob *job)
{
  g_clear_object(&job->task);
  g_clear_object(&job->store);
  g_clear_pointer(&job->docs, g_ptr_array_unref);
  g_clear_pointer(&job->ids, g_array_unref);
  g_clear_pointer(&job->changed, g_hash_table_unref);
  g_clear_error(&job->error);
  g_free(job->name);
  g_free(job->value);
  g_free(job);
}

static void
note_change(CcgJob *job, gint64 event_id, gint64 id)
{
  if (job->changed == NULL)
    job->changed =
      g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);
  GArray *ids = g_hash_table_lookup(job->changed, &event_id);
  if (ids == NULL) {
    ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_hash_table_insert(job->changed, g_memdup2(&event_id, sizeof event_id), ids);
  }
  g_array_append_val(ids, id);
}

static gboolean
fail(CcgJob *job, sqlite3 *db)
{
  if (job->error == NULL)
    job->error = ccg_store_db_error(db);
  return FALSE;
}

/* Run a statement that returns no rows. */
static gboolean
step(CcgJob *job, sqlite3 *db, sqlite3_stmt *stmt)
{
  gboolean fine = sqlite3_step(stmt) == SQLITE_DONE;
  if (!fine)
    (void) fail(job, db);
  (void) sqlite3_reset(stmt);
  return fine;
}

/* Mark the rows of "SELECT event_id, id" as changed. */
static gboolean
note_rows(CcgJob *job, sqlite3 *db, sqlite3_stmt *stmt)
{
  int code = sqlite3_step(stmt);
  for (; code == SQLITE_ROW; code = sqlite3_step(stmt))
    note_change(job, sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1));
  gboolean fine = code == SQLITE_DONE || fail(job, db);
  (void) sqlite3_reset(stmt);
  return fine;
}

static gboolean
run_noting(CcgJob *job, sqlite3 *db, const char *sql, gint64 parameter)
{
  sqlite3_stmt *stmt = ccg_store_db_prepare(db, sql);
  if (sqlite3_bind_parameter_count(stmt) > 0)
    (void) sqlite3_bind_int64(stmt, 1, parameter);
  gboolean fine = note_rows(job, db, stmt);
  (void) sqlite3_finalize(stmt);
  return fine;
}

#define NEWER                                                                                      \
  " WHERE excluded.version > version OR"                                                           \
  " (excluded.version = version AND excluded.json IS NOT json)"

static const char put_event_sql[] =
  "INSERT INTO events (id, version, json, start_time, end_time) VALUES (?1, ?2, ?3, ?4, ?5)"
  " ON CONFLICT (id) DO UPDATE SET version = excluded.version, json = excluded.json,"
  " start_time = excluded.start_time, end_time = excluded.end_time" NEWER;

static const char put_attendee_sql[] =
  "INSERT INTO attendees (id, version, json, event_id, status, sort_key, search)"
  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
  " ON CONFLICT (id) DO UPDATE SET version = excluded.version, json = excluded.json,"
  " event_id = excluded.event_id, status = excluded.status, sort_key = excluded.sort_key,"
  " search = excluded.search" NEWER;

/* Store one row; the first three parameters are the same for every table. */
static gboolean
put_row(CcgJob *job,
        sqlite3 *db,
        sqlite3_stmt *stmt,
        const cc_type *type,
        gconstpointer object,
        gint64 of_event,
        gint64 id,
        gint64 version)
{
  cc_str json = CC_STR_INIT(ROW_CEILING);
  cc_encode(type, object, CC_VIEW_ADMIN, &json);
  gboolean fine = !json.failed;
  if (fine) {
    (void) sqlite3_bind_int64(stmt, 1, id);
    (void) sqlite3_bind_int64(stmt, 2, version);
    (void) sqlite3_bind_text(stmt, 3, json.text, (int) json.length, SQLITE_STATIC);
    fine = step(job, db, stmt);
    if (fine && sqlite3_changes(db) > 0)
      note_change(job, of_event, id);
    (void) sqlite3_bind_null(stmt, 3);
  }
  cc_str_done(&json);
  return fine;
}

static gboolean
put_event(CcgJob *job, sqlite3 *db, sqlite3_stmt *stmt, gconstpointer object)
{
  const cc_event *event = object;
  (void) sqlite3_bind_int64(stmt, 4, event->start_time);
  (void) sqlite3_bind_int64(stmt, 5, event->end_time);
  return put_row(job, db, stmt, &cc_event_type, event, 0, event->id, event->version);
}

static gboolean
put_attendee(CcgJob *job, sqlite3 *db, sqlite3_stmt *stmt, gconstpointer object)
{
  const cc_attendee *who = object;
  g_autofree char *first = ccg_store_fold(who->first_name);
  g_autofree char *last = ccg_store_fold(who->last_name);
  char *key = g_strconcat(last, "\x01", first, NULL);
  char *search = ccg_store_search_text(who->first_name, who->last_name, who->email, who->phone);
  (void) sqlite3_bind_int64(stmt, 4, who->event_id);
  (void) sqlite3_bind_int(stmt, 5, who->status);
  (void) sqlite3_bind_text(stmt, 6, key, -1, g_free);
  (void) sqlite3_bind_text(stmt, 7, search, -1, g_free);
  return put_row(job, db, stmt, &cc_attendee_type, who, who->event_id, who->id, who->version);
}

/* put_docs reads the id at offset 0 of every struct. */
G_STATIC_ASSERT(offsetof(cc_event, id) == 0 && offsetof(cc_attendee, id) == 0);

static void
keep(sqlite3_stmt *stmt, gint64 id)
{
  (void) sqlite3_bind_int64(stmt, 1, id);
  (void) sqlite3_step(stmt);
  (void) sqlite3_reset(stmt);
}

/* Store all objects of the docs, and list them in the table keep. */
static gboolean
put_docs(CcgJob *job,
         sqlite3 *db,
         const char *sql,
         gboolean (*put)(CcgJob *, sqlite3 *, sqlite3_stmt *, gconstpointer))
{
  sqlite3_stmt *stmt = ccg_store_db_prepare(db, sql);
  sqlite3_stmt *keeper = ccg_store_db_prepare(db, "INSERT OR IGNORE INTO temp.keep VALUES (?1)");
  gboolean fine = TRUE;
  for (guint i = 0; i < job->docs->len && fine; i++) {
    CcgDoc *doc = job->docs->pdata[i];
    gconstpointer object = ccg_doc_get_object(doc);
    guint n = object != NULL ? 1 : ccg_doc_get_n_items(doc);
    for (guint k = 0; k < n && fine; k++) {
      gconstpointer item = object != NULL ? object : ccg_doc_get_item(doc, k);
      fine = put(job, db, stmt, item);
      /* Every entity struct begins with its id. */
      keep(keeper, *(const int64_t *) item);
    }
  }
  (void) sqlite3_finalize(keeper);
  (void) sqlite3_finalize(stmt);
  return fine;
}

static gboolean
sweep_events(CcgJob *job, sqlite3 *db)
{
  return run_noting(job,
                    db,
                    "DELETE FROM events WHERE id NOT IN (SELECT id FROM temp.keep)"
                    " RETURNING 0, id",
                    0) &&
         run_noting(job,
                    db,
                    "DELETE FROM attendees WHERE event_id NOT IN (SELECT id FROM events)"
                    " RETURNING event_id, id",
                    0);
}

static gboolean
sweep_attendees(CcgJob *job, sqlite3 *db)
{
  return run_noting(job,
                    db,
                    "DELETE FROM attendees WHERE event_id = ?1 AND id NOT IN"
                    " (SELECT id FROM temp.keep) RETURNING event_id, id",
                    job->event_id);
}

static gboolean
keep_only(CcgJob *job, sqlite3 *db)
{
  sqlite3_stmt *keeper = ccg_store_db_prepare(db, "INSERT OR IGNORE INTO temp.keep VALUES (?1)");
  for (guint i = 0; i < job->ids->len; i++)
    keep(keeper, g_array_index(job->ids, gint64, i));
  (void) sqlite3_finalize(keeper);
  return sweep_attendees(job, db);
}

static gboolean
remove_one(CcgJob *job, sqlite3 *db)
{
  gint64 id = g_array_index(job->ids, gint64, 0);
  if (job->event_id != 0)
    return run_noting(job, db, "DELETE FROM attendees WHERE id = ?1 RETURNING event_id, id", id);
  return run_noting(job, db, "DELETE FROM events WHERE id = ?1 RETURNING 0, id", id) &&
         run_noting(job,
                    db,
                    "DELETE FROM attendees WHERE event_id = ?1 RETURNING event_id, id",
                    id);
}

static gboolean
set_value(CcgJob *job, sqlite3 *db)
{
  sqlite3_stmt *stmt =
    ccg_store_db_prepare(db,
                         job->value != NULL ? "INSERT OR REPLACE INTO \"values\" VALUES (?1, ?2)"
                                            : "DELETE FROM \"values\" WHERE name = ?1");
  (void) sqlite3_bind_text(stmt, 1, job->name, -1, SQLITE_STATIC);
  if (job->value != NULL)
    (void) sqlite3_bind_text(stmt, 2, job->value, -1, SQLITE_STATIC);
  gboolean fine = step(job, db, stmt);
  (void) sqlite3_finalize(stmt);
  return fine;
}

static gboolean
do_it(CcgJob *job, sqlite3 *db)
{
  switch (job->kind) {
  case CCG_JOB_EVENTS:
    return put_docs(job, db, put_event_sql, put_event) && (!job->complete || sweep_events(job, db));
  case CCG_JOB_ATTENDEES:
    return put_docs(job, db, put_attendee_sql, put_attendee) &&
           (!job->complete || sweep_attendees(job, db));
  case CCG_JOB_KEEP:
    return keep_only(job, db);
  case CCG_JOB_REMOVE:
    return remove_one(job, db);
  case CCG_JOB_VALUE:
    return set_value(job, db);
  }
  return FALSE;
}

void
ccg_job_run(CcgJob *job, sqlite3 *db)
{
  if (sqlite3_exec(db, "BEGIN IMMEDIATE; DELETE FROM temp.keep", NULL, NULL, NULL) != SQLITE_OK) {
    (void) fail(job, db);
    return;
  }
  gboolean fine = do_it(job, db);
  if (fine && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
    fine = fail(job, db);
  if (fine)
    return;
  if (job->error == NULL)
    (void) fail(job, db);
  (void) sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
  g_clear_pointer(&job->changed, g_hash_table_unref);
}
