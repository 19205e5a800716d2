/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client-gtk/core/ccg-store-private.h"
#include "common/api/cc-attendee.h"
#include "common/api/cc-event.h"
#include "tests/client/core/fake-server.h"

/* The local store and its live lists. */

#define PEOPLE 10000

typedef struct {
  char *folder, *path;
  CcgStore *store;
  GString *log; /* the items-changed signals of the list under test, as text */
} fixture;

static void
set_up(fixture *f, gconstpointer data)
{
  f->folder = fake_folder();
  f->path = g_build_filename(f->folder, "s.db", NULL);
  g_autoptr(GError) error = NULL;
  f->store = ccg_store_new(f->path, &error);
  g_assert_no_error(error);
  f->log = g_string_new(NULL);
}

static void
tear_down(fixture *f, gconstpointer data)
{
  g_assert_finalize_object(f->store);
  g_string_free(f->log, TRUE);
  g_free(f->path);
  fake_folder_remove(f->folder);
}

static void
put(CcgStore *store, gint64 event_id, const char *json, gboolean complete)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) docs = g_ptr_array_new_with_free_func((GDestroyNotify) ccg_doc_unref);
  const cc_type *type = event_id == 0 ? &cc_event_type : &cc_attendee_type;
  CcgDoc *doc = strstr(json, "\"data\"") != NULL
                  ? ccg_doc_new_page_from_json(type, json, strlen(json), &error)
                  : ccg_doc_new_from_json(type, json, strlen(json), &error);
  g_assert_no_error(error);
  g_ptr_array_add(docs, doc);
  g_autoptr(GAsyncResult) result = NULL;
  if (event_id == 0)
    ccg_store_put_events_async(store, docs, complete, fake_result, &result);
  else
    ccg_store_put_attendees_async(store, event_id, docs, complete, fake_result, &result);
  (void) ccg_store_put_finish(store, fake_await(&result), &error);
  g_assert_no_error(error);
}

static void
put_person(CcgStore *store,
           gint64 id,
           const char *first,
           const char *last,
           int version,
           const char *status)
{
  g_autofree char *json = g_strdup_printf(
    "{\"id\":%" G_GINT64_FORMAT ",\"event_id\":7,\"first_name\":\"%s\",\"last_name\":\"%s\","
    "\"email\":\"%s.%s@example.org\",\"phone\":\"+1555010%04d\",\"status\":\"%s\",\"version\":%d}",
    id,
    first,
    last,
    first,
    last,
    (int) id,
    status,
    version);
  put(store, 7, json, FALSE);
}

static void
put_crowd(CcgStore *store)
{
  static const char *const firsts[] = {"Rosa", "Ann", "Béla", "Chloé", "Dmitri", "Eve", "Fatima"};
  static const char *const lasts[] = {"Medina", "Öztürk", "Smith", "Nguyen", "Okafor", "Ruiz"};
  g_autoptr(GString) json = g_string_new(NULL);
  for (int i = 1; i <= PEOPLE; i++) {
    if (i % 400 == 1)
      g_string_assign(json, "{\"data\":[");
    g_string_append_printf(
      json,
      "%s{\"id\":%d,\"event_id\":7,\"first_name\":\"%s\",\"last_name\":\"%s%d\",\"version\":1,"
      "\"email\":\"p%d@example.org\",\"phone\":\"+1555%07d\",\"status\":\"registered\"}",
      i % 400 == 1 ? "" : ",",
      i,
      firsts[i % 7],
      lasts[i % 6],
      i / 6,
      i,
      i);
    if (i % 400 == 0) {
      g_string_append(json, "]}");
      put(store, 7, json->str, FALSE);
    }
  }
}

static void
log_change(GListModel *model, guint position, guint removed, guint added, fixture *f)
{
  g_string_append_printf(f->log, "%u-%u+%u ", position, removed, added);
  /* Whenever the list reports a change, the added items (at most three are checked) can be read. */
  for (guint i = position; i < position + MIN(added, 3); i++) {
    g_autoptr(CcgRecord) record = g_list_model_get_item(model, i);
    g_assert_nonnull(record);
  }
}

