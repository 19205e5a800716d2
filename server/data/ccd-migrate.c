/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/data/ccd-functions.h"
#include "server/data/ccd-migrate.h"

/* Updates the database schema. Runs as the command `migrate`, in one transaction, with
 * synchronous libpq. */

#define ATTEMPTS 5
#define LOCK_ID "4932011580361937453" /* key of the advisory lock, an arbitrary number */

typedef struct migrations {
  ccd_script *items; /* element i has the number i + 1 */
  size_t n;
} migrations;

static void
migrations_done(migrations *list)
{
  for (size_t i = 0; i < list->n; i++)
    ccd_script_done(&list->items[i]);
  free(list->items);
}

/* Is this the name of a migration: four digits, an underscore, a-z 0-9 _, ".sql", such as
 * "0001_base.sql"? */
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

/* Add one file. Files are read in sorted order, so each number must be the previous number plus
 * one. */
static cc_status
add_migration_file(migrations *list, const char *folder, const char *name, cc_error *reterr)
{
  if (!is_migration(name))
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "migration",
                   "%s: the name must have the form NNNN_name.sql",
                   name);
  ccd_script *item = &list->items[list->n];
  item->file = strdup(name);
  if (item->file == NULL)
    return cc_fail_memory(reterr);
  list->n++;

  long long number = strtoll(name, NULL, 10), before = (long long) list->n - 1;
  if (number == before && before > 0)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "migration",
                   "%s: %s has the same number",
                   name,
                   list->items[list->n - 2].file);
  if (number != before + 1)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "migration",
                   "%s: number %04lld is missing",
                   name,
                   before + 1);
  return ccd_script_read(folder, item, reterr);
}

static cc_status
read_folder(const char *folder, migrations *ret, cc_error *reterr)
{
  struct dirent **names = NULL;
  int n = scandir(folder, &names, is_sql, alphasort);
  if (n < 0)
    return cc_fail(reterr, CC_ERR_INTERNAL, "migration", "Cannot read the folder %s", folder);
  ret->items = calloc((size_t) n + 1, sizeof(*ret->items));
  cc_status status = ret->items != NULL ? CC_OK : cc_fail_memory(reterr);
  for (int i = 0; i < n; i++) {
    if (ret->items != NULL && status == CC_OK)
      status = add_migration_file(ret, folder, names[i]->d_name, reterr);
    free(names[i]);
  }
  free(names);
  if (status == CC_OK && n == 0)
    return cc_fail(reterr, CC_ERR_INTERNAL, "migration", "There are no migrations in %s", folder);
  return status;
}

static cc_status
record_migration(PGconn *pg, size_t number, const ccd_script *item, cc_error *reterr)
{
  char digits[24];
  (void) snprintf(digits, sizeof(digits), "%zu", number);
  const char *args[] = {digits, item->file, item->checksum};
  return ccd_script_query(pg,
                          "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, "
                          "$3)",
                          args,
                          3,
                          /* ret= */ NULL,
                          reterr);
}

/* Run one migration and record it. */
static cc_status
apply_migration(PGconn *pg,
                size_t number,
                const ccd_script *item,
                char ret_state[6],
                cc_error *reterr)
{
  assert(item != NULL);
  cc_status status = ccd_script_exec(pg, "RESET ROLE", /* script= */ NULL, ret_state, reterr);
  if (status == CC_OK)
    status = ccd_script_exec(pg, item->sql, item, ret_state, reterr);
  if (status == CC_OK && PQtransactionStatus(pg) != PQTRANS_INTRANS)
    return cc_fail(reterr, CC_ERR_INTERNAL, "migration", "%s: has a COMMIT of its own", item->file);
  return status == CC_OK ? record_migration(pg, number, item, reterr) : status;
}

/* Compare the migrations that the database has recorded with the files: names and checksums must
 * be equal. */
