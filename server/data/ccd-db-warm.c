/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "server/data/ccd-db-breaker.h"
#include "server/data/ccd-db-private.h"

/* Connections that people get without waiting for their first call: PostgreSQL loads the functions
 * of the hot writes and plans their statements once per connection, which a thread of the pool has
 * done before. A caller who finds no warm connection takes a cold one. */

ccd_db_conn *
ccd_db_take_cold(ccd_db *db)
{
  if (db->options.warm == NULL)
    return NULL;
  unsigned generation = atomic_load(&db->generation);
  for (int i = db->n_free - 1; i >= 0; i--) {
    ccd_db_conn *conn = db->free[i];
    if (conn->warm && conn->generation == generation)
      continue;
    db->n_free--;
    memmove(db->free + i, db->free + i + 1, (size_t) (db->n_free - i) * sizeof(*db->free));
    return conn;
  }
  return NULL;
}

bool
ccd_conn_warm(ccd_db_conn *conn)
{
  const ccd_db_options *options = &conn->db->options;
  const ccd_context context = {.tx = CCD_WRITE, .action = "connection.warm"};
  const ccd_rows *rows = NULL;
  cc_status status =
    ccd_db_query_once(conn, &context, options->warm, /* args= */ NULL, &rows, /* reterr= */ NULL);
  if (status == CC_OK && options->hot != NULL)
    status = ccd_tx_prepare(conn, options->hot, /* reterr= */ NULL);
  /* A statement that fails on a good connection would fail again: the connection is used as it is.
   */
  conn->warm = conn->pg != NULL;
  return status == CC_OK || conn->pg != NULL;
}
