/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "client-gtk/core/ccg-record.h"

G_BEGIN_DECLS

/* The local copy of one organization's data, in SQLite; every view reads from here. One thread
 * writes, the main thread reads (WAL). Tables follow the field tables of common/api. Signals, on
 * the main thread, after the commit: "events-changed" () "attendees-changed" (gint64 event_id) */
#define CCG_TYPE_STORE (ccg_store_get_type())
G_DECLARE_FINAL_TYPE(CcgStore, ccg_store, CCG, STORE, GObject)

/* @path: file, created when absent; ":memory:" is not possible, because there are two
 *   connections. */
CcgStore *ccg_store_new(const char *path, GError **error);

/* Close and delete the files. */
void ccg_store_wipe(CcgStore *self);

/* Store objects in one transaction; newer versions win. @complete: other stored objects of that
 * list (all events; all attendees of @event_id) were deleted on the server and are deleted here,
 * too. */
void ccg_store_put_events_async(CcgStore *self,
                                GPtrArray *docs,
                                gboolean complete,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
void ccg_store_put_attendees_async(CcgStore *self,
                                   gint64 event_id,
                                   GPtrArray *docs,
                                   gboolean complete,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean ccg_store_put_finish(CcgStore *self, GAsyncResult *result, GError **error);

/* Read now. (transfer full) (nullable) */
CcgRecord *ccg_store_get_event(CcgStore *self, gint64 event_id);
CcgRecord *ccg_store_get_attendee(CcgStore *self, gint64 event_id, gint64 attendee_id);

/* Small values of the store, such as feed cursors. NULL: not set. (transfer full) */
char *ccg_store_get_value(CcgStore *self, const char *name);
void ccg_store_set_value(CcgStore *self, const char *name, const char *value);

typedef enum {
  CCG_EVENTS_TODAY = 0,
  CCG_EVENTS_UPCOMING, /* after today */
  CCG_EVENTS_PAST,     /* newest first */
} CcgEventScope;

/* A live GListModel of CcgRecord of cc_event. (transfer full) */
GListModel *ccg_store_list_events(CcgStore *self, CcgEventScope scope);

/* Counts by status, from the local rows. */
typedef struct ccg_counts {
  guint registered, waitlisted, cancelled, attended, no_show;
} CcgCounts;

void ccg_store_count_attendees(CcgStore *self, gint64 event_id, CcgCounts *ret);

/* The same; as long as no attendee of the event is stored, the counts that the event itself
 * contains. */
void ccg_store_count_event(CcgStore *self, gint64 event_id, CcgCounts *ret);

/* The door list of an event: a live GListModel of CcgRecord of cc_attendee, by last and first
 * name. It stores ids only, reads a row when it is requested, and searches by FTS5 prefix, so
 * 10,000 people do not block it. Properties: "search" (string), "status" (int, 0: all). */
#define CCG_TYPE_DOOR_LIST (ccg_door_list_get_type())
G_DECLARE_FINAL_TYPE(CcgDoorList, ccg_door_list, CCG, DOOR_LIST, GObject)
CcgDoorList *ccg_door_list_new(CcgStore *store, gint64 event_id);
void ccg_door_list_set_search(CcgDoorList *self, const char *search);
void ccg_door_list_set_status(CcgDoorList *self, int status);

G_END_DECLS
