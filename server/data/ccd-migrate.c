/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <libpq-fe.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/cc-str.h"
#include "server/data/ccd-migrate.h"
#include "server/data/ccd-sql-line.h"

/* Runs once and by hand or at start, so plain synchronous libpq will do. */

#define FILE_MAX (4u * 1024 * 1024)
#define HASH_TEXT 65 /* SHA-256 in hexadecimal, with NUL */
#define ATTEMPTS 5
#define LOCK_ID "4932011580361937453" /* any number that nobody else takes */

typedef struct migration {
  long long number;
  char *file; /* "0001_base.sql" */
  char *sql;
  char checksum[HASH_TEXT];
} migration;

typedef struct migrations {
  migration *items;
  size_t n;
} migrations;

static void
migrations_done(migrations *list)
{
  for (size_t i = 0; i < list->n; i++) {
    free(list->items[i].file);
    free(list->items[i].sql);
  }
  free(list->items);
}

static cc_status
no_memory(cc_error *reterr)
{
  return cc_fail(reterr, CC_ERR_NO_MEMORY, "no_memory", "Out of memory.");
}

/* "0001_base.sql": four digits, an underscore, a-z 0-9 _, ".sql". */
static bool
is_migration(const char *name)
{
  static const char digits[] = "0123456789";
  size_t length = strlen(name);
  if (length < sizeof("0001_a.sql") - 1 || strspn(name, digits) != 4 || name[4] != '_' ||
      strcmp(name + length - 4, ".sql") != 0)
    return false;
  return 5 + strspn(name + 5, "abcdefghijklmnopqrstuvwxyz0123456789_") == length - 4;
}

static int
is_sql(const struct dirent *entry)
{
  size_t length = strlen(entry->d_name);
  return entry->d_name[0] != '.' && length > 4 && strcmp(entry->d_name + length - 4, ".sql") == 0;
}

static bool
hash_text(const char *text, size_t length, char ret[static HASH_TEXT])
{
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned n = 0;
  if (!EVP_Digest(text, length, hash, &n, EVP_sha256(), /* impl= */ NULL))
    return false;
  for (unsigned i = 0; i < n; i++)
    (void) snprintf(ret + 2 * i, 3, "%02x", hash[i]);
  return true;
}

static cc_status
read_file(const char *folder, migration *item, cc_error *reterr)
{
  cc_str path = CC_STR_INIT(4096), text = CC_STR_INIT(FILE_MAX);
  cc_str_printf(&path, "%s/%s", folder, item->file);
  FILE *file = path.failed ? NULL : fopen(path.text, "rbe");
  cc_str_done(&path);
  bool good = file != NULL;
  while (good && !feof(file)) {
    char *at = cc_str_reserve(&text, 65536);
    if (at == NULL)
      break;
    cc_str_wrote(&text, fread(at, 1, 65536, file));
    good = !ferror(file);
  }
  if (file != NULL)
    (void) fclose(file);

  size_t length = 0;
  bool failed = text.failed;
  item->sql = good && !failed ? cc_str_take(&text, &length) : NULL;
  cc_str_done(&text);
  if (item->sql == NULL || strlen(item->sql) != length ||
      !hash_text(item->sql, length, item->checksum))
    return cc_fail(reterr, CC_ERR_INTERNAL, "migration", "%s: cannot be read", item->file);
  return CC_OK;
}

/* One file: its name, number and text. They come sorted, so each number is the one after the last.
 */
static cc_status
take_file(migrations *list, const char *folder, const char *name, cc_error *reterr)
{
  if (!is_migration(name))
    return cc_fail(reterr, CC_ERR_INTERNAL, "migration", "%s: not named NNNN_name.sql", name);
  migration *item = &list->items[list->n];
  item->number = strtoll(name, NULL, 10);
  item->file = strdup(name);
  if (item->file == NULL)
    return no_memory(reterr);
  list->n++;

  long long before = (long long) list->n - 1;
  if (item->number == before && before > 0)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "migration",
                   "%s: %s has the same number",
                   name,
                   list->items[list->n - 2].file);
  if (item->number != before + 1)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "migration",
                   "%s: number %04lld is missing",
                   name,
                   before + 1);
  return read_file(folder, item, reterr);
}

