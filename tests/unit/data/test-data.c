/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/cc-time.h"
#include "server/data/ccd-db.h"
#include "tests/unit/data/test-queries.h"

/* Tests against a real database that this program may stop: tests/unit/data/run.py starts both. */

typedef struct thing {
  int64_t id;
  char *title;
  char *slug;
  double *amount;
  int64_t *parent;
  cc_time at;
  char *data;
  bool open;
  int64_t version;
} thing;

static const cc_field thing_fields[] = {
  CC_INT64(thing, id, .flags = CC_READ_ONLY),
  CC_STRING(thing, title, .flags = CC_REQUIRED),
  CC_STRING(thing, slug, .flags = CC_NULLABLE),
  CC_OPT_DOUBLE(thing, amount, .flags = CC_NULLABLE),
  CC_OPT_INT64(thing, parent, .flags = CC_NULLABLE),
  CC_TIME(thing, at, .flags = CC_READ_ONLY),
  CC_JSON(thing, data, .flags = CC_READ_ONLY),
  CC_BOOL(thing, open, .flags = CC_READ_ONLY),
  CC_INT64(thing, version, .flags = CC_READ_ONLY | CC_VERSION),
};
static const cc_type thing_type = CC_TYPE(thing, "Thing", thing_fields);

typedef struct wrong {
  cc_time title;
  int64_t nothing;
} wrong;

static const cc_field wrong_fields[] = {CC_TIME(wrong, title)};
static const cc_type wrong_type = CC_TYPE(wrong, "Wrong", wrong_fields);
static const cc_field missing_fields[] = {CC_INT64(wrong, nothing)};
static const cc_type missing_type = CC_TYPE(wrong, "Missing", missing_fields);

static const ccd_query_use uses[] = {
  {&ccd_q_thing_get, &thing_type, NULL, CC_VIEW_ADMIN, true},
  {&ccd_q_thing_insert, &thing_type, &thing_type, CC_VIEW_ADMIN, true},
  {&ccd_q_thing_update, &thing_type, &thing_type, CC_VIEW_ADMIN, true},
};

static const ccd_context nobody = {.tx = CCD_READ};
static const ccd_context reader = {.tx = CCD_READ, .organization_id = 1, .user_id = 7};
static const ccd_context writer = {.tx = CCD_WRITE,
                                   .organization_id = 1,
                                   .user_id = 7,
                                   .actor = "user:7",
                                   .action = "thing.test"};
static const ccd_context visitor = {.tx = CCD_READ, .role = "campaign_public"};

static ccd_db_options options = {.connections = 2,
                                 .statement_timeout_ms = 700,
                                 .lock_timeout_ms = 300,
                                 .call_timeout_ms = 1000};

