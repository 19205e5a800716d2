/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cc-str.h"
#include "server/data/ccd-functions.h"

/* Applies the files of db/functions to a database; called by the migrator (ccd-migrate.c),
 * inside its transaction. */

/* Lists every function, view and trigger of the server, with the version of its catalog row:
 * replacing a definition makes a new row version, which shows what a file has defined. */
#define DEFINITIONS                                                                                \
  "SELECT 'FUNCTION' AS kind, p.oid::regprocedure::text AS identity, p.ctid::text AS place,"       \
  " p.proowner::regrole::text AS owner FROM pg_proc p"                                             \
  " WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_depend d"         \
  "   WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')"              \
  " UNION ALL SELECT 'VIEW', c.oid::regclass::text, r.ctid::text, c.relowner::regrole::text"       \
  " FROM pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid"                                       \
  " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v' AND NOT EXISTS"              \
  "   (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid"         \
  "    AND d.deptype = 'e')"                                                                       \
  " UNION ALL SELECT 'TRIGGER', format('%I ON %s', t.tgname, t.tgrelid::regclass), t.ctid::text,"  \
  " c.relowner::regrole::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"              \
  " WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal"

static const char create_definitions[] =
  "CREATE TABLE IF NOT EXISTS schema_definitions (kind text, identity text, owner text NOT NULL,"
  " file text NOT NULL, PRIMARY KEY (kind, identity))";

static const char *const begin_steps[] = {
  "CREATE TABLE IF NOT EXISTS schema_functions (file text PRIMARY KEY, checksum text NOT NULL)",
  create_definitions,
  "CREATE TEMP TABLE definitions_seen (kind text, identity text, place text) ON COMMIT DROP",
  "CREATE TEMP TABLE definitions_old ON COMMIT DROP AS SELECT * FROM schema_definitions LIMIT 0",
  /* A function may call another one that is defined later in its file. */
  "SET LOCAL check_function_bodies = off",
};

static cc_status
add_function_file(ccd_functions *functions,
                  const char *folder,
                  const cc_type *const types[],
                  const char *name,
                  size_t length,
                  cc_error *reterr)
{
  ccd_script *more = realloc(functions->items, (functions->n + 1) * sizeof(*more));
  if (more == NULL)
    return cc_fail_memory(reterr);
  functions->items = more;
  ccd_script *script = &functions->items[functions->n];
  *script = (ccd_script){.file = strndup(name, length)};
  if (script->file == NULL)
    return cc_fail_memory(reterr);
  functions->n++;
  cc_status status = ccd_script_read(folder, script, reterr);
  return status == CC_OK ? ccd_script_expand(script, types, reterr) : status;
}

cc_status
ccd_functions_read(const char *folder,
                   const cc_type *const types[],
                   ccd_functions *ret,
                   cc_error *reterr)
{
  ccd_script order = {.file = strdup("ORDER")};
  cc_status status =
    order.file != NULL ? ccd_script_read(folder, &order, reterr) : cc_fail_memory(reterr);
  const char *line = status == CC_OK && order.sql != NULL ? order.sql : "";
  while (status == CC_OK && *line != '\0') {
    size_t length = strcspn(line, "\n");
    if (length > 0 && *line != '#')
      status = add_function_file(ret, folder, types, line, length, reterr);
    line += length + (line[length] == '\n');
  }
  ccd_script_done(&order);
  return status;
}

void
ccd_functions_done(ccd_functions *functions)
{
  for (size_t i = 0; i < functions->n; i++)
    ccd_script_done(&functions->items[i]);
  free(functions->items);
}

static cc_status
run_statements(PGconn *pg,
               const char *const statements[],
               size_t n,
               char ret_state[6],
               cc_error *reterr)
{
  cc_status status = CC_OK;
  for (size_t i = 0; i < n && status == CC_OK; i++)
    status = ccd_script_exec(pg, statements[i], /* script= */ NULL, ret_state, reterr);
  return status;
}

/* Drop a definition as its owner: the server's roles are members of each other without
 * inheriting rights, so SET ROLE is needed. */
static cc_status
drop_definition(PGconn *pg, const PGresult *rows, int row, char ret_state[6], cc_error *reterr)
{
  cc_str sql = CC_STR_INIT(65536);
  cc_str_printf(&sql,
                "SET LOCAL ROLE %s; DROP %s IF EXISTS %s; RESET ROLE",
                PQgetvalue(rows, row, 2),
                PQgetvalue(rows, row, 0),
                PQgetvalue(rows, row, 1));
  cc_status status = sql.failed
                       ? cc_fail_memory(reterr)
                       : ccd_script_exec(pg, sql.text, /* script= */ NULL, ret_state, reterr);
  cc_str_done(&sql);
  return status;
}

/* Drop the definitions in the table definitions_old (alias o) that the condition @which selects;
 * triggers first, functions last. */
static cc_status
drop_definitions(PGconn *pg,
                 const char *which,
                 const char *file,
                 char ret_state[6],
                 cc_error *reterr)
{
  PGresult *rows = NULL;
  cc_status status = ccd_script_query(pg, which, &file, file != NULL, &rows, reterr);
  for (int i = 0; status == CC_OK && i < PQntuples(rows); i++)
    status = drop_definition(pg, rows, i, ret_state, reterr);
  PQclear(rows);
  return status;
}

/* Run a file. When CREATE OR REPLACE refuses a change, the file's old functions are dropped
 * first, except trigger functions: their signature never changes, and triggers depend on them. */
