/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-audit.h"

#include <stdbool.h>
#include <stdlib.h>

#include <libpq-fe.h>

/* Verifies the audit log. Runs as a command without threads, so it uses libpq synchronously. */

static int64_t
cell_int64(const PGresult *result, int row, int column)
{
  return strtoll(PQgetvalue(result, row, column), NULL, 10);
}

static cc_status
verify_one(PGconn *conn,
           const char *organization,
           ccd_audit_problem_cb *callback,
           void *data,
           ccd_audit_count *count,
           cc_error *reterr)
{
  const char *args[] = {organization};
  PGresult *result =
    PQexecParams(conn, "SELECT seq, problem FROM audit_verify($1)", 1, NULL, args, NULL, NULL, 0);
  PGresult *head =
    PQexecParams(conn, "SELECT COALESCE(seq, 0) FROM audit_head($1)", 1, NULL, args, NULL, NULL, 0);
  bool good = PQresultStatus(result) == PGRES_TUPLES_OK && PQresultStatus(head) == PGRES_TUPLES_OK;
  for (int row = 0; good && row < PQntuples(result); row++) {
    count->problems++;
    callback(data,
             strtoll(organization, NULL, 10),
             cell_int64(result, row, 0),
             PQgetvalue(result, row, 1));
  }
  if (good && PQntuples(head) == 1)
    count->entries += cell_int64(head, 0, 0);
  PQclear(result);
  PQclear(head);
  return good ? CC_OK
              : cc_fail(reterr,
                        CC_ERR_UNAVAILABLE,
                        "audit",
                        "The audit log cannot be read: %s",
                        PQerrorMessage(conn));
}

cc_status
ccd_audit_verify(const char *url,
                 ccd_audit_problem_cb *callback,
                 void *data,
                 ccd_audit_count *ret,
                 cc_error *reterr)
{
  PGconn *conn = PQconnectdb(url);
  PGresult *result = NULL;
  cc_status status = CC_OK;
  if (PQstatus(conn) == CONNECTION_OK)
    result = PQexec(conn, "SELECT audit_organizations()");
  if (result == NULL || PQresultStatus(result) != PGRES_TUPLES_OK)
    status = cc_fail(reterr,
                     CC_ERR_UNAVAILABLE,
                     "audit",
                     "The audit log cannot be read: %s",
                     PQerrorMessage(conn));
  for (int row = 0; status == CC_OK && row < PQntuples(result); row++) {
    ret->organizations++;
    status = verify_one(conn, PQgetvalue(result, row, 0), callback, data, ret, reterr);
  }
  PQclear(result);
  PQfinish(conn);
  return status;
}
