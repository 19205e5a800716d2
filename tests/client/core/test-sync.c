/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-error.h"
#include "tests/client/core/sync-fixture.h"

/* Tests of lists, feed and writes, and of a server that goes away and comes back. */

static gboolean
two_less(gpointer data)
{
  return sync_n_of(data, CC_ATTENDEE_REGISTERED) == PEOPLE - 2;
}

static gboolean
many_less(gpointer data)
{
  return sync_n_of(data, CC_ATTENDEE_REGISTERED) == PEOPLE - 51;
}

static gboolean
has_attended_many(gpointer data)
{
  return sync_n_of(data, CC_ATTENDEE_ATTENDED) == 50;
}

static gboolean
has_attended_two(gpointer data)
{
  return sync_n_of(data, CC_ATTENDEE_ATTENDED) == 2;
}

static gboolean
has_title(gpointer data)
{
  sync_fixture *f = data;
  g_autoptr(CcgRecord) record = ccg_store_get_event(f->store, 7);
  return record != NULL && g_strcmp0(((const cc_event *) ccg_record_get(record))->title, "T2") == 0;
}

static void
count_changes(GListModel *model, guint position, guint removed, guint added, int *n)
{
  (*n)++;
  g_assert_cmpuint(position, ==, 41);
  g_assert_cmpuint(removed, ==, 1);
  g_assert_cmpuint(added, ==, 1);
}

static void
test_feed(sync_fixture *f, gconstpointer data)
{
  sync_go_live(f);
  g_assert_cmpuint(sync_n_of(f, CC_ATTENDEE_REGISTERED), ==, PEOPLE);
  g_assert_cmpuint(f->n_lists, ==, 3); /* 370 to a page */
  g_autoptr(CcgDoorList) list = ccg_door_list_new(f->store, 7);
  while (g_list_model_get_n_items(G_LIST_MODEL(list)) < PEOPLE) /* a long list is filled in steps */
    g_main_context_iteration(NULL, TRUE);
  int n = 0;
  gulong id = g_signal_connect(list, "items-changed", G_CALLBACK(count_changes), &n);
  f->versions[42]++;
  gint64 start = g_get_monotonic_time();
  sync_push(f, "attendee", 2, 42, "c1");
  fake_wait(sync_has_attended, f);
  g_assert_cmpint(g_get_monotonic_time() - start, <, 2 * G_USEC_PER_SEC);
  fake_wait(sync_cursor_moved, f);
  g_assert_cmpint(n, ==, 1);
  g_assert_cmpuint(f->n_lists, ==, 3);
  g_signal_handler_disconnect(list, id);

  f->event_version = 2;
  sync_push(f, "event", 2, 7, "c2");
  fake_wait(has_title, f);
  f->there[1] = FALSE;
  sync_push(f, "attendee", 3, 1, "c3");
  fake_wait(two_less, f);
  f->there[PEOPLE + 1] = TRUE; /* somebody new */
  f->versions[PEOPLE + 1] = 1;
  sync_push(f, "attendee", 1, PEOPLE + 1, "c4");
  fake_wait(sync_one_less, f);
  g_assert_cmpuint(f->n_lists, ==, 4);
}

static gboolean
goes_on(gpointer data)
{
  sync_fixture *f = data;
  return g_strcmp0(fake_server_socket_query(f->server), "since=c9") == 0 && sync_is_live(f);
}

static gboolean
goes_on_again(gpointer data)
{
  sync_fixture *f = data;
  return g_strcmp0(fake_server_socket_query(f->server), "since=c10") == 0 && sync_is_live(f);
}

static void
count_states(CcgSync *sync, GParamSpec *property, int *n)
{
  (*n)++;
}

/* The server closes a connection that reads too slowly, with a cursor. The client misses no
 * page, loads nothing again, and shows no interruption. If no page arrived before the close, the
 * close counts as a failure. */
static void
test_too_slow(sync_fixture *f, gconstpointer data)
{
  sync_go_live(f);
  int n_states = 0;
  guint n_lists = (guint) f->n_lists;
  gulong id = g_signal_connect(f->sync, "notify::state", G_CALLBACK(count_states), &n_states);
  f->versions[42]++;
  sync_push(f, "attendee", 2, 42, "c9");
  fake_server_close(f->server, 4008, "c9");
  fake_wait(goes_on, f);
  f->there[1] = FALSE;
  sync_push(f, "attendee", 3, 1, "c10");
  fake_wait(two_less, f);
  g_assert_cmpint(n_states, ==, 0);
  g_assert_cmpuint((guint) f->n_lists, ==, n_lists);
  g_signal_handler_disconnect(f->sync, id);

  fake_server_close(f->server, 4008, "c10");
  fake_wait(goes_on_again, f);
  fake_server_close(f->server, 4008, "c10");
  fake_wait(sync_is_offline, f);
}

