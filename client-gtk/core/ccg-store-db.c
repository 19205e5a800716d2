/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "client-gtk/core/ccg-error-private.h"
#include "client-gtk/core/ccg-store-private.h"

/* Objects are stored as JSON by their field tables, so a new field needs no new column. Columns
 * exist only for ordering, filtering and searching. */
static const char *const migrations[] = {
  "CREATE TABLE events ("
  "  id INTEGER PRIMARY KEY,"
  "  version INTEGER NOT NULL,"
  "  start_time INTEGER NOT NULL,"
  "  end_time INTEGER NOT NULL,"
  "  json TEXT NOT NULL);"
  "CREATE INDEX events_by_time ON events (start_time, id, end_time);"
  "CREATE TABLE attendees ("
  "  id INTEGER PRIMARY KEY,"
  "  event_id INTEGER NOT NULL,"
  "  version INTEGER NOT NULL,"
  "  status INTEGER NOT NULL,"
  "  sort_key TEXT NOT NULL,"
  "  search TEXT NOT NULL,"
  "  json TEXT NOT NULL);"
  "CREATE INDEX attendees_by_name ON attendees (event_id, sort_key, id, status);"
  "CREATE VIRTUAL TABLE attendee_search USING fts5(search, content='attendees',"
  "  content_rowid='id', tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3');"
  "CREATE TRIGGER attendees_insert AFTER INSERT ON attendees BEGIN"
  "  INSERT INTO attendee_search(rowid, search) VALUES (new.id, new.search); END;"
  "CREATE TRIGGER attendees_delete AFTER DELETE ON attendees BEGIN"
  "  INSERT INTO attendee_search(attendee_search, rowid, search)"
  "    VALUES ('delete', old.id, old.search); END;"
  "CREATE TRIGGER attendees_update AFTER UPDATE OF search ON attendees"
  "  WHEN old.search IS NOT new.search BEGIN"
  "  INSERT INTO attendee_search(attendee_search, rowid, search)"
  "    VALUES ('delete', old.id, old.search);"
  "  INSERT INTO attendee_search(rowid, search) VALUES (new.id, new.search); END;"
  "CREATE TABLE \"values\" (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",
};

GError *
ccg_store_db_error(sqlite3 *db)
{
  g_autofree char *message = g_strdup_printf("The local store: %s", sqlite3_errmsg(db));
  return ccg_error_new(CC_ERR_INTERNAL, "store", message);
}

static sqlite3 *
open_db(const char *path, int flags, const char *setup, GError **error)
{
  sqlite3 *db = NULL;
  int code = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL);
  if (code == SQLITE_OK)
    (void) sqlite3_busy_timeout(db, 5000);
  if (code == SQLITE_OK && sqlite3_exec(db, setup, NULL, NULL, NULL) == SQLITE_OK)
    return db;
  g_propagate_error(error, ccg_store_db_error(db));
  (void) sqlite3_close(db);
  return NULL;
}

static int
user_version(sqlite3 *db)
{
  sqlite3_stmt *stmt = ccg_store_db_prepare(db, "PRAGMA user_version");
  int version = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : -1;
  (void) sqlite3_finalize(stmt);
  return version;
}

static gboolean
migrate(sqlite3 *db, GError **error)
{
  int version = user_version(db);
  if (version < 0 || version > (int) G_N_ELEMENTS(migrations)) {
    g_propagate_error(error, ccg_error_new(CC_ERR_INTERNAL, "store", "The store is newer."));
    return FALSE;
  }
  for (; version < (int) G_N_ELEMENTS(migrations); version++) {
    g_autofree char *sql = g_strdup_printf("BEGIN IMMEDIATE; %s PRAGMA user_version = %d; COMMIT",
                                           migrations[version],
                                           version + 1);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
      g_propagate_error(error, ccg_store_db_error(db));
      (void) sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
      return FALSE;
    }
  }
  return TRUE;
}

