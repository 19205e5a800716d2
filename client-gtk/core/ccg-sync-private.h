/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-sync.h"

/* A door list that is being shown. */
typedef struct ccg_watch {
  gint64 event_id;
  guint count;
  gboolean fresh;  /* loaded completely, and the feed has been followed since */
  gboolean failed; /* refused: no data will come */
  gboolean again;  /* everything may have changed while the list was loaded: load it again */
  GArray *seen;    /* while loading: ids that exist; NULL otherwise */
  GArray *gone;    /* while loading: ids whose deletion the feed reported */
} CcgWatch;

/* Changes reported by the feed that are not fetched yet. */
typedef struct ccg_pending {
  GHashTable *events;      /* set of ids */
  GHashTable *attendees;   /* set of ids */
  GHashTable *gone_events; /* set of ids */
  GHashTable *gone_people; /* set of ids of deleted attendees */
  cc_time attendees_since; /* time of the earliest change among them; 0: none */
  gboolean all_events;
  gboolean all_attendees;
} CcgPending;

struct _CcgSync {
  GObject parent_instance;

  CcgApi *api;
  CcgStore *store;
  CcgSyncState state;
  char *message;

  /* cancels everything of one attempt; NULL: stopped, or waiting for the next attempt */
  GCancellable *run;
  gboolean following;
  gboolean events_loading;
  gboolean events_again; /* something changed while events were loaded */
  gboolean events_fresh; /* loaded completely, and the feed has been followed since */
  char *cursor;          /* everything up to this cursor is stored */
  char *read_cursor;     /* the feed was read up to this cursor */
  CcgPending pending;
  guint flush_id;
  guint under_way;     /* requests of the running flush */
  char *flush_cursor;  /* the value of .cursor when they are done */
  GHashTable *watches; /* from event_id to CcgWatch */

  guint attempt; /* number of failures since the last success */
  guint retry_id;
  GNetworkMonitor *monitor;
};

/* --- ccg-sync.c */

/* End the attempt with a failure. @error NULL: the server closed the feed. */
void ccg_sync_fail(CcgSync *self, const GError *error);

/* All events are stored. */
void ccg_sync_events_loaded(CcgSync *self);

CcgWatch *ccg_sync_get_watch(CcgSync *self, gint64 event_id);

/* --- ccg-sync-fetch.c: from the server into the store, within the running attempt */

/* Shared by the requests of one attempt; keeps its objects until the reply has arrived. */
typedef struct ccg_fetch {
  CcgSync *sync;
  GCancellable *run;
  gint64 event_id, attendee_id;
  cc_time since;     /* 0: the whole list */
  gboolean in_flush; /* counts in under_way */
  guint parts; /* number of parts that have not ended: the request, and each group of rows that is
                  being stored */
  GPtrArray *docs; /* events: pages so far */
  GArray *seen;    /* a door list: the watch's list of seen ids when the load began */
} CcgFetch;

void ccg_sync_load_events(CcgSync *self);
void ccg_sync_load_attendees(CcgSync *self, CcgWatch *watch);

/* The load of the watch's list has ended, or is not needed any more. */
void ccg_sync_end_load(CcgWatch *watch);

/* The row exists on the server: a running load must not delete it. */
void ccg_sync_note_row(CcgSync *self, gint64 event_id, gint64 attendee_id);

/* Parts of a flush: an event or an attendee; the changed attendees of an event. */
void ccg_sync_fetch_one(CcgSync *self, gint64 event_id, gint64 attendee_id);
void ccg_sync_fetch_changed(CcgSync *self, gint64 event_id, cc_time since);

/* A fetch begins with one part and ends with its last part. */
CcgFetch *ccg_sync_fetch_new(CcgSync *self, gboolean in_flush);
void ccg_sync_fetch_part_done(CcgFetch *fetch);

/* Add a part: the attendee or, with @attendee_id 0, the event was deleted on the server. */
void ccg_sync_fetch_removal(CcgFetch *fetch, gint64 event_id, gint64 attendee_id);

/* --- ccg-sync-flush.c: changes of the feed */

void ccg_sync_note_page(CcgSync *self, CcgDoc *page);
void ccg_sync_drop_pending(CcgSync *self);

/* Fetch pending changes; then the cursor advances. */
void ccg_sync_flush_soon(CcgSync *self);

/* A part of the running flush has ended, perhaps the last one. */
void ccg_sync_flush_maybe_done(CcgSync *self);

/* Fetch an attendee again whose stored row is outdated. */
void ccg_sync_fetch_attendee_again(CcgSync *self, gint64 attendee_id);
