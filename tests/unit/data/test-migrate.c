/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "server/data/ccd-migrate.h"
#include "server/data/ccd-sql-line.h"

/* By tests/unit/data/run.py, on an empty database. */

static const char *url, *folder;

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

/* Migrate; @says NULL: it works and applies @n. */
static void
expect(int n, const char *says)
{
  int applied = -1;
  cc_error error = {0};
  cc_status status = ccd_migrate(url, folder, &applied, &error);
  g_assert_cmpint(applied, ==, n);
  if (says == NULL) {
    g_assert_cmpstr(error.message, ==, "");
    g_assert_cmpint(status, ==, CC_OK);
  } else {
    g_assert_cmpint(status, !=, CC_OK);
    g_assert_nonnull(strstr(error.message, says));
  }
}

static void
test_migrate(void)
{
  expect(0, "no migrations");
  put("0001_one.sql", "CREATE TABLE one (x int);");
  put("0002_two.sql", "ALTER TABLE one ADD y int;\n-- é\nSELECT nonsense;\n");
  expect(1, "0002_two.sql:3: column \"nonsense\" does not exist");
  /* An error without a place has the line of its statement. */
  put("0002_two.sql",
      "-- two\nALTER TABLE one ADD y int;\n\n/* ; */\nSELECT 1,\n  2;\nDROP ROLE postgres;\n");
  expect(0, "0002_two.sql:7: permission denied");
  put("0002_two.sql", "SELECT 1;\nDO $$\nBEGIN\n  RAISE 'no;';\nEND $$;\n");
  expect(0, "0002_two.sql:2: no;");
  put("0002_two.sql", "SELECT 1;\nCOPY one FROM STDIN;\n");
  expect(0, "0002_two.sql:2: ");
  put("0002_two.sql", "ALTER TABLE one ADD y int;");
  expect(1, NULL);
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

static gpointer
migrate_too(gpointer data)
{
  int applied = 0;
  cc_error error = {0};
  g_assert_cmpint(ccd_migrate(url, folder, &applied, &error), ==, CC_OK);
  return GINT_TO_POINTER(applied);
}

static void
test_together(void)
{
  put("0004_four.sql", "SELECT pg_sleep(0.3); CREATE TABLE four (x int);");
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
  int applied = 0;
  cc_error error = {0};
  g_assert_cmpint(ccd_migrate("host=/nowhere", folder, &applied, &error), ==, CC_ERR_UNAVAILABLE);
  g_assert_cmpint(ccd_migrate(url, "/nowhere", &applied, &error), ==, CC_ERR_INTERNAL);
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
  g_test_add_func("/migrate/line", test_line);
  g_test_add_func("/migrate/files", test_migrate);
  g_test_add_func("/migrate/together", test_together);
  g_test_add_func("/migrate/unreachable", test_unreachable);
  return g_test_run();
}
