/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "common/codec/cc-codec.h"

/* Types shared by all files that use PostgreSQL. */

typedef struct ccd_db ccd_db;           /* the pool and its circuit breaker */
typedef struct ccd_db_conn ccd_db_conn; /* one connection, used by one thread at a time */
typedef struct ccd_rows ccd_rows; /* a result; valid until its connection's next ccd_db_begin */

/* Where the value of a statement's parameter comes from: given by the prefix of the parameter's
 * name. */
typedef enum ccd_param_source {
  CCD_FROM_ARG = 1,    /* :arg.x, passed by the C code that runs the statement */
  CCD_FROM_CALL,       /* :call.x, of the request or job */
  CCD_FROM_PAGE,       /* :page.x, of the page of a list */
  CCD_FROM_PATH,       /* :path.x, field of op->params */
  CCD_FROM_QUERY,      /* :query.x, field of op->query */
  CCD_FROM_BODY,       /* :body.x, field of op->body */
  CCD_FROM_WHOLE_BODY, /* :body, the decoded body as jsonb */
} ccd_param_source;

/* Values that the engine supplies; db/build-queries.py has the same names. */
typedef enum ccd_own_value {
  CCD_OWN_NONE = 0,
  CCD_CALL_ACTOR,
  CCD_CALL_ADDRESS,
  CCD_CALL_IF_MATCH,
  CCD_CALL_JOB_ID,
  CCD_CALL_ORGANIZATION_ID,
  CCD_CALL_REQUEST_ID,
  CCD_CALL_RIGHTS,
  CCD_CALL_SESSION_ID,
  CCD_CALL_USER_ID,
  CCD_PAGE_LIMIT,
  CCD_PAGE_CURSOR_1,
  CCD_PAGE_CURSOR_2,
} ccd_own_value;

typedef struct ccd_param {
  ccd_param_source source;
  ccd_own_value own; /* which value, for CCD_FROM_CALL and CCD_FROM_PAGE */
  const char *name;  /* the parameter's name without the prefix */
} ccd_param;

/* A statement of db/queries/<feature>.sql. The build generates this table; see
 * docs/internals/queries.md. */
typedef struct ccd_query {
  const char *name;
  const char *sql; /* text with $1… for named parameters and {…} for parts made from a type */
  const ccd_param *params; /* parameters in the order of $1… */
  int n_params;
  int index;          /* index into ccd_queries */
  const char *source; /* "db/queries/events.sql:12" */
} ccd_query;

extern const ccd_query *const ccd_queries[];
extern const int ccd_n_queries;

/* Use of a query with a type. The type fills the query's {columns} and {writable}, and the
 * query's columns are checked against it. */
typedef struct ccd_query_use {
  const ccd_query *query;
  const cc_type *reply; /* type of a row; NULL: no rows are read */
  const cc_type *body;  /* type of :body and {writable}; NULL: none */
  cc_view view; /* every field of .reply that this view shows must be a column of the query */
  bool checked; /* check the columns against .reply, and the parameters against the names that the
                   route knows */
} ccd_query_use;

/* A value for a parameter :arg.<name>; text NULL means SQL NULL. */
typedef struct ccd_arg {
  const char *name;
  const char *text;
} ccd_arg;
