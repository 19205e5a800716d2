/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-sqlstate.h"

#include <stdio.h>
#include <string.h>

#include "server/data/ccd-db-private.h"

/* Translates SQLSTATEs into statuses and error codes, by one table. PostgreSQL's own message is
 * never shown, because it may contain values; only the functions of db/functions (class CC)
 * write messages for people. */

typedef struct row {
  const char *state; /* prefix of the SQLSTATE; the first matching row counts */
  cc_status status;
  const char *code;
  const char *message;
  const char *hint;
} row;

static const row rows[] = {
  {"23505", CC_ERR_CONFLICT, "taken", "This value is already in use.", "Choose another value."},
  {"23503",
   CC_ERR_INVALID,
   "unknown_reference",
   "The object that this value refers to does not exist.",
   ""},
  {"23514", CC_ERR_INVALID, "not_allowed", "This value is not allowed here.", ""},
  {"23502", CC_ERR_INVALID, "required", "A value is required here.", ""},
  {"23P01", CC_ERR_CONFLICT, "overlaps", "This value overlaps with that of another object.", ""},
  {"23001",
   CC_ERR_CONFLICT,
   "in_use",
   "The object is still in use: other objects refer to it.",
   ""},
  {"22", CC_ERR_INVALID, "invalid_value", "A value has a form or size that cannot be stored.", ""},
  {"40001", CC_ERR_UNAVAILABLE, "retry", "Another change was made at the same time.", "Try again."},
  {"40P01", CC_ERR_UNAVAILABLE, "retry", "Another change was made at the same time.", "Try again."},
  {"55P03", CC_ERR_UNAVAILABLE, "locked", "Another request is changing this object.", "Try again."},
  {"57014", CC_ERR_UNAVAILABLE, "timeout", "The request took too long.", "Try again later."},
  {"53100", CC_ERR_UNAVAILABLE, "disk_full", "The database has no space left.", "Try again later."},
  {"53", CC_ERR_UNAVAILABLE, "database_busy", "The database is too busy.", "Try again later."},
  {"57P",
   CC_ERR_UNAVAILABLE,
   "database_away",
   "The database is not available.",
   "Try again later."},
  {"25P03", CC_ERR_UNAVAILABLE, "timeout", "The request took too long.", "Try again later."},
  {"08", CC_ERR_UNAVAILABLE, "database_away", "The database is not available.", ""},
  {"58",
   CC_ERR_UNAVAILABLE,
   "database_away",
   "The database has a system error.",
   "Try again later."},
  {"26000",
   CC_ERR_UNAVAILABLE,
   "retry",
   "The database was changed during the request.",
   "Try again."},
  {"0A000",
   CC_ERR_UNAVAILABLE,
   "retry",
   "The database was changed during the request.",
   "Try again."},
  {"CC403", CC_ERR_FORBIDDEN, "forbidden", NULL, ""},
  {"CC404", CC_ERR_NOT_FOUND, "not_found", NULL, ""},
  {"CC409", CC_ERR_CONFLICT, "conflict", NULL, ""},
  {"CC412", CC_ERR_PRECONDITION, "changed", NULL, ""},
  {"CC422", CC_ERR_INVALID, "invalid", NULL, ""},
  {"CC4S1", CC_ERR_CONFLICT, "script_changed", NULL, ""},
  {"", CC_ERR_INTERNAL, "internal", "The server made a mistake.", ""},
};

static void (*on_error)(const char *sqlstate, const char *constraint, const char *primary);

void
ccd_db_on_error(void (*hook)(const char *sqlstate, const char *constraint, const char *primary))
{
  on_error = hook;
}

void
ccd_db_report(const char *sqlstate, const char *constraint, const char *primary)
{
  if (on_error != NULL)
    on_error(sqlstate, constraint, primary);
}

static const row *
find_meaning(const char *state)
{
  const row *at = rows;
  while (strncmp(state, at->state, strlen(at->state)) != 0)
    at++;
  return at;
}

static const char *
error_field(const PGresult *result, int code)
{
  const char *text = PQresultErrorField(result, code);
  return text != NULL ? text : "";
}

/* Report a failure to the log. In messages of class 22 a value follows a colon or is in quotes,
 * so only the text before it is logged. */
