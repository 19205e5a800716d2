/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-db-copy.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/cc-str.h"
#include "server/data/ccd-db-private.h"

/* COPY. libpq does not support COPY in pipeline mode, so the connection leaves pipeline mode
 * during a COPY. The statement is sent with the simple protocol, without parameters. */

/* libpq buffers all given bytes until they are sent, so they are given in pieces of this size. */
#define PIECE (256u * 1024)
#define SQL_MAX (64u * 1024)

/* Build the statement for a partition. False: the statement contains no "_0 " to replace, or is
 * too long. */
static bool
copy_text(const char *sql, int64_t partition, cc_str *out)
{
  const char *mark = partition > 0 ? strstr(sql, "_0 ") : sql + strlen(sql);
  if (mark == NULL)
    return false;
  cc_str_add_n(out, sql, (size_t) (mark - sql));
  if (partition > 0)
    cc_str_printf(out, "_%lld%s", (long long) partition, mark + strlen("_0"));
  return !out->failed;
}

/* Send the COPY statement and wait until the server accepts it; afterwards bytes can be
 * transferred. */
static cc_status
start_copy(ccd_db_conn *conn,
           const ccd_query *query,
           int64_t partition,
           ExecStatusType wanted,
           cc_error *reterr)
{
  const ccd_statement *statement = &conn->db->statements[query->index];
  cc_str sql = CC_STR_INIT(SQL_MAX);
  if (statement->sql == NULL || statement->n_params != 0 ||
      !copy_text(statement->sql, partition, &sql)) {
    cc_str_done(&sql);
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "copy",
                   "The query %s cannot run as COPY: it has parameters, or no partition mark.",
                   query->name);
  }
  cc_status status = ccd_tx_open(conn, reterr);
  bool sent = status == CC_OK && PQexitPipelineMode(conn->pg) && PQsendQuery(conn->pg, sql.text);
  cc_str_done(&sql);
  if (status != CC_OK)
    return status;
  if (!sent)
    return ccd_conn_lost(conn, /* timed_out= */ false, reterr);
  PGresult *result = NULL;
  status = ccd_conn_next(conn, &result, reterr);
  if (status != CC_OK)
    return status;
  if (PQresultStatus(result) == wanted) {
    PQclear(result);
    return CC_OK;
  }
  status = PQresultStatus(result) == PGRES_FATAL_ERROR
             ? ccd_copy_failed(conn, result, reterr)
             : cc_fail(reterr,
                       CC_ERR_INTERNAL,
                       "copy",
                       "The query %s is not a COPY in the requested direction.",
                       query->name);
  bool open = PQresultStatus(result) != PGRES_FATAL_ERROR;
  PQclear(result);
  if (open) {
    ccd_conn_close(conn);
    return status;
  }
  if (ccd_copy_settle(conn, /* ret_rows= */ NULL, /* reterr= */ NULL) == CC_OK)
    conn->state = CCD_TX_FAILED;
  return status;
}

cc_status
ccd_db_copy_in(ccd_db_conn *conn, const ccd_query *query, int64_t partition, cc_error *reterr)
{
  cc_status status = start_copy(conn, query, partition, PGRES_COPY_IN, reterr);
  conn->copying = status == CC_OK;
  return status;
}

static cc_status
check_copying(const ccd_db_conn *conn, cc_error *reterr)
{
  return conn->copying ? CC_OK : cc_fail(reterr, CC_ERR_INTERNAL, "no_copy", "No COPY is running.");
}

cc_status
ccd_db_copy_put(ccd_db_conn *conn, const char *bytes, size_t length, cc_error *reterr)
{
  cc_status status = check_copying(conn, reterr);
  while (status == CC_OK && length > 0) {
    int piece = (int) (length < PIECE ? length : PIECE);
    ccd_conn_renew_budget(conn);
    int put = PQputCopyData(conn->pg, bytes, piece);
    if (put < 0)
      return ccd_conn_lost(conn, /* timed_out= */ false, reterr);
    status = ccd_conn_flush(conn, reterr);
    if (put == 0)
      continue;
    bytes += piece;
    length -= (size_t) piece;
  }
  return status;
}

cc_status
ccd_db_copy_end(ccd_db_conn *conn, int64_t *ret_rows, cc_error *reterr)
{
  cc_status status = check_copying(conn, reterr);
  if (status == CC_OK)
    status = ccd_copy_put_end(conn, /* why= */ NULL, reterr);
  return status == CC_OK ? ccd_copy_settle(conn, ret_rows, reterr) : status;
}

/* Read one row; at the end *ret is NULL. */
static cc_status
read_copy_row(ccd_db_conn *conn, char **ret, int *ret_length, cc_error *reterr)
{
  for (;;) {
    ccd_conn_renew_budget(conn);
    int length = PQgetCopyData(conn->pg, ret, /* async= */ 1);
    if (length == -2)
      return ccd_conn_lost(conn, /* timed_out= */ false, reterr);
    if (length != 0) {
      *ret_length = length;
      return CC_OK;
    }
    cc_status status = ccd_conn_wait(conn, reterr);
    if (status != CC_OK)
      return status;
  }
}

cc_status
ccd_db_copy_out(ccd_db_conn *conn,
                const ccd_query *query,
                ccd_db_copy_cb *callback,
                void *data,
                cc_error *reterr)
{
  cc_status status = start_copy(conn, query, /* partition= */ 0, PGRES_COPY_OUT, reterr);
  while (status == CC_OK) {
    char *row = NULL;
    int length = 0;
    status = read_copy_row(conn, &row, &length, reterr);
    if (status != CC_OK)
      return status;
    if (length < 0)
      return ccd_copy_settle(conn, /* ret_rows= */ NULL, reterr);
    status = callback(data, row, (size_t) length, reterr);
    PQfreemem(row);
    if (status != CC_OK)
      ccd_conn_close(conn); /* closing the connection avoids reading all remaining rows */
  }
  return status;
}
