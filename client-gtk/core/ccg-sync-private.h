/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-sync.h"

/* A door list that somebody looks at. */
typedef struct ccg_watch {
  gint64 event_id;
  guint count;
  gboolean fresh;  /* came whole, and the feed has been followed since */
  gboolean failed; /* refused: nothing will come */
  GArray *seen;    /* while it is loaded: ids that are there; NULL otherwise */
} CcgWatch;

/* What the feed has told and is not fetched yet. */
typedef struct ccg_pending {
  GHashTable *events;      /* set of ids */
  GHashTable *attendees;   /* set of ids */
  cc_time attendees_since; /* the earliest change among them; 0: none */
  gboolean all_events;
  gboolean all_attendees;
} CcgPending;

struct _CcgSync {
  GObject parent_instance;

  CcgApi *api;
  CcgStore *store;
  CcgSyncState state;
  char *message;

  GCancellable *run; /* everything of one attempt; NULL: stopped, or waiting for the next */
  gboolean following;
  gboolean events_loading;
  gboolean events_again; /* something changed while they came */
  gboolean events_fresh; /* loaded whole, and the feed has been followed since */
  char *cursor;          /* up to here all is in the store */
  char *read_cursor;     /* up to here the feed has been read */
  CcgPending pending;
  guint flush_id;
  guint under_way;     /* requests of the flush that runs */
  char *flush_cursor;  /* what .cursor becomes when they are done */
  GHashTable *watches; /* event_id -> CcgWatch */

  guint attempt; /* since it last worked */
  guint retry_id;
  GNetworkMonitor *monitor;
};

/* --- ccg-sync.c */

/* The attempt has failed. @error NULL: the server closed the feed. */
void ccg_sync_fail(CcgSync *self, const GError *error);

/* All events are in the store. */
void ccg_sync_events_loaded(CcgSync *self);

CcgWatch *ccg_sync_get_watch(CcgSync *self, gint64 event_id);

/* --- ccg-sync-fetch.c: from the server into the store, within the running attempt */

/* Requests of one attempt share this; it holds its things until the answer is there. */
typedef struct ccg_fetch {
  CcgSync *sync;
  GCancellable *run;
  gint64 event_id, attendee_id;
  cc_time since;     /* 0: the whole list */
  gboolean in_flush; /* counts in under_way */
  GPtrArray *docs;   /* events: pages so far */
} CcgFetch;

void ccg_sync_load_events(CcgSync *self);
void ccg_sync_load_attendees(CcgSync *self, CcgWatch *watch);

/* Fetches what is pending; then the cursor moves on. */
void ccg_sync_flush_soon(CcgSync *self);
void ccg_sync_note_page(CcgSync *self, CcgDoc *page);
void ccg_sync_drop_pending(CcgSync *self);

/* The row is on the server: a load under way must not sweep it away. */
void ccg_sync_note_row(CcgSync *self, gint64 event_id, gint64 attendee_id);

/* Ask again for somebody whose row here turned out to be old. */
void ccg_sync_fetch_attendee_again(CcgSync *self, gint64 attendee_id);
