/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-tx.h"

/* Batches: several reads in one round trip. Used by the engine for reads by key. */

/* One of several reads that share a round trip. */
typedef struct ccd_ask {
  const ccd_context *context; /* context of a read without .timeout_ms */
  const ccd_query *query;
  const char *const *args;
  const ccd_rows *rows; /* result; valid until the connection's next transaction */
  cc_status status;     /* answer */
  cc_error error;
  bool again; /* the failure belongs to another read or may be temporary: repeat this read alone */
} ccd_ask;

#define CCD_ASKS_MAX 32

/**
 * Run statements of several requests in one round trip and one transaction, each with its own
 * settings. All must have the same role. The server runs them one after the other, so none of them
 * may be slow.
 */
void ccd_db_query_many(ccd_db_conn *conn, ccd_ask *asks, size_t n);
