/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "client-gtk/core/ccg-store.h"

/* Declarations shared by the files of the store. Before the public signals the store emits
 * "rows-changed" (gint64 event_id, GArray *ids of gint64): these attendees of the event or, with
 * event_id 0, these events were added, changed or removed. */

/* --- ccg-store-db.c: the file and its statements */

/* Open for writing: creates the file and updates its tables. A file that is damaged, or was
 * written by a newer program, is created again, because all of its data can be read from the
 * server. */
sqlite3 *ccg_store_db_open_writer(const char *path, GError **error);
sqlite3 *ccg_store_db_open_reader(const char *path, GError **error);
void ccg_store_db_delete(const char *path);

/* Prepare a statement for repeated use; a syntax error ends the program. */
sqlite3_stmt *ccg_store_db_prepare(sqlite3 *db, const char *sql);

GError *ccg_store_db_error(sqlite3 *db);

/* A name for ordering: without case and accents. (transfer full) */
char *ccg_store_fold(const char *text);

/* The text about a person that FTS5 indexes. (transfer full) */
char *ccg_store_search_text(const char *first_name,
                            const char *last_name,
                            const char *email,
                            const char *phone);

/* The FTS5 query for a typed search: every word is a prefix; NULL when there is no word.
 * (transfer full) */
char *ccg_store_search_query(const char *typed);

/* --- ccg-store-work.c: the writer thread */

typedef enum {
  CCG_JOB_EVENTS = 0,
  CCG_JOB_ATTENDEES,
  CCG_JOB_KEEP,   /* delete the attendees of event_id except .ids */
  CCG_JOB_REMOVE, /* delete the attendee, or with event_id 0 the event, .ids[0] */
  CCG_JOB_VALUE,
} CcgJobKind;

typedef struct ccg_job {
  CcgJobKind kind;
  CcgStore *store;
  GTask *task; /* NULL: nobody waits for the job */
  gint64 event_id;
  GPtrArray *docs;
  gboolean complete;
  GArray *ids;
  char *name, *value;

  /* Results. */
  GHashTable *changed; /* event_id (0: events) as gint64 * -> GArray of ids */
  GError *error;
} CcgJob;

/* Run the job in one transaction. */
void ccg_job_run(CcgJob *job, sqlite3 *db);
void ccg_job_free(CcgJob *job);

/* --- ccg-store.c, for the synchronization */

/* Finish each with ccg_store_put_finish. */
void ccg_store_keep_attendees_async(CcgStore *self,
                                    gint64 event_id,
                                    GArray *ids,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
void ccg_store_remove_event_async(CcgStore *self,
                                  gint64 event_id,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
void ccg_store_remove_attendee_async(CcgStore *self,
                                     gint64 attendee_id,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

/* The event of an attendee, 0 when it is unknown here. */
gint64 ccg_store_find_attendee(CcgStore *self, gint64 attendee_id);

/* Connection for the lists; NULL when the store is closed. */
sqlite3 *ccg_store_get_reader(CcgStore *self);
