/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "server/data/ccd-db-private.h"

/* Reads the error messages of constraints and unique indexes from comments in the schema, such
 * as: COMMENT ON CONSTRAINT events_end_time_check ON events IS 'An event ends after it begins.'
 * A code in brackets before the sentence becomes the error code. The comments are read once at
 * start. */

static const char statement[] =
  "SELECT conname, obj_description(oid, 'pg_constraint') FROM pg_constraint "
  "WHERE connamespace = current_schema()::regnamespace AND obj_description(oid, 'pg_constraint') "
  "<> '' UNION ALL SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c "
  "JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relnamespace = current_schema()::regnamespace "
  "AND i.indisunique AND obj_description(c.oid, 'pg_class') <> ''";

static cc_status
keep_messages(ccd_db *db, const PGresult *result, cc_error *reterr)
{
  size_t n = (size_t) PQntuples(result);
  db->constraints = calloc(n + 1, sizeof(*db->constraints));
  for (size_t i = 0; db->constraints != NULL && i < n; i++) {
    ccd_constraint *row = &db->constraints[db->n_constraints++];
    row->name = strdup(PQgetvalue(result, (int) i, 0));
    row->message = strdup(PQgetvalue(result, (int) i, 1));
    if (row->name == NULL || row->message == NULL)
      return cc_fail_memory(reterr);
  }
  return db->constraints != NULL ? CC_OK : cc_fail_memory(reterr);
}

cc_status
ccd_constraints_read(ccd_db_conn *conn, cc_error *reterr)
{
  if (!PQsendQueryParams(conn->pg, statement, 0, NULL, NULL, NULL, NULL, /* resultFormat= */ 0) ||
      PQpipelineSync(conn->pg) != 1)
    return ccd_conn_lost(conn, /* timed_out= */ false, reterr);
  bool synced = false;
  cc_status kept = CC_OK;
  while (!synced) {
    PGresult *result = NULL;
    cc_status status = ccd_conn_next(conn, &result, reterr);
    if (status != CC_OK)
      return status;
    if (result == NULL)
      continue; /* end of the statement's results */
    if (PQresultStatus(result) == PGRES_TUPLES_OK)
      kept = keep_messages(conn->db, result, reterr);
    synced = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
    PQclear(result);
  }
  return kept;
}

/* Apply a comment "[code] Sentence." to an error. */
static void
explain_error(const char *comment, cc_error *error)
{
  size_t code = comment[0] == '[' ? strcspn(comment + 1, "]") : 0;
  if (code > 0 && comment[1 + code] == ']') {
    (void) snprintf(error->code, sizeof(error->code), "%.*s", (int) code, comment + 1);
    comment += code + 2;
    comment += *comment == ' ';
  }
  (void) snprintf(error->message, sizeof(error->message), "%s", comment);
}

void
ccd_constraints_explain(const ccd_db *db, const PGresult *result, cc_error *error)
{
  const char *name = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
  for (size_t i = 0; error != NULL && name != NULL && i < db->n_constraints; i++) {
    if (strcmp(db->constraints[i].name, name) == 0)
      explain_error(db->constraints[i].message, error);
  }
}

void
ccd_constraints_free(ccd_db *db)
{
  for (size_t i = 0; i < db->n_constraints; i++) {
    free(db->constraints[i].name);
    free(db->constraints[i].message);
  }
  free(db->constraints);
}
