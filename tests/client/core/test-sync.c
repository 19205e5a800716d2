/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sqlite3.h>
#include <string.h>

#include "client-gtk/core/ccg-error.h"
#include "client-gtk/core/ccg-sync.h"
#include "common/api/cc-attendee.h"
#include "common/api/cc-event.h"
#include "tests/client/core/fake-server.h"

/* Lists, feed, writes, and what happens when the server goes away and comes back. */

#define PEOPLE 900

typedef struct {
  fake_server *server;
  CcgApi *api;
  CcgStore *store;
  CcgSync *sync;
  char *folder;
  int versions[PEOPLE + 10]; /* 0: not there; by id */
  gboolean there[PEOPLE + 10];
  int event_version;
  guint n_lists, n_singles;
  gboolean hold;           /* the next page of people is answered, but not sent */
  SoupServerMessage *held; /* that answer */
  gboolean told_early;     /* a list was told after the cursor had moved */
} fixture;

static char *
person(fixture *f, int id)
{
  return g_strdup_printf("{\"id\":%d,\"event_id\":7,\"first_name\":\"P%04d\",\"last_name\":\"L\","
                         "\"status\":\"%s\",\"version\":%d}",
                         id,
                         id,
                         f->versions[id] > 1 ? "attended" : "registered",
                         f->versions[id]);
}

/* Pages begin behind the id in the cursor. */
static void
answer_people(fixture *f, SoupServerMessage *message, GHashTable *query)
{
  f->n_lists++;
  const char *cursor = query == NULL ? NULL : g_hash_table_lookup(query, "cursor");
  int limit = (int) g_ascii_strtoll(g_hash_table_lookup(query, "limit"), NULL, 10);
  gboolean since = g_hash_table_lookup(query, "updated_since") != NULL;
  g_autoptr(GString) json = g_string_new("{\"data\":[");
  int id = cursor == NULL ? 1 : (int) g_ascii_strtoll(cursor, NULL, 10) + 1;
  int n = 0;
  for (; id < (int) G_N_ELEMENTS(f->there) && n < limit; id++) {
    if (!f->there[id] || (since && f->versions[id] < 2 && id <= PEOPLE))
      continue;
    g_autofree char *one = person(f, id);
    g_string_append_printf(json, "%s%s", n++ > 0 ? "," : "", one);
  }
  if (n == limit)
    g_string_append_printf(json, "],\"next_cursor\":\"%d\"}", id - 1);
  else
    g_string_append(json, "],\"next_cursor\":null}");
  fake_reply(message, 200, json->str);
  if (f->hold) {
    f->hold = FALSE;
    f->held = g_object_ref(message);
    soup_server_message_pause(message);
  }
}

static gboolean
is_held(gpointer data)
{
  return ((fixture *) data)->held != NULL;
}

static void
release(fixture *f)
{
  soup_server_message_unpause(f->held);
  g_clear_object(&f->held);
}

static void
answer_person(fixture *f, SoupServerMessage *message, const char *path)
{
  int id = (int) g_ascii_strtoll(path + strlen("/v1/events/7/attendees/"), NULL, 10);
  if (g_str_has_suffix(path, "/check-in") && f->versions[id] > 1) {
    fake_problem(message,
                 409,
                 "{\"type\":\"conflict\",\"status\":409,\"code\":\"already_checked_in\","
                 "\"detail\":\"Ann did it at noon.\"}");
    return;
  }
  if (g_str_has_suffix(path, "/check-in"))
    f->versions[id]++;
  f->n_singles++;
  g_autofree char *json = person(f, id);
  if (f->there[id])
    fake_reply(message, 200, json);
  else
    fake_problem(message, 404, "{\"type\":\"not_found\",\"status\":404}");
}

static char *
event_json(fixture *f)
{
  return g_strdup_printf("{\"id\":7,\"title\":\"T%d\",\"start_time\":\"2026-11-03T12:00:00Z\","
                         "\"version\":%d}",
                         f->event_version,
                         f->event_version);
}

