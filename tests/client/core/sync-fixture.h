/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-sync.h"
#include "common/api/cc-attendee.h"
#include "common/api/cc-event.h"
#include "tests/client/core/fake-server.h"

/* A server with one event and many people, and a store that is synchronized with it. */

#define PEOPLE 900

typedef struct {
  fake_server *server;
  CcgApi *api;
  CcgStore *store;
  CcgSync *sync;
  char *folder;
  int versions[PEOPLE + 10]; /* version of each person by id; 0: does not exist */
  gboolean there[PEOPLE + 10];
  int event_version;
  guint n_lists, n_singles;
  gboolean hold;           /* keep the next page of people back until sync_release */
  SoupServerMessage *held; /* the page that is kept back */
  gboolean told_early;     /* a list was notified before the cursor had advanced */
} sync_fixture;

void sync_set_up(sync_fixture *f, gconstpointer data);
void sync_tear_down(sync_fixture *f, gconstpointer data);

/* Watch the event, and wait until its list is loaded and the feed is connected. */
void sync_go_live(sync_fixture *f);

/* Number of people of the event with that status, in the store. */
guint sync_n_of(sync_fixture *f, int status);

/* Send a change over the feed; @id 0: a change of many objects. */
void sync_push(sync_fixture *f, const char *entity, int op, int id, const char *cursor);
gboolean sync_is_live(gpointer data);
gboolean sync_is_offline(gpointer data);
gboolean sync_is_loaded(gpointer data);
gboolean sync_is_held(gpointer data);

/* Send the reply that .hold kept back. */
void sync_release(sync_fixture *f);
CcgSyncState sync_state_of(sync_fixture *f);
gboolean sync_cursor_is(sync_fixture *f, const char *expected);
gboolean sync_cursor_moved(gpointer data);
gboolean sync_one_less(gpointer data);
gboolean sync_has_attended(gpointer data);
