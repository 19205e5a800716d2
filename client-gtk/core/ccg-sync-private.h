/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-sync.h"

/* A door list that somebody looks at. */
typedef struct ccg_watch {
  gint64 event_id;
  guint count;
  gboolean fresh;  /* came whole, and the feed has been followed since */
  gboolean failed; /* refused: nothing will come */
  gboolean again;  /* anybody may have changed while the list was loaded */
  GArray *seen;    /* while it is loaded: ids that are there; NULL otherwise */
  GArray *gone;    /* while it is loaded: ids that the feed has told the end of */
} CcgWatch;

/* What the feed has told and is not fetched yet. */
typedef struct ccg_pending {
  GHashTable *events;      /* set of ids */
  GHashTable *attendees;   /* set of ids */
  GHashTable *gone_events; /* set of ids */
  GHashTable *gone_people; /* set of ids of attendees */
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
  guint parts;       /* the request under way, and each group of rows on the way into the store */
  GPtrArray *docs;   /* events: pages so far */
  GArray *seen;      /* a door list: that of the watch when the load began */
} CcgFetch;

void ccg_sync_load_events(CcgSync *self);
void ccg_sync_load_attendees(CcgSync *self, CcgWatch *watch);

/* The load of the watch's list is over, or nobody waits for it any more. */
void ccg_sync_end_load(CcgWatch *watch);

/* The row is on the server: a load under way must not sweep it away. */
void ccg_sync_note_row(CcgSync *self, gint64 event_id, gint64 attendee_id);

/* Parts of a flush: an event or an attendee; the people of an event that changed since then. */
void ccg_sync_fetch_one(CcgSync *self, gint64 event_id, gint64 attendee_id);
void ccg_sync_fetch_changed(CcgSync *self, gint64 event_id, cc_time since);

/* A fetch begins with one part; with the end of its last part the fetch ends. */
CcgFetch *ccg_sync_fetch_new(CcgSync *self, gboolean in_flush);
void ccg_sync_fetch_part_done(CcgFetch *fetch);

/* One more part: the attendee, or with @attendee_id 0 the event, is gone on the server. */
void ccg_sync_fetch_removal(CcgFetch *fetch, gint64 event_id, gint64 attendee_id);

/* --- ccg-sync-flush.c: what the feed tells */

void ccg_sync_note_page(CcgSync *self, CcgDoc *page);
void ccg_sync_drop_pending(CcgSync *self);

/* Fetches what is pending; then the cursor moves on. */
void ccg_sync_flush_soon(CcgSync *self);

/* A part of the flush under way has ended, perhaps the last one. */
void ccg_sync_flush_maybe_done(CcgSync *self);

/* Ask again for somebody whose row here turned out to be old. */
void ccg_sync_fetch_attendee_again(CcgSync *self, gint64 attendee_id);