static char *
names(GListModel *model)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < g_list_model_get_n_items(model); i++) {
    g_autoptr(CcgRecord) record = g_list_model_get_item(model, i);
    const cc_attendee *who = ccg_record_get(record);
    g_string_append_printf(text, "%s%s", i > 0 ? " " : "", who->first_name);
  }
  return g_string_free(text, FALSE);
}

static void
check_names(gpointer list, const char *expected)
{
  g_autofree char *all = names(G_LIST_MODEL(list));
  g_assert_cmpstr(all, ==, expected);
}

static void
test_door(fixture *f, gconstpointer data)
{
  put_person(f->store, 1, "Zoe", "Öztürk", 1, "registered");
  put_person(f->store, 2, "Rosa", "Medina", 1, "registered");
  put_person(f->store, 3, "Ann", "medina", 1, "registered");
  put_person(f->store, 4, "Paul", "Smith", 1, "cancelled");
  g_autoptr(CcgDoorList) list = ccg_door_list_new(f->store, 7);
  check_names(list, "Ann Rosa Zoe Paul");
  g_signal_connect(list, "items-changed", G_CALLBACK(log_change), f);

  put_person(f->store, 2, "Rosa", "Medina", 2, "attended");
  g_assert_cmpstr(f->log->str, ==, "1-1+1 ");
  g_string_truncate(f->log, 0);
  put_person(f->store, 2, "Rosa", "Medina", 1, "registered"); /* older */
  put_person(f->store, 2, "Rosa", "Medina", 2, "attended");   /* the same */
  g_assert_cmpstr(f->log->str, ==, "");

  put_person(f->store, 5, "Bob", "Nguyen", 1, "attended");
  g_assert_cmpstr(f->log->str, ==, "2-0+1 ");
  g_string_truncate(f->log, 0);
  ccg_door_list_set_status(list, CC_ATTENDEE_ATTENDED);
  check_names(list, "Rosa Bob");
  ccg_door_list_set_status(list, 0);

  CcgCounts counts;
  ccg_store_count_attendees(f->store, 7, &counts);
  g_assert_cmpuint(counts.registered, ==, 2);
  g_assert_cmpuint(counts.attended, ==, 2);
  g_assert_cmpuint(counts.cancelled, ==, 1);

  put(f->store,
      7,
      "{\"data\":[{\"id\":3,\"event_id\":7,\"first_name\":\"Ann\",\"last_name\":\"medina\","
      "\"version\":2}]}",
      TRUE);
  check_names(list, "Ann");
  put(f->store, 7, "{\"data\":[]}", TRUE);
  check_names(list, "");
}

static void
check_search(CcgDoorList *list, const char *text, const char *expected)
{
  ccg_door_list_set_search(list, text);
  check_names(list, expected);
}

static void
test_search(fixture *f, gconstpointer data)
{
  put_person(f->store, 1, "Zoé", "Öztürk", 1, "registered");
  put_person(f->store, 2, "Rosa", "Medina", 1, "registered");
  put_person(f->store, 1234, "Ann", "Medina", 1, "registered");
  g_autoptr(CcgDoorList) list = ccg_door_list_new(f->store, 7);
  check_search(list, "me", "Ann Rosa");
  check_search(list, "ROSA med", "Rosa");
  check_search(list, "medina rosa", "Rosa");
  check_search(list, "zoe ozt", "Zoé");
  check_search(list, "Öz", "Zoé");
  check_search(list, "1234", "Ann");
  check_search(list, "(555) 010-1234", "Ann");
  check_search(list, "rosa.medina@ex", "Rosa");
  check_search(list, "nobody", "");
  check_search(list, "\"*()^:-", "Ann Rosa Zoé"); /* no word in it */
  check_search(list, "a OR b\"", "");
  check_search(list, "", "Ann Rosa Zoé");
  ccg_door_list_set_search(list, "ann");
  put_person(f->store, 1234, "Mia", "Medina", 2, "registered");
  check_names(list, "");
  check_search(list, "mia", "Mia");
}

static int
compare_times(gconstpointer one, gconstpointer other)
{
  gint64 a = *(const gint64 *) one;
  gint64 b = *(const gint64 *) other;
  return (a > b) - (a < b);
}

