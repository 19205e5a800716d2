/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* COPY FROM STDIN and COPY TO STDOUT with named queries. */

/**
 * COPY … FROM STDIN inside a transaction: a named query without parameters. @partition: replaces
 * the 0 in the first "_0 " of the statement, a table's name; 0: none. Between ccd_db_copy_in and
 * ccd_db_copy_end nothing else runs on the connection; ccd_db_rollback cancels the COPY.
 *
 * PostgreSQL refuses COPY FROM into a table with row-level security for the role, so bulk rows go
 * into a partition without row-level security that no role may read, and a statement moves them.
 */
cc_status ccd_db_copy_in(ccd_db_conn *conn,
                         const ccd_query *query,
                         int64_t partition,
                         cc_error *reterr) CC_MUSTCHECK;

/* Send the next bytes, in the format that the statement names; a piece may end within a row. On
 * CC_OK the bytes have been sent. Errors in the data are reported by ccd_db_copy_end. */
cc_status
ccd_db_copy_put(ccd_db_conn *conn, const char *bytes, size_t length, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_db_copy_end(ccd_db_conn *conn, int64_t *ret_rows, cc_error *reterr) CC_MUSTCHECK;

/* Receives one whole row of COPY … TO STDOUT. A result other than CC_OK stops the COPY and
 * becomes its result. */
typedef cc_status ccd_db_copy_cb(void *data, const char *bytes, size_t length, cc_error *reterr);

/**
 * COPY (SELECT …) TO STDOUT inside a transaction: a named query without parameters; it reads its
 * arguments from current_setting('app.…'), which a statement before has set. Row-level security
 * applies. A callback that stops the COPY closes the connection, and so ends the transaction.
 */
cc_status ccd_db_copy_out(ccd_db_conn *conn,
                          const ccd_query *query,
                          ccd_db_copy_cb *callback,
                          void *data,
                          cc_error *reterr) CC_MUSTCHECK;
