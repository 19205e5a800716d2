/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/client/core/sync-fixture.h"

#include <string.h>

static char *
person(sync_fixture *f, int id)
{
  return g_strdup_printf("{\"id\":%d,\"event_id\":7,\"first_name\":\"P%04d\",\"last_name\":\"L\","
                         "\"status\":\"%s\",\"version\":%d}",
                         id,
                         id,
                         f->versions[id] > 1 ? "attended" : "registered",
                         f->versions[id]);
}

/* Reply with a page of people: those after the id in the cursor. */
static void
answer_people(sync_fixture *f, SoupServerMessage *message, GHashTable *query)
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

gboolean
sync_is_held(gpointer data)
{
  return ((sync_fixture *) data)->held != NULL;
}

void
sync_release(sync_fixture *f)
{
  soup_server_message_unpause(f->held);
  g_clear_object(&f->held);
}

static void
answer_person(sync_fixture *f, SoupServerMessage *message, const char *path)
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
event_json(sync_fixture *f)
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
  sync_fixture *f = user_data;
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

void
sync_set_up(sync_fixture *f, gconstpointer data)
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

void
sync_tear_down(sync_fixture *f, gconstpointer data)
{
  ccg_sync_stop(f->sync);
  fake_finalize(f->sync);
  fake_finalize(f->store);
  fake_server_free(f->server);
  fake_finalize(f->api);
  fake_folder_remove(f->folder);
}

CcgSyncState
sync_state_of(sync_fixture *f)
{
  int state;
  g_object_get(f->sync, "state", &state, NULL);
  return (CcgSyncState) state;
}

gboolean
sync_is_live(gpointer data)
{
  sync_fixture *f = data;
  return sync_state_of(f) == CCG_SYNC_LIVE && fake_server_n_sockets(f->server) == 1;
}

gboolean
sync_is_offline(gpointer data)
{
  return sync_state_of(data) == CCG_SYNC_OFFLINE;
}

gboolean
sync_is_loaded(gpointer data)
{
  sync_fixture *f = data;
  return !ccg_sync_is_loading_event(f->sync, 7);
}

void
sync_go_live(sync_fixture *f)
{
  ccg_sync_watch_event(f->sync, 7);
  g_assert_true(ccg_sync_is_loading_event(f->sync, 7));
  ccg_sync_start(f->sync);
  g_assert_cmpint(sync_state_of(f), ==, CCG_SYNC_LOADING);
  fake_wait(sync_is_live, f);
  fake_wait(sync_is_loaded, f);
}

guint
sync_n_of(sync_fixture *f, int status)
{
  CcgCounts counts;
  ccg_store_count_attendees(f->store, 7, &counts);
  return status == CC_ATTENDEE_ATTENDED ? counts.attended : counts.registered;
}

void
sync_push(sync_fixture *f, const char *entity, int op, int id, const char *cursor)
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

gboolean
sync_cursor_is(sync_fixture *f, const char *expected)
{
  g_autofree char *cursor = ccg_store_get_value(f->store, "feed-cursor");
  return g_strcmp0(cursor, expected) == 0;
}

gboolean
sync_cursor_moved(gpointer data)
{
  return sync_cursor_is(data, "c1");
}

gboolean
sync_one_less(gpointer data)
{
  return sync_n_of(data, CC_ATTENDEE_REGISTERED) == PEOPLE - 1;
}

gboolean
sync_has_attended(gpointer data)
{
  return sync_n_of(data, CC_ATTENDEE_ATTENDED) > 0;
}