/* After a change of many objects the client reads the whole list; objects that are not in it any
 * more disappear. */
static void
test_many(sync_fixture *f, gconstpointer data)
{
  sync_go_live(f);
  for (int i = 100; i < 150; i++) {
    f->versions[i]++;
    sync_push(f, "attendee", 2, i, "c1");
  }
  fake_wait(has_attended_many, f);
  g_assert_cmpuint(f->n_singles, <, 20);
  f->there[3] = FALSE;
  sync_push(f, "attendee", 2, 0, "c5");
  fake_wait(many_less, f);
}

static void
test_offline(sync_fixture *f, gconstpointer data)
{
  sync_go_live(f);
  fake_server_down(f->server);
  fake_wait(sync_is_offline, f);
  g_autofree char *message = NULL;
  g_object_get(f->sync, "message", &message, NULL);
  g_assert_nonnull(message);
  g_assert_cmpuint(sync_n_of(f, CC_ATTENDEE_REGISTERED), ==, PEOPLE);
  fake_server_up(f->server);
  ccg_sync_refresh(f->sync);
  fake_wait(sync_is_live, f);
  f->versions[42]++;
  sync_push(f, "attendee", 2, 42, "c9");
  fake_wait(sync_has_attended, f);
  fake_server_down(f->server);
  fake_wait(sync_is_offline, f);
  fake_server_up(f->server);
  fake_wait(sync_is_live, f); /* by itself */
}

static CcgRecord *
check_in(sync_fixture *f, int id, GError **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  ccg_sync_check_in_async(f->sync,
                          7,
                          id,
                          FALSE,
                          "0d6f3b9e-3a5c-4f53-9a54-3d1c4cf2b001",
                          NULL,
                          fake_result,
                          &result);
  return ccg_sync_write_finish(f->sync, fake_await(&result), error);
}

static void
test_write(sync_fixture *f, gconstpointer data)
{
  sync_go_live(f);
  g_autoptr(GError) error = NULL;
  g_autoptr(CcgRecord) record = check_in(f, 5, &error);
  g_assert_no_error(error);
  g_assert_cmpint(((const cc_attendee *) ccg_record_get(record))->status, ==, CC_ATTENDEE_ATTENDED);
  g_assert_cmpuint(sync_n_of(f, CC_ATTENDEE_ATTENDED), ==, 1);
  f->versions[6]++; /* another person has changed the row, and the feed has not reported that yet */
  g_assert_null(check_in(f, 6, &error));
  g_assert_error(error, CCG_ERROR, CC_ERR_CONFLICT);
  g_assert_cmpstr(ccg_error_get_code(error), ==, "already_checked_in");
  g_autofree char *said = ccg_error_describe(error);
  g_assert_cmpstr(said, ==, "Ann did it at noon.");
  fake_wait(has_attended_two, f);

  g_autoptr(GAsyncResult) result = NULL;
  const CcgWalkIn who = {.client_id = "u", .first_name = "W", .last_name = "I", .guests = 2};
  ccg_sync_walk_in_async(f->sync, 7, &who, NULL, fake_result, &result);
  g_autoptr(CcgRecord) walk_in = ccg_sync_write_finish(f->sync, fake_await(&result), NULL);
  g_assert_nonnull(walk_in);
  g_assert_cmpuint(sync_n_of(f, CC_ATTENDEE_ATTENDED), ==, 3);
}

/* Synchronization that is stopped at any moment leaks nothing. */
static void
test_stop(sync_fixture *f, gconstpointer data)
{
  for (int i = 0; i < 8; i++) {
    ccg_sync_watch_event(f->sync, 7);
    ccg_sync_start(f->sync);
    fake_run((guint) i * 7);
    ccg_sync_stop(f->sync);
    ccg_sync_unwatch_event(f->sync, 7);
  }
}

int
main(int argc, char *argv[])
{
  cc_codec_init();
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add("/sync/" name, sync_fixture, NULL, sync_set_up, function, sync_tear_down)
  ADD("feed", test_feed);
  ADD("too-slow", test_too_slow);
  ADD("many", test_many);
  ADD("offline", test_offline);
  ADD("write", test_write);
  ADD("stop", test_stop);
  return g_test_run();
}