static void
report_result(const PGresult *result, const char *state)
{
  const char *primary = error_field(result, PG_DIAG_MESSAGE_PRIMARY);
  char cut[200];
  size_t length = strlen(primary);
  if (strncmp(state, "22", 2) == 0)
    length = strcspn(primary, ":\"");
  (void) snprintf(cut, sizeof(cut), "%.*s", (int) (length < 199 ? length : 199), primary);
  ccd_db_report(state, PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME), cut);
}

/* Find the column in a constraint's name: "events_organization_id_slug_key" -> "slug", because
 * every key of a tenant table begins with the organization. Empty when the name has another
 * form. */
static void
column_of_constraint(const PGresult *result, size_t size, char *ret)
{
  const char *name = error_field(result, PG_DIAG_CONSTRAINT_NAME);
  const char *table = error_field(result, PG_DIAG_TABLE_NAME);
  size_t table_length = strlen(table);
  ret[0] = '\0';
  if (table_length == 0 || strncmp(name, table, table_length) != 0 || name[table_length] != '_')
    return;
  const char *column = name + table_length + 1;
  static const char tenant[] = "organization_id_";
  if (strncmp(column, tenant, sizeof(tenant) - 1) == 0)
    column += sizeof(tenant) - 1;

  const char *suffix = strrchr(column, '_');
  if (suffix == NULL || (strcmp(suffix, "_key") != 0 && strcmp(suffix, "_fkey") != 0 &&
                         strcmp(suffix, "_check") != 0))
    return;
  (void) snprintf(ret, size, "/%.*s", (int) (suffix - column), column);
}

static void
set_pointer(const PGresult *result, const char *state, cc_error *error)
{
  const char *column = error_field(result, PG_DIAG_COLUMN_NAME);
  if (column[0] != '\0')
    (void) snprintf(error->pointer, sizeof(error->pointer), "/%s", column);
  else if (strncmp(state, "23", 2) == 0)
    column_of_constraint(result, sizeof(error->pointer), error->pointer);
}

/* Fill an error that a function of db/functions raised: DETAIL is the code, MESSAGE and HINT are
 * for people. */
static void
fill_own(const PGresult *result, const row *meaning, cc_error *error)
{
  const char *code = error_field(result, PG_DIAG_MESSAGE_DETAIL);
  (void) cc_fail(error,
                 meaning->status,
                 code[0] != '\0' ? code : meaning->code,
                 "%s",
                 error_field(result, PG_DIAG_MESSAGE_PRIMARY));
  cc_error_hint(error, "%s", error_field(result, PG_DIAG_MESSAGE_HINT));
}

/* SQLSTATE 23503 has two causes: a reference to a row that does not exist, and the deletion of a
 * row to which others refer. The second cause is reported as 23001. */
static const row *
refine_meaning(const PGresult *result, const char *state, const row *meaning)
{
  if (strcmp(state, "23503") == 0 &&
      strncmp(error_field(result, PG_DIAG_MESSAGE_PRIMARY), "update or delete", 16) == 0)
    return find_meaning("23001");
  return meaning;
}

cc_status
ccd_sqlstate_fail(const PGresult *result, bool *ret_retry, bool *ret_stale, cc_error *reterr)
{
  const char *state = error_field(result, PG_DIAG_SQLSTATE);
  if (state[0] == '\0') /* no SQLSTATE: libpq reports that the connection broke */
    state = "08006";
  const row *meaning = refine_meaning(result, state, find_meaning(state));
  bool stale = strcmp(state, "26000") == 0 || strcmp(state, "0A000") == 0;
  if (ret_stale != NULL && stale)
    *ret_stale = true;
  if (ret_retry != NULL && strcmp(meaning->code, "retry") == 0)
    *ret_retry = true;
  if (meaning->status == CC_ERR_INTERNAL || meaning->status == CC_ERR_UNAVAILABLE)
    report_result(result, state);
  if (reterr == NULL)
    return meaning->status;

  if (meaning->message == NULL) {
    fill_own(result, meaning, reterr);
  } else {
    (void) cc_fail(reterr, meaning->status, meaning->code, "%s", meaning->message);
    cc_error_hint(reterr, "%s", meaning->hint);
  }
  set_pointer(result, state, reterr);
  return meaning->status;
}