/* Wait until all rows are in the list: a long list is filled in steps. */
static void
wait_for_crowd(CcgDoorList *list)
{
  while (g_list_model_get_n_items(G_LIST_MODEL(list)) < PEOPLE)
    g_main_context_iteration(NULL, TRUE);
  g_assert_cmpuint(g_list_model_get_n_items(G_LIST_MODEL(list)), ==, PEOPLE);
}

static void
test_crowd(fixture *f, gconstpointer data)
{
  static const char *const typed[] = {"r",
                                      "ro",
                                      "ros",
                                      "rosa",
                                      "me",
                                      "medina1",
                                      "555000",
                                      "1234",
                                      "p77",
                                      "oz",
                                      "ann smith",
                                      "zz",
                                      "dmi oka",
                                      "e",
                                      "nguyen9"};
  put_crowd(f->store);
  g_autoptr(CcgDoorList) list = ccg_door_list_new(f->store, 7);
  wait_for_crowd(list);
  gint64 times[G_N_ELEMENTS(typed)];
  gint64 worst = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(typed); i++) {
    gint64 start = g_get_monotonic_time();
    ccg_door_list_set_search(list, typed[i]);
    for (guint k = 0; k < 20; k++) {
      CcgRecord *record = g_list_model_get_item(G_LIST_MODEL(list), k);
      g_clear_object(&record);
    }
    times[i] = g_get_monotonic_time() - start;
    worst = MAX(worst, times[i]);
    g_test_message("%s: %u in %d us",
                   typed[i],
                   g_list_model_get_n_items(G_LIST_MODEL(list)),
                   (int) times[i]);
  }
  qsort(times, G_N_ELEMENTS(times), sizeof times[0], compare_times);
  gint64 median = times[G_N_ELEMENTS(times) / 2];
  g_test_minimized_result((double) median / 1000, "median search with 20 rows, ms");
  g_test_minimized_result((double) worst / 1000, "worst search with 20 rows, ms");
  /* The limit is ten times the usual time, because machines and sanitizers differ. */
  g_assert_cmpint(median, <, 50000);
  ccg_door_list_set_search(list, "");
  wait_for_crowd(list);
  g_signal_connect(list, "items-changed", G_CALLBACK(log_change), f);
  gint64 start = g_get_monotonic_time();
  put_person(f->store, 5000, "Chloé", "Smith833", 2, "attended");
  g_test_minimized_result((double) (g_get_monotonic_time() - start) / 1000, "one row changed, ms");
  g_assert_cmpuint(strlen(f->log->str), >, 0);
  g_assert_null(strchr(strchr(f->log->str, ' ') + 1, ' '));
  g_assert_true(g_str_has_suffix(f->log->str, "-1+1 "));
}

/* Store an event at @hour of the present day in the zone, plus @days. @zone NULL: the device's
 * zone, and the event has none. */
static void
put_event_at(fixture *f, int id, const char *zone, int days, int hour, int hours, const char *title)
{
  g_autoptr(GTimeZone) place =
    zone == NULL ? g_time_zone_new_local() : g_time_zone_new_identifier(zone);
  g_assert_nonnull(place);
  g_autoptr(GDateTime) now = g_date_time_new_now(place);
  g_autoptr(GDateTime) today = g_date_time_new(place,
                                               g_date_time_get_year(now),
                                               g_date_time_get_month(now),
                                               g_date_time_get_day_of_month(now),
                                               hour,
                                               0,
                                               0);
  g_autoptr(GDateTime) day = g_date_time_add_days(today, days);
  g_autoptr(GDateTime) start = g_date_time_to_utc(day);
  g_autoptr(GDateTime) end = g_date_time_add_hours(start, hours);
  g_autofree char *from = g_date_time_format(start, "%Y-%m-%dT%H:%M:%SZ");
  g_autofree char *to = g_date_time_format(end, "%Y-%m-%dT%H:%M:%SZ");
  g_autofree char *said =
    zone == NULL ? g_strdup("") : g_strdup_printf("\"timezone\":\"%s\",", zone);
  g_autofree char *json =
    g_strdup_printf("{\"id\":%d,\"title\":\"%s\",%s\"start_time\":\"%s\",\"end_"
                    "time\":\"%s\",\"version\":1}",
                    id,
                    title,
                    said,
                    from,
                    to);
  put(f->store, 0, json, FALSE);
}

