/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-api.h"
#include "client-gtk/core/ccg-store.h"

G_BEGIN_DECLS

/* Keeps the store up to date: loads the lists, then follows the change feed over its WebSocket,
 * with increasing delays when there is no network. Read-only properties that notify: "state"
 * CcgSyncState "message" string, translated: why it is offline or failing; NULL */
#define CCG_TYPE_SYNC (ccg_sync_get_type())
G_DECLARE_FINAL_TYPE(CcgSync, ccg_sync, CCG, SYNC, GObject)

typedef enum {
  CCG_SYNC_STOPPED = 0,
  CCG_SYNC_LOADING, /* the lists are being loaded */
  CCG_SYNC_LIVE,    /* the feed is followed */
  CCG_SYNC_OFFLINE, /* the server cannot be reached; retries automatically */
} CcgSyncState;

CcgSync *ccg_sync_new(CcgApi *api, CcgStore *store);
void ccg_sync_start(CcgSync *self);
void ccg_sync_stop(CcgSync *self);

/* Try again now, because a person requested it. */
void ccg_sync_refresh(CcgSync *self);

/* Load the whole door list of an event and keep it up to date while it is watched. Each call
 * needs a call of unwatch. */
void ccg_sync_watch_event(CcgSync *self, gint64 event_id);
void ccg_sync_unwatch_event(CcgSync *self, gint64 event_id);

/* TRUE until the door list of a watched event has been loaded completely once. */
gboolean ccg_sync_is_loading_event(CcgSync *self, gint64 event_id);

/* Check an attendee in, or undo that. The store changes when the server has accepted; the
 * reply's row is stored before the callback. Conflicts (already_checked_in) are reported as
 * CCG_ERROR with the server's sentence. @client_id: a UUID; use the same for a repetition. */
void ccg_sync_check_in_async(CcgSync *self,
                             gint64 event_id,
                             gint64 attendee_id,
                             gboolean undo,
                             const char *client_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/* A walk-in as typed; empty fields may be NULL or "". */
typedef struct ccg_walk_in {
  const char *client_id;
  const char *first_name;
  const char *last_name;
  const char *email;
  const char *phone;
  guint guests;
} CcgWalkIn;

/* Register a person who is on no list, and check the person in. Invalid fields are listed in the
 * error's problem. */
void ccg_sync_walk_in_async(CcgSync *self,
                            gint64 event_id,
                            const CcgWalkIn *who,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

/* (transfer full): the attendee after the write. */
CcgRecord *ccg_sync_write_finish(CcgSync *self, GAsyncResult *result, GError **error);

G_END_DECLS