static void
handle(fake_server *server,
       SoupServerMessage *message,
       const char *path,
       GHashTable *query,
       gpointer user_data)
{
  fixture *f = user_data;
  g_autofree char *event = event_json(f);
  if (g_str_equal(path, "/v1/changes")) {
    fake_reply(message, 200, "{\"data\":[],\"cursor\":\"c0\",\"more\":false}");
  } else if (g_str_equal(path, "/v1/events")) {
    g_autofree char *json = g_strdup_printf("{\"data\":[%s],\"next_cursor\":null}", event);
    fake_reply(message, 200, json);
  } else if (g_str_equal(path, "/v1/events/7")) {
    fake_reply(message, 200, event);
  } else if (g_str_equal(path, "/v1/events/7/attendees")) {
    answer_people(f, message, query);
  } else if (g_str_equal(path, "/v1/events/7/walk-ins")) {
    f->there[PEOPLE + 2] = TRUE;
    f->versions[PEOPLE + 2] = 2;
    g_autofree char *json = person(f, PEOPLE + 2);
    fake_reply(message, 201, json);
  } else if (g_str_has_prefix(path, "/v1/events/7/attendees/")) {
    answer_person(f, message, path);
  } else {
    fake_problem(message, 404, "{\"type\":\"not_found\",\"status\":404}");
  }
}

static void
set_up(fixture *f, gconstpointer data)
{
  f->event_version = 1;
  for (int i = 1; i <= PEOPLE; i++)
    f->there[i] = f->versions[i] = 1;
  f->server = fake_server_new(handle, f);
  f->folder = fake_folder();
  g_autofree char *path = g_build_filename(f->folder, "s.db", NULL);
  f->api = ccg_api_new(fake_server_origin(f->server));
  f->store = ccg_store_new(path, NULL);
  f->sync = ccg_sync_new(f->api, f->store);
}

static void
tear_down(fixture *f, gconstpointer data)
{
  ccg_sync_stop(f->sync);
  fake_finalize(f->sync);
  fake_finalize(f->store);
  fake_server_free(f->server);
  fake_finalize(f->api);
  fake_folder_remove(f->folder);
}

static CcgSyncState
state_of(fixture *f)
{
  int state;
  g_object_get(f->sync, "state", &state, NULL);
  return (CcgSyncState) state;
}

static gboolean
is_live(gpointer data)
{
  fixture *f = data;
  return state_of(f) == CCG_SYNC_LIVE && fake_server_n_sockets(f->server) == 1;
}

static gboolean
is_offline(gpointer data)
{
  return state_of(data) == CCG_SYNC_OFFLINE;
}

static gboolean
is_loaded(gpointer data)
{
  fixture *f = data;
  return !ccg_sync_is_loading_event(f->sync, 7);
}

static void
go_live(fixture *f)
{
  ccg_sync_watch_event(f->sync, 7);
  g_assert_true(ccg_sync_is_loading_event(f->sync, 7));
  ccg_sync_start(f->sync);
  g_assert_cmpint(state_of(f), ==, CCG_SYNC_LOADING);
  fake_wait(is_live, f);
  fake_wait(is_loaded, f);
}

static guint
n_of(fixture *f, int status)
{
  CcgCounts counts;
  ccg_store_count_attendees(f->store, 7, &counts);
  return status == CC_ATTENDEE_ATTENDED ? counts.attended : counts.registered;
}

static void
push(fixture *f, const char *entity, int op, int id, const char *cursor)
{
  static const char *const ops[] = {"", "insert", "update", "delete"};
  g_autofree char *number = id == 0 ? g_strdup("null") : g_strdup_printf("%d", id);
  g_autofree char *json =
    g_strdup_printf("{\"data\":[{\"op\":\"%s\",\"entity\":\"%s\",\"entity_id\":%s,\"version\":2,"
                    "\"at\":\"2026-11-03T12:00:00Z\"}],\"cursor\":\"%s\",\"more\":false}",
                    ops[op],
                    entity,
                    number,
                    cursor);
  fake_server_push(f->server, json);
}

static gboolean
has_attended(gpointer data)
{
  return n_of(data, CC_ATTENDEE_ATTENDED) > 0;
}

static gboolean
one_less(gpointer data)
{
  return n_of(data, CC_ATTENDEE_REGISTERED) == PEOPLE - 1;
}

static gboolean
two_less(gpointer data)
{
  return n_of(data, CC_ATTENDEE_REGISTERED) == PEOPLE - 2;
}

static gboolean
many_less(gpointer data)
{
  return n_of(data, CC_ATTENDEE_REGISTERED) == PEOPLE - 51;
}

static gboolean
cursor_is(fixture *f, const char *expected)
{
  g_autofree char *cursor = ccg_store_get_value(f->store, "feed-cursor");
  return g_strcmp0(cursor, expected) == 0;
}

static gboolean
cursor_moved(gpointer data)
{
  return cursor_is(data, "c1");
}

static gboolean
has_attended_many(gpointer data)
{
  return n_of(data, CC_ATTENDEE_ATTENDED) == 50;
}

static gboolean
has_attended_two(gpointer data)
{
  return n_of(data, CC_ATTENDEE_ATTENDED) == 2;
}