static cc_status
compare_applied(const PGresult *rows, const migrations *files, cc_error *reterr)
{
  for (int i = 0; i < PQntuples(rows); i++) {
    long long number = strtoll(PQgetvalue(rows, i, 0), NULL, 10);
    if (number != i + 1)
      return cc_fail(reterr,
                     CC_ERR_CONFLICT,
                     "migration",
                     "The database does not have migration %04d, but has a later one",
                     i + 1);
    if ((size_t) i >= files->n)
      return cc_fail(reterr,
                     CC_ERR_CONFLICT,
                     "migration",
                     "The database is newer than this program: it has migration %s",
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
  PGresult *rows = NULL;
  cc_status status =
    ccd_script_query(pg,
                     "SELECT number, name, checksum FROM schema_migrations ORDER BY number",
                     /* args= */ NULL,
                     0,
                     &rows,
                     reterr);
  if (status != CC_OK)
    return status;
  *ret_applied = (size_t) PQntuples(rows);
  status = compare_applied(rows, files, reterr);
  PQclear(rows);
  return status;
}

static cc_status
prepare_migrations(PGconn *pg, cc_error *reterr)
{
  static const char *const steps[] = {
    "SET client_min_messages = warning",
    /* Another process may be migrating: wait for its advisory lock, for at most 60 seconds. */
    "SET lock_timeout = '60s'",
    "SELECT pg_advisory_lock(" LOCK_ID ")",
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "number bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now())",
    "SET lock_timeout = '2s'",
  };
  cc_status status = CC_OK;
  for (size_t i = 0; i < CC_N(steps) && status == CC_OK; i++)
    status = ccd_script_exec(pg, steps[i], /* script= */ NULL, /* ret_state= */ NULL, reterr);
  return status;
}

/* Apply everything that is missing in one transaction, so that schema and functions change
 * together. */
static cc_status
apply_all(PGconn *pg,
          const migrations *files,
          const ccd_functions *functions,
          size_t applied,
          ccd_migrated *ret,
          char ret_state[6],
          cc_error *reterr)
{
  *ret = (ccd_migrated){0};
  cc_status status = ccd_script_exec(pg, "BEGIN", /* script= */ NULL, ret_state, reterr);
  for (size_t i = applied; status == CC_OK && i < files->n; i++) {
    status = apply_migration(pg, i + 1, &files->items[i], ret_state, reterr);
    ret->migrations++;
  }
  if (status == CC_OK)
    status = ccd_functions_apply(pg, functions, &ret->functions, ret_state, reterr);
  if (status == CC_OK)
    return ccd_script_exec(pg, "COMMIT", /* script= */ NULL, ret_state, reterr);
  *ret = (ccd_migrated){0};
  PQclear(PQexec(pg, "ROLLBACK"));
  return status;
}

/* Migrate; try again when another session holds a lock, or after a deadlock with the running
 * server. Each try waits only briefly for a lock, because all other sessions would wait behind
 * it. */
static cc_status
migrate_locked(PGconn *pg,
               const migrations *files,
               const ccd_functions *functions,
               ccd_migrated *ret,
               cc_error *reterr)
{
  size_t applied = 0;
  cc_status status = prepare_migrations(pg, reterr);
  if (status == CC_OK)
    status = read_applied(pg, files, &applied, reterr);
  for (int attempt = 1; status == CC_OK; attempt++) {
    char state[6] = "";
    cc_error error = {0};
    cc_status tried = apply_all(pg, files, functions, applied, ret, state, &error);
    if (tried == CC_OK)
      return CC_OK;
    bool again = strcmp(state, "55P03") == 0 || strcmp(state, "40P01") == 0;
    if (!again || attempt == ATTEMPTS) {
      if (reterr != NULL)
        *reterr = error;
      return tried;
    }
    (void) nanosleep(&(struct timespec){.tv_nsec = 500000000}, /* rem= */ NULL);
  }
  return status;
}

static void
ignore_notice(void *data, const char *message)
{
}

static cc_status
connect_and_migrate(const char *url,
                    const migrations *files,
                    const ccd_functions *functions,
                    ccd_migrated *ret,
                    cc_error *reterr)
{
  PGconn *pg = PQconnectdb(url);
  (void) PQsetNoticeProcessor(pg, ignore_notice, /* arg= */ NULL);
  const char *words = PQerrorMessage(pg);
  cc_status status = PQstatus(pg) == CONNECTION_OK
                       ? migrate_locked(pg, files, functions, ret, reterr)
                       : cc_fail(reterr,
                                 CC_ERR_UNAVAILABLE,
                                 "migration",
                                 "Cannot migrate: %.*s",
                                 (int) strcspn(words, "\n"),
                                 words);
  PQfinish(pg);
  return status;
}

cc_status
ccd_migrate(const char *url,
            const char *folder,
            const char *functions_folder,
            const cc_type *const types[],
            ccd_migrated *ret,
            cc_error *reterr)
{
  ccd_migrated done = {0};
  migrations files = {.items = NULL};
  ccd_functions functions = {.items = NULL};
  cc_status status = read_folder(folder, &files, reterr);
  if (status == CC_OK)
    status = ccd_functions_read(functions_folder, types, &functions, reterr);
  if (status == CC_OK)
    status = connect_and_migrate(url, &files, &functions, &done, reterr);
  ccd_functions_done(&functions);
  migrations_done(&files);
  if (ret != NULL)
    *ret = done;
  return status;
}
