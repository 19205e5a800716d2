/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cc-str.h"
#include "server/data/ccd-parts.h"
#include "server/data/ccd-script.h"
#include "server/data/ccd-sql-line.h"

/* Reads and runs SQL files. Runs as a command or at start, so it uses libpq synchronously. */

#define FILE_MAX (4u * 1024 * 1024)

void
ccd_script_done(ccd_script *script)
{
  free(script->file);
  free(script->sql);
}

static bool
hash_text(const char *text, size_t length, char ret[static CCD_CHECKSUM_TEXT])
{
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned n = 0;
  if (!EVP_Digest(text, length, hash, &n, EVP_sha256(), /* impl= */ NULL))
    return false;
  for (unsigned i = 0; i < n; i++)
    (void) snprintf(ret + 2 * i, 3, "%02x", hash[i]);
  return true;
}

cc_status
ccd_script_read(const char *folder, ccd_script *script, cc_error *reterr)
{
  cc_str path = CC_STR_INIT(4096), text = CC_STR_INIT(FILE_MAX);
  cc_str_printf(&path, "%s/%s", folder, script->file);
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
  script->sql = good && !failed ? cc_str_take(&text, &length) : NULL;
  cc_str_done(&text);
  if (script->sql == NULL || strlen(script->sql) != length ||
      !hash_text(script->sql, length, script->checksum))
    return cc_fail(reterr, CC_ERR_INTERNAL, "migration", "%s: cannot be read", script->file);
  return CC_OK;
}

cc_status
ccd_script_expand(ccd_script *script, const cc_type *const types[], cc_error *reterr)
{
  cc_str text = CC_STR_INIT(FILE_MAX);
  cc_error why = {0};
  size_t length = 0;
  cc_status status = ccd_parts_expand(script->sql, types, &text, &why);
  char *sql = status == CC_OK ? cc_str_take(&text, &length) : NULL;
  cc_str_done(&text);
  if (status != CC_OK)
    return cc_fail(reterr, status, "migration", "%s: %s", script->file, why.message);
  if (sql == NULL || !hash_text(sql, length, script->checksum)) {
    free(sql);
    return cc_fail_memory(reterr);
  }
  free(script->sql);
  script->sql = sql;
  return CC_OK;
}

/* Line of the error: the position that the server reports, otherwise the line where the failed
 * statement begins; @n_done statements were completed before it. */
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

/* Report a failed statement. The server's message is shown to the operator who runs the
 * migration; it contains no personal data.
 * @line 0: the line is unknown. */
static cc_status
statement_failed(const PGconn *pg,
                 const PGresult *result,
                 const ccd_script *script,
                 long long line,
                 cc_error *reterr)
{
  const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (primary == NULL)
    primary = PQerrorMessage(pg);
  int length = (int) strcspn(primary, "\n");
  cc_status status = PQstatus(pg) != CONNECTION_OK ? CC_ERR_UNAVAILABLE : CC_ERR_INTERNAL;
  if (script == NULL)
    return cc_fail(reterr, status, "migration", "Cannot migrate: %.*s", length, primary);
  char place[24] = "";
  if (line > 0)
    (void) snprintf(place, sizeof(place), ":%lld", line);
  return cc_fail(reterr, status, "migration", "%s%s: %.*s", script->file, place, length, primary);
}

/* Like PQexec, and also reports how many statements of @sql were completed before the last
 * result. */
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

cc_status
ccd_script_exec(PGconn *pg,
                const char *sql,
                const ccd_script *script,
                char ret_state[6],
                cc_error *reterr)
{
  int n_done = 0;
  PGresult *result = exec_counted(pg, sql, &n_done);
  ExecStatusType got = PQresultStatus(result);
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (ret_state != NULL)
    (void) snprintf(ret_state, 6, "%s", state != NULL ? state : "");
  cc_status status = CC_OK;
  if (got != PGRES_COMMAND_OK && got != PGRES_TUPLES_OK) {
    bool of_file = script != NULL && sql == script->sql;
    status =
      statement_failed(pg, result, script, of_file ? failed_line(sql, n_done, result) : 0, reterr);
  }
  PQclear(result);
  return status;
}

cc_status
ccd_script_query(PGconn *pg,
                 const char *sql,
                 const char *const args[],
                 int n,
                 PGresult **ret,
                 cc_error *reterr)
{
  PGresult *result = PQexecParams(pg,
                                  sql,
                                  n,
                                  /* paramTypes= */ NULL,
                                  args,
                                  /* paramLengths= */ NULL,
                                  /* paramFormats= */ NULL,
                                  /* resultFormat= */ 0);
  ExecStatusType got = PQresultStatus(result);
  cc_status status = got == PGRES_COMMAND_OK || got == PGRES_TUPLES_OK
                       ? CC_OK
                       : statement_failed(pg, result, /* script= */ NULL, /* line= */ 0, reterr);
  if (status == CC_OK && ret != NULL)
    *ret = result;
  else
    PQclear(result);
  return status;
}
