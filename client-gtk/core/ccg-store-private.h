/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "client-gtk/core/ccg-store.h"

/* What the files of the store share. Besides the public signals the store emits, before them,
 *   "rows-changed" (gint64 event_id, GArray *ids of gint64): these attendees of the event, or, with
 *   event_id 0, these events came, changed or went. */

/* --- ccg-store-db.c: the file and its statements */

/* Open for writing: makes the file and brings its tables up to date. A file that is damaged or of a
 * newer program is begun anew: all that is in it can be read again. */
sqlite3 *ccg_store_db_open_writer(const char *path, GError **error);
sqlite3 *ccg_store_db_open_reader(const char *path, GError **error);
void ccg_store_db_delete(const char *path);

/* Prepared for long use; a mistake in the text ends the program. */
sqlite3_stmt *ccg_store_db_prepare(sqlite3 *db, const char *sql);

GError *ccg_store_db_error(sqlite3 *db);

/* Names for ordering: without case and accents. (transfer full) */
char *ccg_store_fold(const char *text);

/* What FTS5 gets to see of somebody. (transfer full) */
char *ccg_store_search_text(const char *first_name,
                            const char *last_name,
                            const char *email,
                            const char *phone);

/* An FTS5 query of what a person typed: every word a prefix; NULL when there is no word in it.
 * (transfer full) */
char *ccg_store_search_query(const char *typed);

/* --- ccg-store-work.c: what the writer's thread does */

typedef enum {
  CCG_JOB_EVENTS = 0,
  CCG_JOB_ATTENDEES,
  CCG_JOB_KEEP,   /* of the attendees of event_id only .ids stay */
  CCG_JOB_REMOVE, /* attendee, or with event_id 0 the event, .ids[0] */
  CCG_JOB_VALUE,
} CcgJobKind;

typedef struct ccg_job {
  CcgJobKind kind;
  CcgStore *store;
  GTask *task; /* NULL: nobody waits */
  gint64 event_id;
  GPtrArray *docs;
  gboolean complete;
  GArray *ids;
  char *name, *value;

  /* Results. */
  GHashTable *changed; /* event_id (0: events) as gint64 * -> GArray of ids */
  GError *error;
} CcgJob;

/* Does it in one transaction. */
void ccg_job_run(CcgJob *job, sqlite3 *db);
void ccg_job_free(CcgJob *job);

/* --- ccg-store.c, for the synchronization */

/* Each ends with ccg_store_put_finish. */
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

/* The event of an attendee, 0 when not known here. */
gint64 ccg_store_find_attendee(CcgStore *self, gint64 attendee_id);

/* For the lists. A closed store answers nothing. */
sqlite3 *ccg_store_get_reader(CcgStore *self);