static sqlite3 *
open_writer(const char *path, GError **error)
{
  sqlite3 *db = open_db(path,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                        "PRAGMA journal_mode = WAL;"
                        "PRAGMA synchronous = FULL;"
                        "PRAGMA foreign_keys = ON;"
                        "PRAGMA secure_delete = FAST;"
                        "CREATE TEMP TABLE keep (id INTEGER PRIMARY KEY);",
                        error);
  if (db != NULL && migrate(db, error))
    return db;
  (void) sqlite3_close(db);
  return NULL;
}

sqlite3 *
ccg_store_db_open_writer(const char *path, GError **error)
{
  g_autoptr(GError) first = NULL;
  sqlite3 *db = open_writer(path, &first);
  if (db != NULL)
    return db;
  g_assert(first != NULL);
  g_message("%s: a new store is created", first->message);
  ccg_store_db_delete(path);
  return open_writer(path, error);
}

sqlite3 *
ccg_store_db_open_reader(const char *path, GError **error)
{
  return open_db(path, SQLITE_OPEN_READONLY, "PRAGMA query_only = ON;", error);
}

void
ccg_store_db_delete(const char *path)
{
  static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
  for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
    g_autofree char *name = g_strconcat(path, endings[i], NULL);
    (void) g_unlink(name);
  }
}

sqlite3_stmt *
ccg_store_db_prepare(sqlite3 *db, const char *sql)
{
  sqlite3_stmt *stmt = NULL;
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
    g_error("%s: %s", sql, sqlite3_errmsg(db));
  return stmt;
}

char *
ccg_store_fold(const char *text)
{
  g_autofree char *apart = g_utf8_normalize(text == NULL ? "" : text, -1, G_NORMALIZE_ALL);
  g_autofree char *small = g_utf8_casefold(apart == NULL ? "" : apart, -1);
  GString *folded = g_string_sized_new(strlen(small));
  for (const char *at = small; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    if (g_unichar_combining_class(c) == 0)
      g_string_append_unichar(folded, c);
  }
  return g_string_free(folded, FALSE);
}

static char *
digits_of(const char *text)
{
  GString *digits = g_string_new(NULL);
  for (const char *at = text; at != NULL && *at != '\0'; at++)
    if (g_ascii_isdigit(*at))
      g_string_append_c(digits, *at);
  return g_string_free(digits, FALSE);
}

char *
ccg_store_search_text(const char *first_name,
                      const char *last_name,
                      const char *email,
                      const char *phone)
{
  GString *text = g_string_new(first_name);
  g_string_append_printf(text,
                         " %s %s",
                         last_name == NULL ? "" : last_name,
                         email == NULL ? "" : email);
  /* People search a number from its beginning, without the country code, or by its last four
   * digits. */
  static const gsize tails[] = {100, 10, 7, 4};
  g_autofree char *digits = digits_of(phone);
  gsize length = strlen(digits);
  for (gsize i = 0; i < G_N_ELEMENTS(tails) && length > 0; i++)
    if (i == 0 || tails[i] < length)
      g_string_append_printf(text, " %s", digits + (length > tails[i] ? length - tails[i] : 0));
  return g_string_free(text, FALSE);
}

static gboolean
is_number(const char *typed)
{
  return strspn(typed, "0123456789+()-./ ") == strlen(typed);
}

/* Does the text contain a letter or digit that unicode61 indexes? */
static gboolean
has_word(const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
    if (g_unichar_isalnum(g_utf8_get_char(at)))
      return TRUE;
  return FALSE;
}

char *
ccg_store_search_query(const char *typed)
{
  if (typed == NULL || !g_utf8_validate(typed, -1, NULL) || !has_word(typed))
    return NULL;
  if (is_number(typed)) {
    g_autofree char *digits = digits_of(typed);
    return g_strdup_printf("\"%s\"*", digits);
  }
  g_auto(GStrv) words = g_strsplit_set(typed, " \t\n\"", -1);
  GString *query = g_string_new(NULL);
  for (gsize i = 0; words[i] != NULL; i++)
    if (has_word(words[i]))
      g_string_append_printf(query, "%s\"%s\"*", query->len > 0 ? " " : "", words[i]);
  return g_string_free(query, FALSE);
}
