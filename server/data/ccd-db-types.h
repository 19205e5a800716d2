/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "common/codec/cc-codec.h"

/* Types that all files of the PostgreSQL part share. */

typedef struct ccd_db ccd_db;           /* the pool and its breaker */
typedef struct ccd_db_conn ccd_db_conn; /* one connection, used by one thread at a time */
typedef struct ccd_rows ccd_rows; /* a result; lives until its connection's next ccd_db_begin */

/* A statement of db/queries/<feature>.sql. The build writes this table; see
 * docs/internals/queries.md. */
typedef struct ccd_query {
  const char *name;
  const char *sql; /* $1… for the named parameters, {…} for the parts made from a type */
  const char *const *params; /* names, in the order of $1… */
  int n_params;
  int index;          /* into ccd_queries */
  const char *source; /* "db/queries/events.sql:12" */
} ccd_query;

extern const ccd_query *const ccd_queries[];
extern const int ccd_n_queries;

/* How a query is used with a type: fills its {columns} and {writable}, and is checked against it.
 */
typedef struct ccd_query_use {
  const ccd_query *query;
  const cc_type *reply; /* type of a row; NULL: no rows are read */
  const cc_type *body;  /* type behind :body and {writable}; NULL: none */
  cc_view view;         /* the least view whose fields must all be among the columns */
  bool checked;         /* hold columns against reply and parameters against known names */
} ccd_query_use;

/* A value for a named parameter; text NULL = SQL NULL. */
typedef struct ccd_arg {
  const char *name;
  const char *text;
} ccd_arg;