static cc_status
run_file(PGconn *pg, const ccd_script *script, char ret_state[6], cc_error *reterr)
{
  static const char functions_of_file[] =
    "SELECT o.kind, o.identity, o.owner FROM definitions_old o"
    " WHERE o.file = $1 AND o.kind = 'FUNCTION' AND NOT EXISTS (SELECT FROM pg_trigger t"
    "   WHERE t.tgfoid::regprocedure::text = o.identity) ORDER BY o.identity";
  cc_status status = ccd_script_exec(pg, "SAVEPOINT file", /* script= */ NULL, ret_state, reterr);
  if (status == CC_OK)
    status = ccd_script_exec(pg, script->sql, script, ret_state, reterr);
  if (status == CC_OK || strcmp(ret_state, "42P13") != 0)
    return status;
  status = ccd_script_exec(pg, "ROLLBACK TO SAVEPOINT file", /* script= */ NULL, ret_state, reterr);
  if (status == CC_OK)
    status = drop_definitions(pg, functions_of_file, script->file, ret_state, reterr);
  return status == CC_OK ? ccd_script_exec(pg, script->sql, script, ret_state, reterr) : status;
}

/* Delete the rows of a file in schema_definitions; the table definitions_old keeps them for this
 * run. */
static cc_status
forget_file(PGconn *pg, const char *file, cc_error *reterr)
{
  return ccd_script_query(pg,
                          "WITH gone AS (DELETE FROM schema_definitions WHERE file = $1 RETURNING "
                          "*)"
                          " INSERT INTO definitions_old SELECT * FROM gone",
                          &file,
                          1,
                          /* ret= */ NULL,
                          reterr);
}

static cc_status
apply_file(PGconn *pg, const ccd_script *script, char ret_state[6], cc_error *reterr)
{
  static const char *const look[] = {
    "RESET ROLE",
    "TRUNCATE definitions_seen",
    "INSERT INTO definitions_seen SELECT kind, identity, place FROM (" DEFINITIONS ") d",
  };
  const char *args[] = {script->file, script->checksum};
  cc_status status = forget_file(pg, script->file, reterr);
  if (status == CC_OK)
    status = run_statements(pg, look, CC_N(look), ret_state, reterr);
  if (status == CC_OK)
    status = run_file(pg, script, ret_state, reterr);
  if (status == CC_OK)
    status = ccd_script_query(
      pg,
      "INSERT INTO schema_definitions (kind, identity, owner, file)"
      " SELECT d.kind, d.identity, d.owner, $1 FROM (" DEFINITIONS ") d WHERE NOT EXISTS"
      " (SELECT FROM definitions_seen s"
      "  WHERE (s.kind, s.identity, s.place) = (d.kind, d.identity, d.place))"
      " ON CONFLICT (kind, identity) DO UPDATE SET owner = EXCLUDED.owner, file = EXCLUDED.file",
      args,
      1,
      /* ret= */ NULL,
      reterr);
  if (status == CC_OK)
    status = ccd_script_query(pg,
                              "INSERT INTO schema_functions (file, checksum) VALUES ($1, $2)"
                              " ON CONFLICT (file) DO UPDATE SET checksum = EXCLUDED.checksum",
                              args,
                              2,
                              /* ret= */ NULL,
                              reterr);
  return status;
}

static const char *
applied_checksum(const PGresult *rows, const char *file)
{
  for (int i = 0; i < PQntuples(rows); i++)
    if (strcmp(PQgetvalue(rows, i, 0), file) == 0)
      return PQgetvalue(rows, i, 1);
  return "";
}

static bool
is_listed(const ccd_functions *functions, const char *file)
{
  for (size_t i = 0; i < functions->n; i++)
    if (strcmp(functions->items[i].file, file) == 0)
      return true;
  return false;
}

/* Delete the rows of files that ORDER does not list any more. */
static cc_status
forget_files(PGconn *pg,
             const ccd_functions *functions,
             const PGresult *rows,
             int *ret_n,
             cc_error *reterr)
{
  cc_status status = CC_OK;
  for (int i = 0; i < PQntuples(rows) && status == CC_OK; i++) {
    const char *file = PQgetvalue(rows, i, 0);
    if (is_listed(functions, file))
      continue;
    status = forget_file(pg, file, reterr);
    if (status == CC_OK)
      status = ccd_script_query(pg,
                                "DELETE FROM schema_functions WHERE file = $1",
                                &file,
                                1,
                                /* ret= */ NULL,
                                reterr);
    ++*ret_n;
  }
  return status;
}

cc_status
ccd_functions_apply(PGconn *pg,
                    const ccd_functions *functions,
                    int *ret_n,
                    char ret_state[6],
                    cc_error *reterr)
{
  static const char no_longer_defined[] =
    "SELECT o.kind, o.identity, o.owner FROM definitions_old o WHERE NOT EXISTS"
    " (SELECT FROM schema_definitions d WHERE (d.kind, d.identity) = (o.kind, o.identity))"
    " ORDER BY o.kind = 'FUNCTION', o.kind = 'VIEW', o.identity";
  PGresult *rows = NULL;
  cc_status status = run_statements(pg, begin_steps, CC_N(begin_steps), ret_state, reterr);
  if (status == CC_OK)
    status = ccd_script_query(pg,
                              "SELECT file, checksum FROM schema_functions",
                              /* args= */ NULL,
                              0,
                              &rows,
                              reterr);
  for (size_t i = 0; status == CC_OK && i < functions->n; i++) {
    const ccd_script *script = &functions->items[i];
    if (strcmp(applied_checksum(rows, script->file), script->checksum) == 0)
      continue;
    status = apply_file(pg, script, ret_state, reterr);
    ++*ret_n;
  }
  if (status == CC_OK)
    status = forget_files(pg, functions, rows, ret_n, reterr);
  PQclear(rows);
  return status == CC_OK
           ? drop_definitions(pg, no_longer_defined, /* file= */ NULL, ret_state, reterr)
           : status;
}