static void
put_event(fixture *f, int id, int days, int hours, const char *title)
{
  put_event_at(f, id, NULL, days, 12, hours, title);
}

static char *
titles(GListModel *model)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < g_list_model_get_n_items(model); i++) {
    g_autoptr(CcgRecord) record = g_list_model_get_item(model, i);
    g_string_append(text, ((const cc_event *) ccg_record_get(record))->title);
  }
  return g_string_free(text, FALSE);
}

static void
test_events(fixture *f, gconstpointer data)
{
  g_autoptr(GListModel) today = ccg_store_list_events(f->store, CCG_EVENTS_TODAY);
  g_autoptr(GListModel) upcoming = ccg_store_list_events(f->store, CCG_EVENTS_UPCOMING);
  g_autoptr(GListModel) past = ccg_store_list_events(f->store, CCG_EVENTS_PAST);
  put_event(f, 1, 0, 2, "a");
  put_event(f, 2, 1, 2, "b");
  put_event(f, 3, 2, 2, "c");
  put_event(f, 4, -1, 2, "d");
  put_event(f, 5, -2, 2, "e");
  put_event(f, 6, -1, 40, "f"); /* goes on today */
  g_autofree char *now = titles(today);
  g_autofree char *later = titles(upcoming);
  g_autofree char *before = titles(past);
  g_assert_cmpstr(now, ==, "fa");
  g_assert_cmpstr(later, ==, "bc");
  g_assert_cmpstr(before, ==, "de");
  g_signal_connect(today, "items-changed", G_CALLBACK(log_change), f);
  /* The same version of an event with other counts counts as a change. */
  put_event(f, 1, 0, 2, "A");
  g_assert_cmpstr(f->log->str, ==, "1-1+1 ");
  put(f->store, 7, "{\"id\":1,\"event_id\":1,\"first_name\":\"A\",\"version\":1}", FALSE);
  put(f->store, 0, "{\"data\":[]}", TRUE);
  g_assert_cmpuint(g_list_model_get_n_items(today), ==, 0);
  g_assert_null(ccg_store_get_attendee(f->store, 1, 1));
}

/* Events in several zones: at any hour, two of these places have another date than this machine. */
static void
test_events_elsewhere(fixture *f, gconstpointer data)
{
  const char *const zones[] = {"Pacific/Kiritimati", "Etc/GMT+12", "UTC", "Asia/Kathmandu"};
  g_autoptr(GListModel) today = ccg_store_list_events(f->store, CCG_EVENTS_TODAY);
  g_autoptr(GListModel) upcoming = ccg_store_list_events(f->store, CCG_EVENTS_UPCOMING);
  g_autoptr(GListModel) past = ccg_store_list_events(f->store, CCG_EVENTS_PAST);
  for (gsize i = 0; i < G_N_ELEMENTS(zones); i++) {
    put_event_at(f, (int) i * 4 + 1, zones[i], 0, 0, 1, "a");
    put_event_at(f, (int) i * 4 + 2, zones[i], 0, 23, 1, "b");
    put_event_at(f, (int) i * 4 + 3, zones[i], 1, 0, 1, "c");
    put_event_at(f, (int) i * 4 + 4, zones[i], -1, 23, 1, "d"); /* this event ends at midnight */
    g_autofree char *now = titles(today);
    g_autofree char *later = titles(upcoming);
    g_autofree char *before = titles(past);
    g_assert_cmpuint(strlen(now), ==, 2 * (i + 1));
    g_assert_null(strpbrk(now, "cd"));
    g_assert_cmpuint(strspn(later, "c"), ==, i + 1);
    g_assert_cmpuint(strspn(before, "d"), ==, i + 1);
  }
}

