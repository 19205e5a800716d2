/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include <libpq-fe.h>

#include "server/data/ccd-migrate.h"
#include "server/data/ccd-parts.h"
#include "server/data/ccd-sql-line.h"

/* Started by tests/unit/data/run.py, with an empty database. */

static const char *url, *folder;
static char *functions; /* folder of the function files, below @folder */

static void
put(const char *name, const char *sql)
{
  char *path = g_build_filename(folder, name, NULL);
  if (sql != NULL)
    g_assert_true(g_file_set_contents(path, sql, -1, NULL));
  else
    g_assert_cmpint(g_remove(path), ==, 0);
  g_free(path);
}

typedef struct thing {
  char *name, *note, *place;
  cc_strings marks;
} thing;

static const cc_field thing_fields[] = {
  CC_STRING(thing, name, .flags = CC_IMPORTED | CC_PERSONAL),
  CC_STRING(thing, note, .flags = CC_NULLABLE | CC_PERSONAL),
  CC_STRING(thing, place, .flags = CC_NULLABLE | CC_PERSONAL | CC_RESIDENCE),
  CC_STRINGS(thing, marks, .flags = CC_IMPORTED | CC_PERSONAL, .fallback = "[]"),
};
static const cc_type thing_type = CC_TYPE(thing, "Thing", thing_fields);
static const cc_type *types[] = {&thing_type, NULL};

/* Run the migrator. @says: a part of the expected error; NULL: success. @n and @n_functions:
 * expected numbers of applied migrations and function files. */
static void
expect_both(int n, int n_functions, const char *says)
{
  ccd_migrated done = {.migrations = -1, .functions = -1};
  cc_error error = {0};
  cc_status status = ccd_migrate(url, folder, functions, types, &done, &error);
  if (says == NULL) {
    g_assert_cmpstr(error.message, ==, "");
    g_assert_cmpint(status, ==, CC_OK);
  } else {
    g_assert_cmpint(status, !=, CC_OK);
    if (strstr(error.message, says) == NULL)
      g_error("\"%s\" does not say \"%s\"", error.message, says);
  }
  g_assert_cmpint(done.migrations, ==, n);
  g_assert_cmpint(done.functions, ==, n_functions);
}

static void
expect(int n, const char *says)
{
  expect_both(n, 0, says);
}

/* Return the result of a statement; NULL: the statement failed. */
static char *
ask(const char *sql)
{
  PGconn *pg = PQconnectdb(url);
  PGresult *rows = PQexec(pg, sql);
  char *answer = PQresultStatus(rows) == PGRES_TUPLES_OK ? g_strdup(PQgetvalue(rows, 0, 0)) : NULL;
  PQclear(rows);
  PQfinish(pg);
  return answer;
}

static void
assert_answer(const char *sql, const char *expected)
{
  char *answer = ask(sql);
  g_assert_cmpstr(answer, ==, expected);
  g_free(answer);
}

static void
test_migrate(void)
{
  expect(0, "no migrations");
  put("0001_one.sql", "CREATE TABLE one (x int);");
  put("0002_two.sql", "ALTER TABLE one ADD y int;\n-- é\nSELECT nonsense;\n");
  /* One failing file rolls the whole run back, including the first file. */
  expect(0, "0002_two.sql:3: column \"nonsense\" does not exist");
  /* For an error without a position, the line of its statement is reported. */
  put("0002_two.sql",
      "-- two\nALTER TABLE one ADD y int;\n\n/* ; */\nSELECT 1,\n  2;\nDROP ROLE postgres;\n");
  expect(0, "0002_two.sql:7: permission denied");
  put("0002_two.sql", "SELECT 1;\nDO $$\nBEGIN\n  RAISE 'no;';\nEND $$;\n");
  expect(0, "0002_two.sql:2: no;");
  put("0002_two.sql", "SELECT 1;\nCOPY one FROM STDIN;\n");
  expect(0, "0002_two.sql:2: ");
  put("0002_two.sql", "ALTER TABLE one ADD y int;");
  expect(2, NULL);
  expect(0, NULL);

  put("0004_four.sql", "SELECT 1;");
  expect(0, "number 0003 is missing");
  put("0004_four.sql", NULL);
  put("0002_again.sql", "SELECT 1;");
  expect(0, "same number");
  put("0002_again.sql", NULL);
  put("3_three.sql", "SELECT 1;");
  expect(0, "NNNN_name.sql");
  put("3_three.sql", NULL);

  put("0001_one.sql", "CREATE TABLE one (x int); -- changed");
  expect(0, "changed after");
  put("0001_one.sql", "CREATE TABLE one (x int);");
  put("0002_two.sql", NULL);
  expect(0, "newer");
  put("0002_two.sql", "ALTER TABLE one ADD y int;");
  put("0003_three.sql", "COMMIT; BEGIN; COMMIT;");
  expect(0, "COMMIT of its own");
  put("0003_three.sql", "ALTER TABLE one ADD z int;");
  expect(1, NULL);
}

