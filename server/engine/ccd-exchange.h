/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener.h"
#include "server/engine/ccd-public-cache.h"
#include "server/engine/ccd-router.h"
#include "server/engine/ccd-sessions.h"
#include "server/engine/ccd-spool.h"

/* The engine's state of a request, which handlers do not see. */

#define CCD_REVOKES_MAX 8
#define CCD_IF_MATCH_MAX 8
#define CCD_TRIES 3 /* tries of work that fails with a serialization failure or deadlock */

typedef struct ccd_revoke {
  ccd_revoked kind;
  int64_t id;
} ccd_revoke;

typedef struct ccd_exchange {
  ccd_call call;
  ccd_server *server;
  const ccd_http_request *request;
  ccd_http_response *response;
  ccd_class class;  /* class of threads that runs the request */
  cc_method method; /* HEAD counts as GET; 0: unknown method */
  ccd_match match;
  bool credential_read; /* .credential was read from the request */
  bool admitted;        /* the steps before the work are done; .admission is their result */
  cc_status admission;
  cc_error *refusal; /* the error of a failed .admission; in the arena */
  ccd_credential credential;
  ccd_actor actor;
  ccd_limit_state limit;
  ccd_db_conn *conn; /* borrowed at first use, returned at the end or by ccd_call_give_back */
  ccd_context context;
  bool in_transaction;   /* the handler may use the route's transaction */
  bool opened;           /* ccd_db_begin was called for the transaction */
  const char *body_text; /* :body */
  int64_t page_limit;    /* of a list: maximal number of items; 0: the reply is not a list */
  const char *cursor[CCD_KEYSET_MAX];
  const char *if_match[CCD_IF_MATCH_MAX]; /* versions from If-Match; one of them must match */
  int n_if_match;                         /* 0: the request has no condition */
  int tried_if_match;                     /* index of the version that is being tried */
  const char *idempotency_key;            /* NULL: none */
  bool replayed;
  /* a reply from the public cache, sent instead of working; released at the end */
  const ccd_answer *answer;
  ccd_filling filling;      /* this exchange computes the reply that others wait for */
  cc_str out;               /* the reply's body; at most CCD_REPLY_MAX bytes */
  const char *content_type; /* of .out */
  const char *etag;
  const char *location;    /* path of the created object; NULL: none */
  const char *next_cursor; /* of a list */
  const char *body_media;  /* the media type of the body, one of op->body_media */
  ccd_spool *spool;        /* received file of an operation with .body_media; dropped at the end */
  int64_t upload_offset;   /* value of the header Upload-Offset in the reply; -1: none */
  int64_t part_from, part_length; /* of call.file */
  bool part;                      /* the requested Range of call.file */
  const ccd_socket_owner *socket; /* set when the reply is a WebSocket */
  void *socket_data;
  const char *socket_note;
  ccd_revoke revokes[CCD_REVOKES_MAX];
  int n_revokes;
  bool wake_jobs;
  bool wrote; /* a separate transaction (ccd_call_query_in_own_tx) was committed */
} ccd_exchange;

#define CCD_REPLY_MAX (16u * 1024 * 1024)

static inline ccd_exchange *
ccd_exchange_of(ccd_call *call)
{
  return call->exchange;
}

/* The pool of connections for the route's statements. */
static inline ccd_db *
ccd_exchange_pool(const ccd_exchange *exchange)
{
  return exchange->call.route->as_public ? exchange->server->db_public : exchange->server->db;
}

/* Borrow a connection for this exchange, unless it has one. */
cc_status ccd_exchange_conn(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* Begin the route's transaction, unless it has begun. Called at the first statement, so that a
 * handler that computes first holds no connection meanwhile. */
cc_status ccd_exchange_open(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* Does the route use the Idempotency-Key? False when the reply contains a secret, and when the
 * body has a client_id, which gives a stronger guarantee. */
bool ccd_exchange_takes_key(const ccd_route *route);