#define ARGS(...) ((const char *const[]){__VA_ARGS__})
#define ONCE(context, query, ...)                                                                  \
  ccd_db_query_in_own_tx(conn, context, &ccd_q_##query, ARGS(__VA_ARGS__), &rows, &error)
#define QUERY(query, ...) ccd_db_query(conn, &ccd_q_##query, ARGS(__VA_ARGS__), &rows, &error)

/* A pool and one of its connections, shared by all tests. */
static ccd_db *db;
static ccd_db_conn *conn;
static const ccd_rows *rows;
static cc_error error;

static void
setup(void)
{
  g_assert_cmpint(ccd_db_open(&options, uses, CC_N(uses), &db, &error), ==, CC_OK);
  g_assert_cmpint(ccd_db_borrow(db, &conn, &error), ==, CC_OK);
}

static void
teardown(void)
{
  ccd_db_return(db, conn);
  ccd_db_close(db);
}

static void
test_fits(void)
{
  static const struct {
    ccd_query_use uses[2];
    size_t n;
    const char *says;
  } cases[] = {
    {{{&ccd_q_thing_public, &wrong_type, NULL, 0, true}},
     1,
     "column \"title\" of field Wrong.title is text, needs timestamptz"},
    {{{&ccd_q_thing_public, &missing_type, NULL, 0, true}},
     1,
     "no column for field Missing.nothing"},
    {{{&ccd_q_thing_get, &missing_type, NULL, 0, true}}, 1, "column t.nothing does not exist"},
    {{{&ccd_q_thing_get, &thing_type, NULL, 0, true},
      {&ccd_q_thing_get, &wrong_type, NULL, 0, true}},
     2,
     "two uses have different columns"},
  };

  for (size_t i = 0; i < CC_N(cases); i++) {
    ccd_db *none = NULL;
    g_assert_cmpint(ccd_db_open(&options, cases[i].uses, cases[i].n, &none, &error),
                    ==,
                    CC_ERR_INTERNAL);
    g_assert_null(none);
    g_assert_nonnull(strstr(error.message, cases[i].says));
    g_assert_nonnull(strstr(error.message, "db/queries/things.sql:"));
  }
}

static void
test_rows(void)
{
  setup();
  g_assert_cmpint(ONCE(&reader, thing_get, "5"), ==, CC_OK);
  g_assert_cmpint(ccd_rows_n(rows), ==, 1);
  g_assert_cmpint(ccd_rows_columns(rows), ==, 9);
  g_assert_cmpstr(ccd_rows_column_name(rows, 1), ==, "title");
  g_assert_cmpint(ccd_rows_find(rows, "nothing"), ==, -1);
  g_assert_null(ccd_rows_get(rows, 0, "nothing"));
  g_assert_null(ccd_rows_get(rows, 1, "title"));
  g_assert_true(ccd_rows_bool(rows, 0, "open"));
  g_assert_cmpint(ccd_rows_int64(rows, 0, "id"), ==, 5);

  const cc_row_map *map = ccd_query_map(db, &ccd_q_thing_get, &thing_type);
  g_assert_nonnull(map);
  g_assert_null(ccd_query_map(db, &ccd_q_thing_get, &wrong_type));
  cc_row_map found;
  ccd_rows_map(rows, &thing_type, &found);
  g_assert_cmpmem(map->column, 18, found.column, 18);

  CC_AUTO(cc_arena) arena = cc_arena_new(100000);
  thing got = {0};
  g_assert_cmpint(ccd_rows_bind(rows, 0, &thing_type, arena, &got, &error), ==, CC_OK);
  g_assert_cmpstr(got.title, ==, "thing 5");
  g_assert_cmpfloat_with_epsilon(*got.amount, 1.25, 1e-9);
  g_assert_cmpint(ccd_rows_bind(rows, 1, &thing_type, arena, &got, &error), ==, CC_ERR_INTERNAL);
  teardown();
}

static void
test_context(void)
{
  setup();

  static const struct {
    const ccd_context *context;
    int64_t sees;
    const char *read_only, *actor, *organization;
  } cases[] = {
    {&nobody, 0, "on", "", ""},
    {&reader, 10, "on", "", "1"},
    {&nobody, 0, "on", "", ""},
    {&writer, 10, "off", "user:7", "1"},
    {&nobody, 0, "on", "", ""},
  };

  for (size_t i = 0; i < CC_N(cases); i++) {
    g_assert_cmpint(ONCE(cases[i].context, thing_who, NULL), ==, CC_OK);
    g_assert_cmpint(ccd_rows_int64(rows, 0, "n"), ==, cases[i].sees);
    g_assert_cmpstr(ccd_rows_get(rows, 0, "read_only"), ==, cases[i].read_only);
    const char *actor = ccd_rows_get(rows, 0, "actor");
    g_assert_cmpstr(actor != NULL ? actor : "", ==, cases[i].actor);
    const char *organization = ccd_rows_get(rows, 0, "organization");
    g_assert_cmpstr(organization != NULL ? organization : "", ==, cases[i].organization);
    g_assert_cmpstr(ccd_rows_get(rows, 0, "zone"), ==, "UTC");

    ccd_db_begin(conn, cases[i].context);
    g_assert_cmpint(QUERY(thing_who, NULL), ==, CC_OK);
    g_assert_cmpint(ccd_rows_int64(rows, 0, "n"), ==, cases[i].sees);
    g_assert_cmpstr(ccd_rows_get(rows, 0, "read_only"), ==, cases[i].read_only);
    g_assert_cmpint(ccd_db_commit(conn, &error), ==, CC_OK);
  }

  /* The restricted role sees the public rows of all organizations, and only the columns that it
   * may read. */
  g_assert_cmpint(ONCE(&visitor, thing_public, NULL), ==, CC_OK);
  g_assert_cmpint(ccd_rows_n(rows), ==, 20);
  g_assert_cmpint(ONCE(&visitor, thing_get, "1"), ==, CC_ERR_INTERNAL);
  g_assert_cmpint(ONCE(&nobody, thing_public, NULL), ==, CC_OK);
  g_assert_cmpint(ccd_rows_n(rows), ==, 0);
  teardown();
}

static const int only_own[CCD_DB_SHARES] = {1};

/* A pool whose connections have the restricted role from the start. */
static void
test_role_at_connect(void)
{
  ccd_db *narrow = NULL, *none = NULL;
  setup();
  ccd_db_return(db, conn);
  g_assert_cmpint(ccd_db_open_as(db, "test", "campaign_public", only_own, &narrow, &error),
                  ==,
                  CC_OK);
  g_assert_cmpint(ccd_db_borrow(narrow, &conn, &error), ==, CC_OK);
  g_assert_cmpint(ONCE(&visitor, thing_public, NULL), ==, CC_OK);
  g_assert_cmpint(ccd_rows_n(rows), ==, 20);
  g_assert_cmpint(ONCE(&visitor, thing_get, "1"), ==, CC_ERR_INTERNAL);
  g_assert_cmpint(ONCE(&visitor, thing_public, NULL), ==, CC_OK);

  /* A transaction without the role is refused before anything is sent. */
  g_assert_cmpint(ONCE(&reader, thing_who, NULL), ==, CC_ERR_INTERNAL);
  g_assert_cmpstr(error.code, ==, "role");
  g_assert_cmpint(ONCE(&writer, thing_who, NULL), ==, CC_ERR_INTERNAL);
  ccd_db_begin(conn, &writer);
  g_assert_cmpint(QUERY(thing_who, NULL), ==, CC_ERR_INTERNAL);
  ccd_db_rollback(conn);

  /* When the connection is replaced, the new one has the role too. */
  g_assert_cmpint(ONCE(&visitor, thing_pid, NULL), ==, CC_OK);
  int64_t before = ccd_rows_int64(rows, 0, "pid");
  g_assert_cmpint(kill((pid_t) before, SIGTERM), ==, 0);
  g_usleep(1500 * 1000);
  g_assert_cmpint(ONCE(&visitor, thing_pid, NULL), ==, CC_OK);
  g_assert_cmpint(ccd_rows_int64(rows, 0, "pid"), !=, before);
  g_assert_cmpint(ONCE(&visitor, thing_public, NULL), ==, CC_OK);
  g_assert_cmpint(ccd_rows_n(rows), ==, 20);
  ccd_db_return(narrow, conn);
  ccd_db_close(narrow);

  g_assert_cmpint(ccd_db_open_as(db, "test", "postgres", only_own, &none, &error),
                  ==,
                  CC_ERR_UNAVAILABLE);
  g_assert_null(none);
  ccd_db_close(db);
}

static void
test_read_only(void)
{
  setup();
  static const ccd_context none = {.tx = CCD_TX_BY_HANDLER, .organization_id = 1};
  g_assert_cmpint(ONCE(&reader, thing_insert, "{\"title\":\"a\"}", "1"), ==, CC_ERR_INTERNAL);
  g_assert_cmpint(ONCE(&none, thing_insert, "{\"title\":\"a\"}", "1"), ==, CC_ERR_INTERNAL);
  ccd_db_begin(conn, &reader);
  g_assert_cmpint(QUERY(thing_insert, "{\"title\":\"a\"}", "1"), ==, CC_ERR_INTERNAL);
  teardown();
}

#define TRY(query, ...) (memset(&error, 0, sizeof(error)), ONCE(&writer, query, __VA_ARGS__))
#define CHECK(call, wanted, its_code, its_pointer)                                                 \
  do {                                                                                             \
    g_assert_cmpint(call, ==, wanted);                                                             \
    g_assert_cmpint(error.status, ==, wanted);                                                     \
    g_assert_cmpstr(error.code, ==, its_code);                                                     \
    g_assert_cmpstr(error.pointer, ==, its_pointer);                                               \
    g_assert_null(strstr(error.message, "secret"));                                                \
  } while (0)

/* Each error by which a statement can be refused has the right status, code and field. */
static void
test_errors(void)
{
  setup();
  CHECK(TRY(thing_insert, "{\"title\":\"a\",\"slug\":\"slug-5\"}", "1"),
        CC_ERR_CONFLICT,
        "taken",
        "/slug");
  CHECK(TRY(thing_insert, "{\"title\":\"bad\"}", "1"), CC_ERR_INVALID, "not_allowed", "/title");
  CHECK(TRY(thing_insert, "{}", "1"), CC_ERR_INVALID, "required", "/title");
  CHECK(TRY(thing_insert, "{\"title\":\"a\",\"parent\":9}", "1"),
        CC_ERR_INVALID,
        "unknown_reference",
        "/parent");
  CHECK(TRY(thing_insert, "{\"title\":\"a\"}", "2"), CC_ERR_INTERNAL, "internal", "");
  CHECK(TRY(thing_insert, "{\"title\":\"late\"}", "1"), CC_ERR_CONFLICT, "too_late", "/title");
  g_assert_cmpstr(error.message, ==, "Too late.");
  g_assert_cmpstr(error.hint, ==, "Be earlier.");
  CHECK(TRY(thing_delete_parent, NULL), CC_ERR_CONFLICT, "in_use", "/parent");
  CHECK(TRY(thing_cast, "secret"), CC_ERR_INVALID, "invalid_value", "");
  CHECK(TRY(thing_divide, "0"), CC_ERR_INVALID, "invalid_value", "");
  CHECK(TRY(thing_raise, "CC403", "no_right", "f"), CC_ERR_FORBIDDEN, "no_right", "/f");
  CHECK(TRY(thing_raise, "CC404", "", ""), CC_ERR_NOT_FOUND, "not_found", "");
  CHECK(TRY(thing_raise, "CC412", "", ""), CC_ERR_PRECONDITION, "changed", "");
  CHECK(TRY(thing_raise, "CC422", "odd", "f"), CC_ERR_INVALID, "odd", "/f");
  CHECK(TRY(thing_raise, "53100", "", ""), CC_ERR_UNAVAILABLE, "disk_full", "");
  CHECK(TRY(thing_raise, "XX000", "secret", ""), CC_ERR_INTERNAL, "internal", "");
  CHECK(TRY(thing_sleep, "3"), CC_ERR_UNAVAILABLE, "timeout", "");
  CHECK(TRY(thing_unused, NULL), CC_ERR_INTERNAL, "query_without_type", "");
  g_assert_true(ccd_db_up(db));
  g_assert_cmpint(TRY(thing_divide, "1"), ==, CC_OK);
  teardown();
}

static void
test_transaction(void)
{
  setup();
  ccd_db_begin(conn, &writer);
  g_assert_cmpint(QUERY(thing_insert, "{\"title\":\"tx\"}", "1"), ==, CC_OK);
  const ccd_rows *inserted = rows;
  g_assert_cmpint(QUERY(thing_who, NULL), ==, CC_OK);
  g_assert_cmpint(ccd_rows_int64(rows, 0, "n"), ==, 11);
  g_assert_cmpstr(ccd_rows_get(inserted, 0, "title"), ==, "tx");
  g_assert_cmpint(QUERY(thing_divide, "0"), ==, CC_ERR_INVALID);
  g_assert_cmpint(QUERY(thing_divide, "1"),
                  ==,
                  CC_ERR_INTERNAL); /* in a failed transaction every statement fails */
  g_assert_cmpint(ccd_db_commit(conn, &error), ==, CC_ERR_INTERNAL);
  g_assert_cmpint(ONCE(&reader, thing_who, NULL), ==, CC_OK);
  g_assert_cmpint(ccd_rows_int64(rows, 0, "n"), ==, 10);

  ccd_db_begin(conn, &writer);
  g_assert_cmpint(QUERY(thing_insert, "{\"title\":\"late\"}", "1"), ==, CC_OK);
  g_assert_cmpint(ccd_db_commit(conn, &error), ==, CC_ERR_CONFLICT);
  g_assert_cmpstr(error.code, ==, "too_late");

  ccd_db_begin(conn, &writer);
  g_assert_cmpint(ccd_db_commit(conn, &error),
                  ==,
                  CC_OK); /* nothing was sent, so there is nothing to commit */
  g_assert_cmpint(QUERY(thing_who, NULL), ==, CC_ERR_INTERNAL);

  /* An open transaction is rolled back when the connection is returned. */
  ccd_db_begin(conn, &writer);
  g_assert_cmpint(QUERY(thing_update, "{\"title\":\"new\"}", "1"), ==, CC_OK);
  g_assert_cmpstr(ccd_rows_get(rows, 0, "title"), ==, "new");
  g_assert_cmpstr(ccd_rows_get(rows, 0, "slug"), ==, "slug-1");
  ccd_db_return(db, conn);
  g_assert_cmpint(ccd_db_borrow(db, &conn, &error), ==, CC_OK);
  g_assert_cmpint(ONCE(&reader, thing_get, "1"), ==, CC_OK);
  g_assert_cmpstr(ccd_rows_get(rows, 0, "title"), ==, "thing 1");

  ccd_db_begin(conn, &reader);
  for (int i = 0; i < 64; i++)
    g_assert_cmpint(QUERY(thing_divide, "1"), ==, CC_OK);
  g_assert_cmpint(QUERY(thing_divide, "1"), ==, CC_ERR_INTERNAL);
  g_assert_cmpstr(error.code, ==, "too_many_statements");
  teardown();
}

/* When the server skipped a Parse because of an earlier failure, the Parse must be sent again. */
static void
test_prepare_memory(void)
{
  setup();
  ccd_db_conn *fresh = NULL; /* a new connection, whose statements are not prepared yet */
  g_assert_cmpint(ccd_db_borrow(db, &fresh, &error), ==, CC_OK);
  static const ccd_context stranger = {.tx = CCD_READ, .role = "nobody_at_all"};
  ccd_db_return(db, conn);
  conn = fresh;
  g_assert_cmpint(ONCE(&stranger, thing_cast, "1"), !=, CC_OK);
  g_assert_cmpint(ONCE(&reader, thing_cast, "1"), ==, CC_OK);
  g_assert_cmpint(ONCE(&reader, thing_cast, "secret"), ==, CC_ERR_INVALID);
  g_assert_cmpint(ONCE(&reader, thing_cast, "2"), ==, CC_OK);
  g_assert_cmpint(ccd_rows_int64(rows, 0, "n"), ==, 2);
  teardown();
}

typedef struct rival {
  const char *first, *second;
  int retries;
} rival;

static pthread_barrier_t both_locked;

static void *
lock_two(void *data)
{
  rival *self = data;
  ccd_db_conn *mine = NULL;
  cc_error why = {0};
  g_assert_cmpint(ccd_db_borrow(db, &mine, &why), ==, CC_OK);
  ccd_db_begin(mine, &writer);
  g_assert_cmpint(ccd_db_query(mine, &ccd_q_thing_lock, ARGS(self->first), NULL, &why), ==, CC_OK);
  pthread_barrier_wait(&both_locked);
  if (ccd_db_query(mine, &ccd_q_thing_lock, ARGS(self->second), NULL, &why) != CC_OK) {
    g_assert_cmpint(why.status, ==, CC_ERR_UNAVAILABLE);
    self->retries = ccd_db_may_retry(mine) ? 1 : 100;
    ccd_db_rollback(mine);
    g_assert_true(ccd_db_may_retry(mine));
  }
  ccd_db_return(db, mine);
  return NULL;
}

static void
test_deadlock(void)
{
  int lock_timeout = options.lock_timeout_ms, statement_timeout = options.statement_timeout_ms;
  options.lock_timeout_ms = options.statement_timeout_ms = options.call_timeout_ms = 5000;
  setup();
  ccd_db_return(db, conn);
  conn = NULL;
  pthread_barrier_init(&both_locked, NULL, 2);
  rival one = {"1", "2", 0}, two = {"2", "1", 0};
  pthread_t thread;
  pthread_create(&thread, NULL, lock_two, &one);
  lock_two(&two);
  pthread_join(thread, NULL);
  g_assert_cmpint(one.retries + two.retries, ==, 1);
  pthread_barrier_destroy(&both_locked);
  teardown();
  options.lock_timeout_ms = lock_timeout;
  options.statement_timeout_ms = statement_timeout;
  options.call_timeout_ms = 1000;
}

static atomic_int turn;

static void *
queue_up(void *data)
{
  ccd_db_conn *mine = NULL;
  cc_error why = {0};
  g_assert_cmpint(ccd_db_borrow(db, &mine, &why), ==, CC_OK);
  g_assert_cmpint(atomic_fetch_add(&turn, 1), ==, (int) (intptr_t) data);
  ccd_db_return(db, mine);
  return NULL;
}

static void
test_borrow(void)
{
  options.connections = 1;
  setup();
  ccd_db_conn *none = NULL;
  int64_t start = cc_time_monotonic();
  g_assert_cmpint(ccd_db_borrow(db, &none, &error), ==, CC_ERR_UNAVAILABLE);
  g_assert_cmpstr(error.code, ==, "database_busy");
  g_assert_cmpint(cc_time_monotonic() - start, >=, 900 * 1000);

  pthread_t threads[5];
  ccd_db_stats stats;
  for (int i = 0; i < 5; i++) {
    pthread_create(&threads[i], NULL, queue_up, (void *) (intptr_t) i);
    do {
      g_usleep(1000);
      ccd_db_stats_get(db, &stats);
    } while (stats.waiting <= i);
  }
  ccd_db_return(db, conn);
  for (int i = 0; i < 5; i++)
    pthread_join(threads[i], NULL);
  g_assert_cmpint(ccd_db_borrow(db, &conn, &error), ==, CC_OK);
  teardown();
  options.connections = 2;
}

/* Send a signal to all processes of the database. */
static void
signal_database(int number)
{
  const char *postmaster = g_getenv("TEST_POSTMASTER");
  char *path = g_strdup_printf("/proc/%s/task/%s/children", postmaster, postmaster);
  char *text = NULL;
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  g_assert_cmpint(kill((pid_t) g_ascii_strtoll(postmaster, NULL, 10), number), ==, 0);
  char **children = g_strsplit(text, " ", 0);
  for (char **child = children; *child != NULL; child++) {
    pid_t pid = (pid_t) g_ascii_strtoll(*child, NULL, 10);
    if (pid > 0)
      (void) kill(pid, number);
  }
  g_strfreev(children);
  g_free(text);
  g_free(path);
}

/* Borrow a connection, read, return it; measures the time. */
static cc_status
one_call(int64_t *ret_took)
{
  ccd_db_conn *mine = NULL;
  int64_t start = cc_time_monotonic();
  cc_status status = ccd_db_borrow(db, &mine, &error);
  if (status == CC_OK) {
    status = ccd_db_query_in_own_tx(mine, &reader, &ccd_q_thing_get, ARGS("1"), &rows, &error);
    ccd_db_return(db, mine);
  }
  *ret_took = cc_time_monotonic() - start;
  return status;
}

static void
test_stopped(void)
{
  setup();
  ccd_db_return(db, conn);
  conn = NULL;
  int64_t took = 0;
  g_assert_cmpint(one_call(&took), ==, CC_OK);

  signal_database(SIGSTOP);
  cc_status status = one_call(&took);
  bool up = ccd_db_up(db);
  int64_t refused_in = 0;
  cc_status refused = one_call(&refused_in);
  g_usleep(500 * 1000);
  signal_database(SIGCONT);
  int64_t start = cc_time_monotonic(), ignored = 0;
  while (one_call(&ignored) != CC_OK && cc_time_monotonic() - start < 5000000)
    g_usleep(1000);
  int64_t back_in = cc_time_monotonic() - start;

  g_assert_cmpint(status, ==, CC_ERR_UNAVAILABLE);
  g_assert_cmpint(took, <, 2000 * 1000);
  g_assert_false(up);
  g_assert_cmpint(refused, ==, CC_ERR_UNAVAILABLE);
  g_assert_cmpint(refused_in, <, 100 * 1000);
  g_assert_cmpint(back_in, <, 1000 * 1000);
  ccd_db_stats stats;
  ccd_db_stats_get(db, &stats);
  g_assert_cmpuint(stats.timeouts, ==, 1);
  teardown();
}

/* A call that has waited in a queue for most of its time budget ends early; that does not mean
 * that the database is unavailable. */
static void
test_queued(void)
{
  setup();
  ccd_db_charge(conn, 950 * 1000);
  g_assert_cmpint(ONCE(&writer, thing_sleep, "0.5"), ==, CC_ERR_UNAVAILABLE);
  ccd_db_stats stats;
  ccd_db_stats_get(db, &stats);
  g_assert_cmpuint(stats.timeouts, ==, 1);
  g_assert_true(ccd_db_up(db));
  g_assert_cmpint(ONCE(&reader, thing_get, "1"), ==, CC_OK);
  teardown();
}

/* COPY FROM works and leaves the connection usable; a table with row-level security is refused;
 * an interrupted COPY is rolled back. */
static void
test_copy(void)
{
  setup();
  int64_t n = 0;
  ccd_db_begin(conn, &writer);
  g_assert_cmpint(ccd_db_copy_in(conn, &ccd_q_heap_copy, 0, &error), ==, CC_OK);
  g_assert_cmpint(QUERY(heap_count), ==, CC_ERR_INTERNAL);
  g_assert_cmpint(ccd_db_copy_put(conn, "1\ton", 4, &error), ==, CC_OK);
  g_assert_cmpint(ccd_db_copy_put(conn, "e\n2\ttwo\n", 8, &error), ==, CC_OK);
  g_assert_cmpint(ccd_db_copy_end(conn, &n, &error), ==, CC_OK);
  g_assert_cmpint(n, ==, 2);
  g_assert_cmpint(QUERY(heap_count), ==, CC_OK);
  g_assert_cmpint(ccd_rows_int64(rows, 0, "n"), ==, 2);
  g_assert_cmpint(ccd_db_copy_in(conn, &ccd_q_things_copy, 0, &error), !=, CC_OK);
  g_assert_cmpint(QUERY(heap_count), !=, CC_OK); /* the transaction has failed */
  ccd_db_rollback(conn);

  ccd_db_begin(conn, &writer);
  g_assert_cmpint(ccd_db_copy_in(conn, &ccd_q_heap_copy, 0, &error), ==, CC_OK);
  g_assert_cmpint(ccd_db_copy_put(conn, "3\tthree\n4\t", 10, &error), ==, CC_OK);
  ccd_db_rollback(conn);
  ccd_db_begin(conn, &writer);
  g_assert_cmpint(ccd_db_copy_in(conn, &ccd_q_heap_count, 0, &error), ==, CC_ERR_INTERNAL);
  ccd_db_rollback(conn);
  g_assert_cmpint(ONCE(&writer, heap_count), ==, CC_OK);
  g_assert_cmpint(ccd_rows_int64(rows, 0, "n"), ==, 0);
  teardown();
}

/* When the database stops in the middle of a COPY, the COPY ends within the call's budget. */
static void
test_copy_stopped(void)
{
  static char row[64 * 1024];
  memset(row, 'x', sizeof(row));
  setup();
  ccd_db_begin(conn, &writer);
  g_assert_cmpint(ccd_db_copy_in(conn, &ccd_q_heap_copy, 0, &error), ==, CC_OK);
  signal_database(SIGSTOP);
  cc_status status = ccd_db_copy_put(conn, "1\t", 2, &error);
  for (int i = 0; status == CC_OK && i < 1000; i++)
    status = ccd_db_copy_put(conn, row, sizeof(row), &error);
  cc_status ended = ccd_db_copy_end(conn, NULL, &error);
  signal_database(SIGCONT);
  int64_t ignored = 0;
  for (int i = 0; one_call(&ignored) != CC_OK && i < 5000; i++)
    g_usleep(1000);
  g_assert_cmpint(status, ==, CC_ERR_UNAVAILABLE);
  g_assert_cmpint(ended, ==, CC_ERR_INTERNAL); /* the COPY has ended with the connection */
  g_assert_cmpint(ONCE(&writer, heap_count), ==, CC_OK);
  g_assert_cmpint(ccd_rows_int64(rows, 0, "n"), ==, 0);
  teardown();
}

/* Background work may take longer than the pool's limits, which are 700 ms for a statement and 1
 * s for a call: here a statement takes 1.5 s, twice. */
static void
test_long(void)
{
  ccd_context slow = writer;
  slow.timeout_ms = 5000;
  slow.bulk = true;
  setup();
  ccd_db_begin(conn, &slow);
  g_assert_cmpint(QUERY(thing_sleep, "1.5"), ==, CC_OK);
  g_assert_cmpint(QUERY(thing_sleep, "1.5"), ==, CC_OK);
  g_assert_cmpint(ccd_db_commit(conn, &error), ==, CC_OK);
  g_assert_cmpint(ONCE(&writer, thing_sleep, "1.5"), ==, CC_ERR_UNAVAILABLE); /* as before */
  g_assert_true(ccd_db_up(db));
  teardown();
}

/* A connection that the server ended is replaced without an error, whether or not it was used a
 * moment ago. */
static void
test_ended(void)
{
  static const int wait_ms[] = {0, 200, 1200};
  static const ccd_context *const contexts[] = {&nobody, &reader, &writer};
  setup();
  for (size_t i = 0; i < CC_N(wait_ms) * CC_N(contexts); i++) {
    g_assert_cmpint(ONCE(&nobody, thing_pid, NULL), ==, CC_OK);
    int64_t before = ccd_rows_int64(rows, 0, "pid");
    g_assert_cmpint(kill((pid_t) before, SIGTERM), ==, 0);
    while (kill((pid_t) before, 0) == 0)
      g_usleep(1000); /* wait until the backend has ended */
    g_usleep((gulong) wait_ms[i / CC_N(contexts)] * 1000);
    g_assert_cmpint(ONCE(contexts[i % CC_N(contexts)], thing_pid, NULL), ==, CC_OK);
    g_assert_cmpint(ccd_rows_int64(rows, 0, "pid"), !=, before);
    g_assert_true(ccd_db_up(db));
  }

  /* The backend is ended while it runs a write: the outcome is reported as unknown. */
  int64_t now = ccd_rows_int64(rows, 0, "pid");
  char *command = g_strdup_printf("sleep 0.3; kill -TERM %" G_GINT64_FORMAT, now);
  char *arguments[] = {(char *) "/bin/sh", (char *) "-c", command, NULL};
  g_assert_true(g_spawn_async(NULL, arguments, NULL, 0, NULL, NULL, NULL, NULL));
  g_assert_cmpint(ONCE(&writer, thing_sleep, "0.6"), ==, CC_ERR_UNAVAILABLE);
  g_free(command);
  g_assert_cmpint(ONCE(&reader, thing_who, NULL), ==, CC_OK);
  teardown();
}

static void
test_unreachable(void)
{
  ccd_db *none = NULL;
  ccd_db_options other = options;
  other.url = "host=/nowhere/at/all user=secret";
  g_assert_cmpint(ccd_db_open(&other, NULL, 0, &none, &error), ==, CC_ERR_UNAVAILABLE);
  other.url = "postgresql://user:secret@%zz/x";
  g_assert_cmpint(ccd_db_open(&other, NULL, 0, &none, &error), ==, CC_ERR_INVALID);
  g_assert_null(strstr(error.message, "secret"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  options.url = g_getenv("TEST_DATABASE_URL");
  if (options.url == NULL) {
    g_printerr("run it by tests/unit/data/run.py\n");
    return 77;
  }
  cc_codec_init();
  g_test_add_func("/data/fits", test_fits);
  g_test_add_func("/data/rows", test_rows);
  g_test_add_func("/data/context", test_context);
  g_test_add_func("/data/read-only", test_read_only);
  g_test_add_func("/data/errors", test_errors);
  g_test_add_func("/data/transaction", test_transaction);
  g_test_add_func("/data/prepare-memory", test_prepare_memory);
  g_test_add_func("/data/deadlock", test_deadlock);
  g_test_add_func("/data/borrow", test_borrow);
  g_test_add_func("/data/stopped", test_stopped);
  g_test_add_func("/data/queued", test_queued);
  g_test_add_func("/data/copy", test_copy);
  g_test_add_func("/data/copy-stopped", test_copy_stopped);
  g_test_add_func("/data/long", test_long);
  g_test_add_func("/data/role-at-connect", test_role_at_connect);
  g_test_add_func("/data/ended", test_ended);
  g_test_add_func("/data/unreachable", test_unreachable);
  return g_test_run();
}