static void
test_line(void)
{
  static const char sql[] =
    "\n-- one; comment\n/* a /* nested; */ one; */ SELECT ';', \";\", E'\\';';\n"
    ";;\n"
    "SELECT $1, x$y$z, $$;$$, $a$;$$;$b$;$a$; SELECT 'it''s;'\n;"
    "CREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC\nSELECT CASE WHEN true THEN 1 END;\nSELECT "
    "2;\nEND;\n"
    "BEGIN;\n -- é;\nSELECT é;\nEND;";
  static const long long lines[] = {3, 5, 5, 6, 11, 13, 14, 0};
  for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
    g_assert_cmpint(ccd_sql_line(sql, (int) i), ==, lines[i]);
  g_assert_cmpint(ccd_sql_line("", 0), ==, 0);
  static const char *const open[] =
    {"'", "\"a", "E'\\", "$$", "$a$ $a", "/* /* */", "--", "$", "E'\\'"};
  for (size_t i = 0; i < G_N_ELEMENTS(open); i++)
    g_assert_cmpint(ccd_sql_line(open[i], 1), ==, 0);
}

static void
test_functions(void)
{
  put("functions/ORDER", "# comment\na.sql\nb.sql\n");
  put("functions/a.sql",
      "CREATE OR REPLACE FUNCTION a() RETURNS int LANGUAGE sql AS $$ SELECT b(1) $$;"
      "CREATE OR REPLACE FUNCTION b(x int) RETURNS int LANGUAGE sql AS $$ SELECT x $$;");
  put("functions/b.sql",
      "CREATE OR REPLACE VIEW shown AS SELECT a() AS x;"
      "CREATE OR REPLACE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$"
      " BEGIN NEW.y := 7; RETURN NEW; END $$;"
      "CREATE OR REPLACE TRIGGER one_t BEFORE INSERT ON one FOR EACH ROW EXECUTE FUNCTION t();");
  expect_both(0, 2, NULL);
  assert_answer("SELECT x FROM shown", "1");
  assert_answer("INSERT INTO one (x) VALUES (1) RETURNING y", "7");
  expect_both(0, 0, NULL);

  /* First the body of a function changes. Then the name of a parameter changes, too, which
   * CREATE OR REPLACE refuses. */
  put("functions/a.sql",
      "CREATE OR REPLACE FUNCTION a() RETURNS int LANGUAGE sql AS $$ SELECT b(2) $$;"
      "CREATE OR REPLACE FUNCTION b(x int) RETURNS int LANGUAGE sql AS $$ SELECT x $$;");
  expect_both(0, 1, NULL);
  assert_answer("SELECT x FROM shown", "2");
  put("functions/a.sql",
      "CREATE OR REPLACE FUNCTION a() RETURNS int LANGUAGE sql AS $$ SELECT b(3) $$;"
      "CREATE OR REPLACE FUNCTION b(y int) RETURNS int LANGUAGE sql AS $$ SELECT y $$;");
  expect_both(0, 0, "cannot drop function a() because other objects depend on it");
  assert_answer("SELECT x FROM shown", "2");
}

static void
test_functions_go(void)
{
  /* Without the view, parameters of the functions can be changed. */
  put("functions/b.sql", "SELECT 1;");
  put("functions/ORDER", "b.sql\na.sql\n");
  expect_both(0, 0, "cannot drop function a() because other objects depend on it");
  put("0004_no_view.sql", "DROP VIEW shown;");
  expect_both(1, 2, NULL);
  assert_answer("SELECT a()", "3");
  assert_answer("INSERT INTO one (x) VALUES (1) RETURNING y IS NULL", "t");
  assert_answer("SELECT count(*) FROM pg_proc WHERE proname = 't'", "0");

  /* A function that moves to another file stays; a function that is in no file is dropped; a
   * definition with other arguments is another function. */
  put("functions/a.sql",
      "CREATE OR REPLACE FUNCTION b(y bigint) RETURNS int LANGUAGE sql AS $$ SELECT 9 $$;");
  put("functions/b.sql",
      "CREATE OR REPLACE FUNCTION a() RETURNS int LANGUAGE sql AS $$ SELECT b(4) $$;");
  expect_both(0, 2, NULL);
  assert_answer("SELECT a()", "9");
  assert_answer("SELECT count(*) FROM pg_proc WHERE proname = 'b'", "1");
  put("functions/ORDER", "a.sql\n");
  expect_both(0, 1, NULL);
  assert_answer("SELECT a()", NULL);

  put("functions/a.sql", "SELECT 1;\nSELECT nonsense;");
  expect_both(0, 0, "a.sql:2: column \"nonsense\" does not exist");
  put("functions/ORDER", "none.sql\n");
  expect_both(0, 0, "none.sql: cannot be read");
  put("functions/ORDER", "");
  expect_both(0, 1, NULL);
  /* Objects of a migration are never dropped. */
  put("0005_own.sql", "CREATE FUNCTION own() RETURNS int LANGUAGE sql AS $$ SELECT 5 $$;");
  expect_both(1, 0, NULL);
  assert_answer("SELECT own()", "5");
}