static void
test_again(fixture *f, gconstpointer data)
{
  put_person(f->store, 2, "Rosa", "Medina", 1, "registered");
  ccg_store_set_value(f->store, "cursor", "abc");
  g_autofree char *now = ccg_store_get_value(f->store, "cursor");
  g_assert_cmpstr(now, ==, "abc");
  fake_finalize(f->store);
  f->store = ccg_store_new(f->path, NULL);
  g_autofree char *kept = ccg_store_get_value(f->store, "cursor");
  g_assert_cmpstr(kept, ==, "abc");
  g_autoptr(CcgRecord) rosa = ccg_store_get_attendee(f->store, 7, 2);
  g_assert_nonnull(rosa);
  ccg_store_wipe(f->store);
  g_assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
  g_assert_null(ccg_store_get_attendee(f->store, 7, 2));
  ccg_store_set_value(f->store, "cursor", "later");
}

static void
test_damaged(fixture *f, gconstpointer data)
{
  g_assert_finalize_object(f->store);
  g_assert_true(g_file_set_contents(f->path, "this is no database, not at all", -1, NULL));
  g_test_expect_message("ccg-core", G_LOG_LEVEL_MESSAGE, "*a new store is created*");
  g_autoptr(GError) error = NULL;
  f->store = ccg_store_new(f->path, &error);
  g_assert_no_error(error);
  put_person(f->store, 2, "Rosa", "Medina", 1, "registered");
}

/* A page is stored completely or not at all, whenever the program is killed. */
static void
test_killed(fixture *f, gconstpointer data)
{
  const char *self = data;
  g_assert_finalize_object(f->store);
  g_autoptr(GError) error = NULL;
  for (int round = 0; round < 5; round++) {
    const char *const arguments[] = {self, "--write-for-ever", f->path, NULL};
    GPid child;
    (void) g_spawn_async(NULL,
                         (char **) arguments,
                         NULL,
                         G_SPAWN_DO_NOT_REAP_CHILD,
                         NULL,
                         NULL,
                         &child,
                         &error);
    g_assert_no_error(error);
    g_usleep(120000 + (gulong) round * 37000);
    g_assert_cmpint(kill(child, SIGKILL), ==, 0);
    (void) waitpid(child, NULL, 0);
    f->store = ccg_store_new(f->path, &error);
    g_assert_no_error(error);
    CcgCounts counts;
    ccg_store_count_attendees(f->store, 7, &counts);
    g_assert_true(counts.registered == 400 || counts.registered == 0);
    sqlite3_stmt *check =
      ccg_store_db_prepare(ccg_store_get_reader(f->store), "PRAGMA integrity_check");
    g_assert_cmpint(sqlite3_step(check), ==, SQLITE_ROW);
    g_assert_cmpstr((const char *) sqlite3_column_text(check, 0), ==, "ok");
    (void) sqlite3_finalize(check);
    if (round < 4)
      g_assert_finalize_object(f->store);
  }
}

static int
write_for_ever(const char *path)
{
  g_autoptr(CcgStore) store = ccg_store_new(path, NULL);
  for (int version = 1;; version++) {
    g_autoptr(GString) json = g_string_new("{\"data\":[");
    for (int i = 1; i <= 400; i++)
      g_string_append_printf(json,
                             "%s{\"id\":%d,\"event_id\":7,\"first_name\":\"A%d\",\"last_name\":"
                             "\"B\","
                             "\"status\":\"registered\",\"version\":%d}",
                             i > 1 ? "," : "",
                             version * 1000 + i,
                             version,
                             version);
    g_string_append(json, "]}");
    put(store, 7, json->str, TRUE);
  }
  return 0;
}

int
main(int argc, char *argv[])
{
  cc_codec_init();
  if (argc == 3 && g_str_equal(argv[1], "--write-for-ever"))
    return write_for_ever(argv[2]);
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function, data)                                                                  \
  g_test_add("/store/" name, fixture, data, set_up, function, tear_down)
  ADD("door", test_door, NULL);
  ADD("search", test_search, NULL);
  ADD("crowd", test_crowd, NULL);
  ADD("events", test_events, NULL);
  ADD("events-elsewhere", test_events_elsewhere, NULL);
  ADD("again", test_again, NULL);
  ADD("damaged", test_damaged, NULL);
  ADD("killed", test_killed, self);
  return g_test_run();
}
