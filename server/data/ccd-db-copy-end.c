/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "server/data/ccd-db-private.h"

/* Ends a COPY: completed, failed or cancelled. */

cc_status
ccd_copy_failed(ccd_db_conn *conn, const PGresult *result, cc_error *reterr)
{
  atomic_fetch_add(&conn->db->errors, 1);
  cc_status status = ccd_sqlstate_fail(result, &conn->retry, &conn->doomed, reterr);
  ccd_constraints_explain(conn->db, result, reterr);
  return status;
}

cc_status
ccd_copy_settle(ccd_db_conn *conn, int64_t *ret_rows, cc_error *reterr)
{
  cc_status outcome = CC_OK;
  conn->copying = false;
  for (;;) {
    PGresult *result = NULL;
    cc_status status = ccd_conn_next(conn, &result, reterr);
    if (status != CC_OK)
      return status;
    if (result == NULL)
      break;
    ExecStatusType kind = PQresultStatus(result);
    if (kind == PGRES_COMMAND_OK && ret_rows != NULL)
      *ret_rows = strtoll(PQcmdTuples(result), NULL, 10);
    else if (kind != PGRES_COMMAND_OK && outcome == CC_OK)
      outcome = ccd_copy_failed(conn, result, reterr);
    PQclear(result);
  }
  if (PQstatus(conn->pg) != CONNECTION_OK || !PQenterPipelineMode(conn->pg)) {
    cc_status lost = ccd_conn_lost(conn, /* timed_out= */ false, outcome == CC_OK ? reterr : NULL);
    return outcome != CC_OK ? outcome : lost;
  }
  if (outcome != CC_OK)
    conn->state = CCD_TX_FAILED;
  return outcome;
}

cc_status
ccd_copy_put_end(ccd_db_conn *conn, const char *why, cc_error *reterr)
{
  cc_status status = CC_OK;
  int put = 0;
  ccd_conn_renew_budget(conn);
  while (status == CC_OK && (put = PQputCopyEnd(conn->pg, why)) == 0)
    status = ccd_conn_flush(conn, reterr);
  if (status == CC_OK && put < 0)
    return ccd_conn_lost(conn, /* timed_out= */ false, reterr);
  return status == CC_OK ? ccd_conn_flush(conn, reterr) : status;
}

void
ccd_copy_cancel(ccd_db_conn *conn)
{
  if (ccd_copy_put_end(conn, "given up", /* reterr= */ NULL) == CC_OK)
    (void) ccd_copy_settle(conn, /* ret_rows= */ NULL, /* reterr= */ NULL);
}
