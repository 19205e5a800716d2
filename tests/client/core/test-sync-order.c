/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sqlite3.h>

#include "tests/client/core/sync-fixture.h"

/* Tests of messages in unexpected order: a deletion before a page, a close frame before the
 * other one. */

static void
on_rows_told(CcgStore *store, gint64 event_id, GArray *ids, sync_fixture *f)
{
  f->told_early = f->told_early || sync_cursor_is(f, "c1");
}

/* The stored cursor never includes changes of which the lists were not notified yet. */
static void
test_order(sync_fixture *f, gconstpointer data)
{
  sync_go_live(f);
  g_signal_connect(f->store, "rows-changed", G_CALLBACK(on_rows_told), f);
  f->versions[42]++;
  f->there[1] = FALSE;
  sync_push(f, "attendee", 3, 1, "c1");
  sync_push(f, "attendee", 2, 42, "c1");
  fake_wait(sync_cursor_moved, f);
  g_assert_cmpuint(sync_n_of(f, CC_ATTENDEE_ATTENDED), ==, 1);
  g_assert_cmpuint(sync_n_of(f, CC_ATTENDEE_REGISTERED), ==, PEOPLE - 2);
  g_assert_false(f->told_early);
  g_signal_handlers_disconnect_by_data(f->store, f);
}

/* Runs SQL on the store's file through another connection. */
static void
run_sql(sync_fixture *f, const char *sql)
{
  g_autofree char *path = g_build_filename(f->folder, "s.db", NULL);
  sqlite3 *db = NULL;
  g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
  (void) sqlite3_busy_timeout(db, 5000);
  g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
}

/* A row that cannot be stored is fetched again until it can. */
static void
test_full(sync_fixture *f, gconstpointer data)
{
  sync_go_live(f);
  run_sql(f,
          "CREATE TRIGGER full BEFORE UPDATE ON attendees BEGIN"
          " SELECT raise(ABORT, 'database or disk is full'); END");
  f->versions[42]++;
  sync_push(f, "attendee", 2, 42, "c1");
  fake_wait(sync_is_offline, f);
  g_assert_true(sync_cursor_is(f, "c0"));
  run_sql(f, "DROP TRIGGER full");
  ccg_sync_refresh(f->sync);
  fake_wait(sync_is_live, f);
  sync_push(f,
            "attendee",
            2,
            42,
            "c1"); /* the real server replies this way to every request after the cursor c0 */
  fake_wait(sync_has_attended, f);
  fake_wait(sync_cursor_moved, f);
}

/* Set up: the feed is connected, and a page of the door list with all people of that moment is
 * kept back. */
static void
go_live_holding_page(sync_fixture *f)
{
  ccg_sync_start(f->sync);
  fake_wait(sync_is_live, f);
  f->hold = TRUE;
  ccg_sync_watch_event(f->sync, 7);
  fake_wait(sync_is_held, f);
  f->there[3] = FALSE;
}

static void
test_gone_while_loading(sync_fixture *f, gconstpointer data)
{
  go_live_holding_page(f);
  sync_push(f, "attendee", 3, 3, "c1");
  fake_wait(sync_cursor_moved, f);
  sync_release(f);
  fake_wait(sync_is_loaded, f);
  g_assert_cmpuint(sync_n_of(f, CC_ATTENDEE_REGISTERED), ==, PEOPLE - 1);
}

/* A bulk change that is reported while the list is being loaded makes the client load the list
 * again. */
static void
test_many_while_loading(sync_fixture *f, gconstpointer data)
{
  go_live_holding_page(f);
  sync_push(f, "attendee", 2, 0, "c1");
  fake_wait(sync_cursor_moved, f);
  sync_release(f);
  fake_wait(sync_one_less, f);
  g_assert_false(ccg_sync_is_loading_event(f->sync, 7));
}

/* A door list is closed and opened again while it is loading: the result of the second load
 * counts. */
static void
test_watch_again(sync_fixture *f, gconstpointer data)
{
  go_live_holding_page(f);
  SoupServerMessage *first = g_steal_pointer(&f->held);
  ccg_sync_unwatch_event(f->sync, 7);
  f->hold = TRUE;
  ccg_sync_watch_event(f->sync, 7);
  fake_wait(sync_is_held, f);
  soup_server_message_unpause(first);
  g_object_unref(first);
  sync_release(f);
  fake_wait(sync_is_loaded, f);
  g_assert_cmpuint(sync_n_of(f, CC_ATTENDEE_REGISTERED), ==, PEOPLE - 1);
}

static gboolean
is_closing(gpointer data)
{
  return fake_server_n_open(((sync_fixture *) data)->server) == 0;
}

/* The server goes down after the client has sent its close frame and before the socket has
 * ended. */
static void
test_stop_then_down(sync_fixture *f, gconstpointer data)
{
  sync_go_live(f);
  ccg_sync_stop(f->sync);
  fake_wait(is_closing, f);
  fake_server_down(f->server);
}

int
main(int argc, char *argv[])
{
  cc_codec_init();
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add("/sync-order/" name, sync_fixture, NULL, sync_set_up, function, sync_tear_down)
  ADD("order", test_order);
  ADD("full", test_full);
  ADD("gone-while-loading", test_gone_while_loading);
  ADD("many-while-loading", test_many_while_loading);
  ADD("watch-again", test_watch_again);
  ADD("stop-then-down", test_stop_then_down);
  return g_test_run();
}