static gboolean
has_title(gpointer data)
{
  fixture *f = data;
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
test_feed(fixture *f, gconstpointer data)
{
  go_live(f);
  g_assert_cmpuint(n_of(f, CC_ATTENDEE_REGISTERED), ==, PEOPLE);
  g_assert_cmpuint(f->n_lists, ==, 3); /* 370 to a page */
  g_autoptr(CcgDoorList) list = ccg_door_list_new(f->store, 7);
  while (g_list_model_get_n_items(G_LIST_MODEL(list)) < PEOPLE) /* the rows come in steps */
    g_main_context_iteration(NULL, TRUE);
  int n = 0;
  gulong id = g_signal_connect(list, "items-changed", G_CALLBACK(count_changes), &n);
  f->versions[42]++;
  gint64 start = g_get_monotonic_time();
  push(f, "attendee", 2, 42, "c1");
  fake_wait(has_attended, f);
  g_assert_cmpint(g_get_monotonic_time() - start, <, 2 * G_USEC_PER_SEC);
  fake_wait(cursor_moved, f);
  g_assert_cmpint(n, ==, 1);
  g_assert_cmpuint(f->n_lists, ==, 3);
  g_signal_handler_disconnect(list, id);

  f->event_version = 2;
  push(f, "event", 2, 7, "c2");
  fake_wait(has_title, f);
  f->there[1] = FALSE;
  push(f, "attendee", 3, 1, "c3");
  fake_wait(two_less, f);
  f->there[PEOPLE + 1] = TRUE; /* somebody new */
  f->versions[PEOPLE + 1] = 1;
  push(f, "attendee", 1, PEOPLE + 1, "c4");
  fake_wait(one_less, f);
  g_assert_cmpuint(f->n_lists, ==, 4);
}

/* Many at once are read as a list, and what is gone goes when the whole list is read again. */
static void
test_many(fixture *f, gconstpointer data)
{
  go_live(f);
  for (int i = 100; i < 150; i++) {
    f->versions[i]++;
    push(f, "attendee", 2, i, "c1");
  }
  fake_wait(has_attended_many, f);
  g_assert_cmpuint(f->n_singles, <, 20);
  f->there[3] = FALSE;
  push(f, "attendee", 2, 0, "c5");
  fake_wait(many_less, f);
}

static void
on_rows_told(CcgStore *store, gint64 event_id, GArray *ids, fixture *f)
{
  f->told_early = f->told_early || cursor_is(f, "c1");
}

/* The cursor never stands for rows that the lists have not been told of. */
static void
test_order(fixture *f, gconstpointer data)
{
  go_live(f);
  g_signal_connect(f->store, "rows-changed", G_CALLBACK(on_rows_told), f);
  f->versions[42]++;
  f->there[1] = FALSE;
  push(f, "attendee", 3, 1, "c1");
  push(f, "attendee", 2, 42, "c1");
  fake_wait(cursor_moved, f);
  g_assert_cmpuint(n_of(f, CC_ATTENDEE_ATTENDED), ==, 1);
  g_assert_cmpuint(n_of(f, CC_ATTENDEE_REGISTERED), ==, PEOPLE - 2);
  g_assert_false(f->told_early);
  g_signal_handlers_disconnect_by_data(f->store, f);
}

/* What the other connection of a test does to the store's file. */
static void
run_sql(fixture *f, const char *sql)
{
  g_autofree char *path = g_build_filename(f->folder, "s.db", NULL);
  sqlite3 *db = NULL;
  g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
  (void) sqlite3_busy_timeout(db, 5000);
  g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
}

/* A row that the store cannot keep is asked for again until the store can. */
static void
test_full(fixture *f, gconstpointer data)
{
  go_live(f);
  run_sql(f,
          "CREATE TRIGGER full BEFORE UPDATE ON attendees BEGIN"
          " SELECT raise(ABORT, 'database or disk is full'); END");
  f->versions[42]++;
  push(f, "attendee", 2, 42, "c1");
  fake_wait(is_offline, f);
  g_assert_true(cursor_is(f, "c0"));
  run_sql(f, "DROP TRIGGER full");
  ccg_sync_refresh(f->sync);
  fake_wait(is_live, f);
  push(f, "attendee", 2, 42, "c1"); /* as the real server does for everything behind c0 */
  fake_wait(has_attended, f);
  fake_wait(cursor_moved, f);
}

/* Live, and of the door list one page is on its way with all who were there when it was asked for.
 */
static void
go_live_holding_page(fixture *f)
{
  ccg_sync_start(f->sync);
  fake_wait(is_live, f);
  f->hold = TRUE;
  ccg_sync_watch_event(f->sync, 7);
  fake_wait(is_held, f);
  f->there[3] = FALSE;
}

static void
test_gone_while_loading(fixture *f, gconstpointer data)
{
  go_live_holding_page(f);
  push(f, "attendee", 3, 3, "c1");
  fake_wait(cursor_moved, f);
  release(f);
  fake_wait(is_loaded, f);
  g_assert_cmpuint(n_of(f, CC_ATTENDEE_REGISTERED), ==, PEOPLE - 1);
}

/* A change of all people, told while their list comes, is a reason to read it once more. */
static void
test_many_while_loading(fixture *f, gconstpointer data)
{
  go_live_holding_page(f);
  push(f, "attendee", 2, 0, "c1");
  fake_wait(cursor_moved, f);
  release(f);
  fake_wait(one_less, f);
  g_assert_false(ccg_sync_is_loading_event(f->sync, 7));
}

/* Of two loads of a door list that was left and opened again, the second one counts. */
static void
test_watch_again(fixture *f, gconstpointer data)
{
  go_live_holding_page(f);
  SoupServerMessage *first = g_steal_pointer(&f->held);
  ccg_sync_unwatch_event(f->sync, 7);
  f->hold = TRUE;
  ccg_sync_watch_event(f->sync, 7);
  fake_wait(is_held, f);
  soup_server_message_unpause(first);
  g_object_unref(first);
  release(f);
  fake_wait(is_loaded, f);
  g_assert_cmpuint(n_of(f, CC_ATTENDEE_REGISTERED), ==, PEOPLE - 1);
}

static void
test_offline(fixture *f, gconstpointer data)
{
  go_live(f);
  fake_server_down(f->server);
  fake_wait(is_offline, f);
  g_autofree char *message = NULL;
  g_object_get(f->sync, "message", &message, NULL);
  g_assert_nonnull(message);
  g_assert_cmpuint(n_of(f, CC_ATTENDEE_REGISTERED), ==, PEOPLE);
  fake_server_up(f->server);
  ccg_sync_refresh(f->sync);
  fake_wait(is_live, f);
  f->versions[42]++;
  push(f, "attendee", 2, 42, "c9");
  fake_wait(has_attended, f);
  fake_server_down(f->server);
  fake_wait(is_offline, f);
  fake_server_up(f->server);
  fake_wait(is_live, f); /* by itself */
}

static CcgRecord *
check_in(fixture *f, int id, GError **error)
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
test_write(fixture *f, gconstpointer data)
{
  go_live(f);
  g_autoptr(GError) error = NULL;
  g_autoptr(CcgRecord) record = check_in(f, 5, &error);
  g_assert_no_error(error);
  g_assert_cmpint(((const cc_attendee *) ccg_record_get(record))->status, ==, CC_ATTENDEE_ATTENDED);
  g_assert_cmpuint(n_of(f, CC_ATTENDEE_ATTENDED), ==, 1);
  f->versions[6]++; /* somebody else was faster, and the feed has not said so */
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
  g_assert_cmpuint(n_of(f, CC_ATTENDEE_ATTENDED), ==, 3);
}

/* Stopped in the middle of everything: nothing is left behind. */
static void
test_stop(fixture *f, gconstpointer data)
{
  for (int i = 0; i < 8; i++) {
    ccg_sync_watch_event(f->sync, 7);
    ccg_sync_start(f->sync);
    fake_run((guint) i * 7);
    ccg_sync_stop(f->sync);
    ccg_sync_unwatch_event(f->sync, 7);
  }
}

static gboolean
is_closing(gpointer data)
{
  return fake_server_n_open(((fixture *) data)->server) == 0;
}

/* The server goes down after the client's farewell and before its end. */
static void
test_stop_then_down(fixture *f, gconstpointer data)
{
  go_live(f);
  ccg_sync_stop(f->sync);
  fake_wait(is_closing, f);
  fake_server_down(f->server);
}

int
main(int argc, char *argv[])
{
  cc_codec_init();
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/sync/" name, fixture, NULL, set_up, function, tear_down)
  ADD("feed", test_feed);
  ADD("many", test_many);
  ADD("order", test_order);
  ADD("full", test_full);
  ADD("gone-while-loading", test_gone_while_loading);
  ADD("many-while-loading", test_many_while_loading);
  ADD("watch-again", test_watch_again);
  ADD("offline", test_offline);
  ADD("write", test_write);
  ADD("stop", test_stop);
  ADD("stop-then-down", test_stop_then_down);
  return g_test_run();
}