static void
test_parts(void)
{
  static const struct {
    const char *sql, *made, *says;
  } cases[] = {
    {"'{}' {a,b} {columns}", "'{}' {a,b} {columns}", NULL},
    {"({Thing.personal})", "(name, note, place, marks)", NULL},
    {"{Thing.personal+imported}|{Thing.personal-imported-residence}", "name, marks|note", NULL},
    {"{Thing.personal: @ = #};", "name = '', note = NULL, place = NULL, marks = '[]';", NULL},
    {"'{{Thing.imported},more}'", "'{name, marks,more}'", NULL},
    {"{Thing.imported:\n  v.@ :=\n  r.@;} -- 4",
     "v.name :=   r.name; v.marks :=   r.marks;\n\n -- 4",
     NULL},
    {"-{Thing.searchable}", "-", NULL},
    {"SELECT {Other.imported}", NULL, "{Other.imported}: no such type is known here"},
    {"SELECT {Thing.painted}", NULL, "{Thing.painted}: expected"},
    {"SELECT {Thing.}", NULL, "{Thing.}: expected"},
    {"SELECT {Thing.imported: ", NULL, "expected"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    cc_str out = CC_STR_INIT(1000);
    cc_error error = {0};
    cc_status status = ccd_parts_expand(cases[i].sql, types, &out, &error);
    if (cases[i].says == NULL) {
      g_assert_cmpint(status, ==, CC_OK);
      g_assert_cmpstr(out.text, ==, cases[i].made);
    } else {
      g_assert_nonnull(strstr(error.message, cases[i].says));
    }
    cc_str_done(&out);
  }
}

/* A file is applied again when the type of its parts has changed. */
static void
test_parts_of_functions(void)
{
  put("functions/ORDER", "p.sql\n");
  put("functions/p.sql",
      "CREATE OR REPLACE FUNCTION p() RETURNS text LANGUAGE sql AS"
      " $$ SELECT '{Thing.imported}' $$;");
  expect_both(0, 1, NULL);
  assert_answer("SELECT p()", "name, marks");
  expect_both(0, 0, NULL);
  const cc_type *const before = types[0];
  cc_type shorter = thing_type;
  shorter.n_fields = 1;
  types[0] = &shorter;
  expect_both(0, 1, NULL);
  assert_answer("SELECT p()", "name");
  types[0] = before;
  put("functions/p.sql", "SELECT 1;\n{Thing.none}");
  expect_both(0, 0, "p.sql: {Thing.none}: expected");
  put("functions/ORDER", "");
  expect_both(0, 1, NULL);
}

static gpointer
migrate_too(gpointer data)
{
  ccd_migrated done = {0};
  cc_error error = {0};
  g_assert_cmpint(ccd_migrate(url, folder, functions, types, &done, &error), ==, CC_OK);
  return GINT_TO_POINTER(done.migrations);
}

static void
test_together(void)
{
  put("0006_six.sql", "SELECT pg_sleep(0.3); CREATE TABLE six (x int);");
  GThread *threads[4];
  for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
    threads[i] = g_thread_new("migrate", migrate_too, NULL);
  int applied = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
    applied += GPOINTER_TO_INT(g_thread_join(threads[i]));
  g_assert_cmpint(applied, ==, 1);
}

static void
test_unreachable(void)
{
  cc_error error = {0};
  g_assert_cmpint(ccd_migrate("host=/nowhere", folder, functions, types, /* ret= */ NULL, &error),
                  ==,
                  CC_ERR_UNAVAILABLE);
  g_assert_cmpint(ccd_migrate(url, "/nowhere", functions, types, /* ret= */ NULL, &error),
                  ==,
                  CC_ERR_INTERNAL);
  g_assert_cmpint(ccd_migrate(url, folder, "/nowhere", types, /* ret= */ NULL, &error),
                  ==,
                  CC_ERR_INTERNAL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  url = g_getenv("TEST_OWNER_URL");
  folder = g_getenv("TEST_FOLDER");
  if (url == NULL || folder == NULL) {
    g_printerr("run it by tests/unit/data/run.py\n");
    return 77;
  }
  functions = g_build_filename(folder, "functions", NULL);
  g_assert_cmpint(g_mkdir(functions, 0700), ==, 0);
  put("functions/ORDER", "");
  g_test_add_func("/migrate/line", test_line);
  g_test_add_func("/migrate/files", test_migrate);
  g_test_add_func("/migrate/functions", test_functions);
  g_test_add_func("/migrate/functions-go", test_functions_go);
  g_test_add_func("/migrate/parts", test_parts);
  g_test_add_func("/migrate/parts-of-functions", test_parts_of_functions);
  g_test_add_func("/migrate/together", test_together);
  g_test_add_func("/migrate/unreachable", test_unreachable);
  int result = g_test_run();
  g_free(functions);
  return result;
}
