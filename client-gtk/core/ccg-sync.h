/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-api.h"
#include "client-gtk/core/ccg-store.h"

G_BEGIN_DECLS

/* Keeps the store up to date: lists first, then the change feed over its WebSocket, with back-off
 * when there is no network. Properties, read-only, notify: "state"   CcgSyncState "message" string,
 * translated: why it is offline or failing; NULL */
#define CCG_TYPE_SYNC (ccg_sync_get_type())
G_DECLARE_FINAL_TYPE(CcgSync, ccg_sync, CCG, SYNC, GObject)

typedef enum {
  CCG_SYNC_STOPPED = 0,
  CCG_SYNC_LOADING, /* the first lists are on their way */
  CCG_SYNC_LIVE,    /* the feed is followed */
  CCG_SYNC_OFFLINE, /* not reachable; tries again by itself */
} CcgSyncState;

CcgSync *ccg_sync_new(CcgApi *api, CcgStore *store);
void ccg_sync_start(CcgSync *self);
void ccg_sync_stop(CcgSync *self);

/* Try again now (a person pulled or pressed). */
void ccg_sync_refresh(CcgSync *self);

/* Load the whole door list of an event and keep it fresh while watched. Counts: each watch needs
 * its unwatch. */
void ccg_sync_watch_event(CcgSync *self, gint64 event_id);
void ccg_sync_unwatch_event(CcgSync *self, gint64 event_id);

/* TRUE until the door list of a watched event has come whole at least once. */
gboolean ccg_sync_is_loading_event(CcgSync *self, gint64 event_id);

/* Check somebody in, or take it back. The store is changed when the server has said yes; the
 * reply's row is put there before the callback. Conflicts (already_checked_in) come as CCG_ERROR
 * with the server's sentence. @client_id: a UUID, the same for a repetition. */
void ccg_sync_check_in_async(CcgSync *self,
                             gint64 event_id,
                             gint64 attendee_id,
                             gboolean undo,
                             const char *client_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/* A walk-in as typed; a text may be NULL or "" where nothing was typed. */
typedef struct ccg_walk_in {
  const char *client_id;
  const char *first_name;
  const char *last_name;
  const char *email;
  const char *phone;
  guint guests;
} CcgWalkIn;

/* Somebody who is on no list; also checked in by that. Fields that are wrong come in the problem.
 */
void ccg_sync_walk_in_async(CcgSync *self,
                            gint64 event_id,
                            const CcgWalkIn *who,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

/* (transfer full): the attendee as it is now. */
CcgRecord *ccg_sync_write_finish(CcgSync *self, GAsyncResult *result, GError **error);

G_END_DECLS
