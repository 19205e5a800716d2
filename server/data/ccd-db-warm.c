/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "server/data/ccd-db-breaker.h"
#include "server/data/ccd-db-private.h"

/* Warms connections before they are lent. On each new connection PostgreSQL must load the
 * functions of frequent writes and plan their statements; a thread of the pool triggers this in
 * advance. A caller that finds no warm connection gets a cold one. */

static ccd_db_conn *
take_cold_of(ccd_share *share, unsigned generation)
{
  for (int i = share->n_free - 1; i >= 0; i--) {
    ccd_db_conn *conn = share->free[i];
    if (conn->warm && conn->generation == generation)
      continue;
    share->n_free--;
    memmove(share->free + i,
            share->free + i + 1,
            (size_t) (share->n_free - i) * sizeof(*share->free));
    return conn;
  }
  return NULL;
}

ccd_db_conn *
ccd_db_take_cold(ccd_db *db)
{
  unsigned generation = atomic_load(&db->generation);
  ccd_db_conn *conn = NULL;
  for (int i = 0; db->options.warm != NULL && i < CCD_DB_SHARES && conn == NULL; i++) {
    if (ccd_db_warms(db, i))
      conn = take_cold_of(&db->shares[i], generation);
  }
  return conn;
}

bool
ccd_conn_warm(ccd_db_conn *conn)
{
  const ccd_db_options *options = &conn->db->options;
  const ccd_context context = {.tx = CCD_WRITE, .action = "connection.warm"};
  const ccd_rows *rows = NULL;
  cc_status status = ccd_db_query_in_own_tx(conn,
                                            &context,
                                            options->warm,
                                            /* args= */ NULL,
                                            &rows,
                                            /* reterr= */ NULL);
  if (status == CC_OK && options->hot != NULL)
    status = ccd_tx_prepare(conn, options->hot, /* reterr= */ NULL);
  /* A statement that failed on a working connection would fail again, so the connection counts
   * as warm nevertheless. */
  conn->warm = conn->pg != NULL;
  return status == CC_OK || conn->pg != NULL;
}