static cc_status
read_folder(const char *folder, migrations *ret, cc_error *reterr)
{
  struct dirent **names = NULL;
  int n = scandir(folder, &names, is_sql, alphasort);
  if (n < 0)
    return cc_fail(reterr, CC_ERR_INTERNAL, "migration", "Cannot read the folder %s", folder);
  ret->items = calloc((size_t) n + 1, sizeof(*ret->items));
  cc_status status = ret->items != NULL ? CC_OK : no_memory(reterr);
  for (int i = 0; i < n; i++) {
    if (ret->items != NULL && status == CC_OK)
      status = take_file(ret, folder, names[i]->d_name, reterr);
    free(names[i]);
  }
  free(names);
  if (status == CC_OK && n == 0)
    return cc_fail(reterr, CC_ERR_INTERNAL, "migration", "There are no migrations in %s", folder);
  return status;
}

static const char *
sqlstate(const PGresult *result)
{
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state != NULL ? state : "";
}

/* Line of the error: the place that the server tells, else the first line of the statement that
 * came after @n_done others. */
static long long
failed_line(const char *sql, int n_done, const PGresult *result)
{
  const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
  if (position == NULL)
    return ccd_sql_line(sql, n_done);
  long long line = 1, characters = strtoll(position, NULL, 10);
  for (const char *at = sql; *at != '\0' && characters > 1; at++) {
    if (((unsigned char) *at & 0xC0) != 0x80)
      characters--;
    if (*at == '\n')
      line++;
  }
  return line;
}

/* The server's words are for the person who runs the migration; no row of anybody is in there.
 * @line 0: it is not a statement of the file that failed. */
static cc_status
failed(const PGconn *pg,
       const PGresult *result,
       const migration *item,
       long long line,
       cc_error *reterr)
{
  const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (primary == NULL)
    primary = PQerrorMessage(pg);
  int length = (int) strcspn(primary, "\n");
  bool away = PQstatus(pg) != CONNECTION_OK;
  if (item == NULL)
    return cc_fail(reterr,
                   away ? CC_ERR_UNAVAILABLE : CC_ERR_INTERNAL,
                   "migration",
                   "Cannot migrate: %.*s",
                   length,
                   primary);
  char place[24] = "";
  if (line > 0)
    (void) snprintf(place, sizeof(place), ":%lld", line);
  return cc_fail(reterr,
                 away ? CC_ERR_UNAVAILABLE : CC_ERR_INTERNAL,
                 "migration",
                 "%s%s: %.*s",
                 item->file,
                 place,
                 length,
                 primary);
}

/* PQexec, which also tells how many statements of @sql were done before the last result. */
static PGresult *
exec_counted(PGconn *pg, const char *sql, int *ret_done)
{
  PGresult *last = NULL, *next = NULL;
  *ret_done = -1;
  if (!PQsendQuery(pg, sql))
    return NULL;
  while ((next = PQgetResult(pg)) != NULL) {
    PQclear(last);
    last = next;
    ++*ret_done;
    ExecStatusType got = PQresultStatus(last);
    if (got == PGRES_COPY_IN || got == PGRES_COPY_OUT || PQstatus(pg) == CONNECTION_BAD)
      break;
  }
  return last;
}

/* Run and forget the result. @item names the file in an error; may be NULL. */
static cc_status
run(PGconn *pg, const char *sql, const migration *item, bool *ret_locked, cc_error *reterr)
{
  int n_done = 0;
  PGresult *result = exec_counted(pg, sql, &n_done);
  ExecStatusType got = PQresultStatus(result);
  cc_status status = CC_OK;
  if (got != PGRES_COMMAND_OK && got != PGRES_TUPLES_OK) {
    if (ret_locked != NULL)
      *ret_locked = strcmp(sqlstate(result), "55P03") == 0;
    bool of_file = item != NULL && sql == item->sql;
    status = failed(pg, result, item, of_file ? failed_line(sql, n_done, result) : 0, reterr);
  }
  PQclear(result);
  return status;
}

static cc_status
record(PGconn *pg, const migration *item, cc_error *reterr)
{
  char number[24];
  (void) snprintf(number, sizeof(number), "%lld", item->number);
  const char *args[] = {number, item->file, item->checksum};
  PGresult *result =
    PQexecParams(pg,
                 "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)",
                 3,
                 /* paramTypes= */ NULL,
                 args,
                 /* paramLengths= */ NULL,
                 /* paramFormats= */ NULL,
                 /* resultFormat= */ 0);
  cc_status status = PQresultStatus(result) == PGRES_COMMAND_OK
                       ? CC_OK
                       : failed(pg, result, item, /* line= */ 0, reterr);
  PQclear(result);
  return status;
}

