/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* COPY in both directions. */

/**
 * COPY … FROM STDIN, inside a transaction: a named query without parameters. @partition: takes the
 * place of the 0 in the first "_0 " of the statement, a table's name; 0: none. Between
 * ccd_db_copy_in and ccd_db_copy_end nothing else runs on the connection; ccd_db_rollback gives it
 * up.
 *
 * PostgreSQL refuses COPY FROM for a table whose row-level security binds the role, so bulk rows go
 * into a partition that has none and that nobody may read, and a statement moves them.
 */
cc_status ccd_db_copy_in(ccd_db_conn *conn,
                         const ccd_query *query,
                         int64_t partition,
                         cc_error *reterr) CC_MUSTCHECK;

/* The next bytes, in whatever form the statement names; a piece may end in the middle of a row.
 * They are on the wire or refused when this returns. What the database thinks of them comes at the
 * end. */
cc_status
ccd_db_copy_put(ccd_db_conn *conn, const char *bytes, size_t length, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_db_copy_end(ccd_db_conn *conn, int64_t *ret_rows, cc_error *reterr) CC_MUSTCHECK;

/* A piece of what COPY … TO STDOUT brings: one whole row. Not CC_OK: stop, and that is the result.
 */
typedef cc_status ccd_db_copy_cb(void *data, const char *bytes, size_t length, cc_error *reterr);

/**
 * COPY (SELECT …) TO STDOUT, inside a transaction: a named query without parameters; what it is to
 * select it reads from current_setting('app.…'), which a statement before has set. Row-level
 * security holds. A callback that stops it costs the connection, and with it the transaction.
 */
cc_status ccd_db_copy_out(ccd_db_conn *conn,
                          const ccd_query *query,
                          ccd_db_copy_cb *callback,
                          void *data,
                          cc_error *reterr) CC_MUSTCHECK;
