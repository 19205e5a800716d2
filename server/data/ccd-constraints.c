/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "server/data/ccd-db-private.h"

/* What a broken constraint means for a person stands in the schema, as the constraint's comment:
 * COMMENT ON CONSTRAINT events_end_time_check ON events IS 'An event ends after it begins.' Read
 * once at start. */

static const char statement[] =
  "SELECT conname, obj_description(oid, 'pg_constraint') FROM pg_constraint "
  "WHERE connamespace = current_schema()::regnamespace AND obj_description(oid, 'pg_constraint') "
  "<> ''";

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
      continue; /* the end of the statement's results */
    if (PQresultStatus(result) == PGRES_TUPLES_OK)
      kept = keep_messages(conn->db, result, reterr);
    synced = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
    PQclear(result);
  }
  return kept;
}

void
ccd_constraints_explain(const ccd_db *db, const PGresult *result, cc_error *error)
{
  const char *name = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
  for (size_t i = 0; error != NULL && name != NULL && i < db->n_constraints; i++) {
    if (strcmp(db->constraints[i].name, name) == 0)
      (void) snprintf(error->message, sizeof(error->message), "%s", db->constraints[i].message);
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