/* One attempt, in a transaction of its own. A file must not end it by itself. */
static cc_status
apply_once(PGconn *pg, const migration *item, bool *ret_locked, cc_error *reterr)
{
  cc_status status = run(pg, "BEGIN", item, ret_locked, reterr);
  if (status == CC_OK)
    status = run(pg, "SET LOCAL lock_timeout = '2s'", item, ret_locked, reterr);
  if (status == CC_OK)
    status = run(pg, item->sql, item, ret_locked, reterr);
  if (status == CC_OK && PQtransactionStatus(pg) != PQTRANS_INTRANS)
    return cc_fail(reterr, CC_ERR_INTERNAL, "migration", "%s: has a COMMIT of its own", item->file);
  if (status == CC_OK)
    status = record(pg, item, reterr);
  if (status == CC_OK)
    return run(pg, "COMMIT", item, ret_locked, reterr);
  PQclear(PQexec(pg, "ROLLBACK"));
  return status;
}

/* A lock that somebody holds is worth another try; waiting longer for it would make everybody else
 * wait behind us. */
static cc_status
apply(PGconn *pg, const migration *item, cc_error *reterr)
{
  for (int attempt = 1;; attempt++) {
    bool locked = false;
    cc_status status = apply_once(pg, item, &locked, reterr);
    if (!locked || attempt == ATTEMPTS)
      return status;
    (void) nanosleep(&(struct timespec){.tv_nsec = 500000000}, /* rem= */ NULL);
  }
}

/* What the database has must be what the files say, in full. */
static cc_status
compare(const PGresult *rows, const migrations *files, cc_error *reterr)
{
  for (int i = 0; i < PQntuples(rows); i++) {
    long long number = strtoll(PQgetvalue(rows, i, 0), NULL, 10);
    if (number != i + 1)
      return cc_fail(reterr,
                     CC_ERR_CONFLICT,
                     "migration",
                     "The database lacks migration %04d",
                     i + 1);
    if ((size_t) i >= files->n)
      return cc_fail(reterr,
                     CC_ERR_CONFLICT,
                     "migration",
                     "The database is newer: it has %s",
                     PQgetvalue(rows, i, 1));
    if (strcmp(PQgetvalue(rows, i, 2), files->items[i].checksum) != 0)
      return cc_fail(reterr,
                     CC_ERR_CONFLICT,
                     "migration",
                     "%s was changed after it had been applied",
                     files->items[i].file);
  }
  return CC_OK;
}

static cc_status
read_applied(PGconn *pg, const migrations *files, size_t *ret_applied, cc_error *reterr)
{
  PGresult *rows =
    PQexec(pg, "SELECT number, name, checksum FROM schema_migrations ORDER BY number");
  cc_status status = PQresultStatus(rows) == PGRES_TUPLES_OK
                       ? compare(rows, files, reterr)
                       : failed(pg, rows, /* item= */ NULL, /* line= */ 0, reterr);
  *ret_applied = (size_t) PQntuples(rows);
  PQclear(rows);
  return status;
}

static cc_status
prepare(PGconn *pg, cc_error *reterr)
{
  static const char *const steps[] = {
    "SET client_min_messages = warning",
    /* Another process may be migrating; its work is ours when it is done. */
    "SET lock_timeout = '60s'",
    "SELECT pg_advisory_lock(" LOCK_ID ")",
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "number bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now())",
  };
  for (size_t i = 0; i < CC_N(steps); i++) {
    cc_status status = run(pg, steps[i], /* item= */ NULL, /* ret_locked= */ NULL, reterr);
    if (status != CC_OK)
      return status;
  }
  return CC_OK;
}

static cc_status
migrate(PGconn *pg, const migrations *files, int *ret_applied, cc_error *reterr)
{
  size_t applied = 0;
  cc_status status = prepare(pg, reterr);
  if (status == CC_OK)
    status = read_applied(pg, files, &applied, reterr);
  for (size_t i = applied; status == CC_OK && i < files->n; i++) {
    status = apply(pg, &files->items[i], reterr);
    if (status == CC_OK)
      ++*ret_applied;
  }
  return status;
}

static void
ignore_notice(void *data, const char *message)
{
}

cc_status
ccd_migrate(const char *url, const char *folder, int *ret_applied, cc_error *reterr)
{
  int applied = 0;
  migrations files = {.items = NULL};
  cc_status status = read_folder(folder, &files, reterr);
  if (status == CC_OK) {
    PGconn *pg = PQconnectdb(url);
    (void) PQsetNoticeProcessor(pg, ignore_notice, /* arg= */ NULL);
    status = PQstatus(pg) == CONNECTION_OK
               ? migrate(pg, &files, &applied, reterr)
               : failed(pg, /* result= */ NULL, /* item= */ NULL, /* line= */ 0, reterr);
    PQfinish(pg);
  }
  migrations_done(&files);
  if (ret_applied != NULL)
    *ret_applied = applied;
  return status;
}
