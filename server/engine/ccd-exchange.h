/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener.h"
#include "server/engine/ccd-public-cache.h"
#include "server/engine/ccd-router.h"
#include "server/engine/ccd-sessions.h"
#include "server/engine/ccd-spool.h"

/* The engine's side of a call: what handlers do not see. */

#define CCD_REVOKES_MAX 8
#define CCD_IF_MATCH_MAX 8
#define CCD_TRIES 3 /* of work that met a serialization failure or deadlock */

typedef struct ccd_revoke {
  ccd_revoked kind;
  int64_t id;
} ccd_revoke;

typedef struct ccd_exchange {
  ccd_call call;
  ccd_server *server;
  const ccd_http_request *request;
  ccd_http_response *response;
  ccd_class class;  /* the threads it runs on */
  cc_method method; /* HEAD counts as GET; 0: one that we do not know */
  ccd_match match;
  bool credential_read; /* .credential is of the request */
  bool admitted;        /* the steps before the work were done; .refusal says how they ended */
  cc_status admission;
  cc_error *refusal; /* of an .admission that failed; in the arena */
  ccd_credential credential;
  ccd_actor actor;
  ccd_limit_state limit;
  ccd_db_conn *conn; /* borrowed at first need, returned at the end or by ccd_call_give_back */
  ccd_context context;
  bool in_transaction;   /* the route's transaction is the handler's to use */
  bool opened;           /* ccd_db_begin was called for it */
  const char *body_text; /* :body */
  int64_t page_limit;    /* of a list; 0: no list */
  const char *cursor[CCD_KEYSET_MAX];
  const char *if_match[CCD_IF_MATCH_MAX]; /* versions, any of which will do */
  int n_if_match;                         /* 0: no condition */
  int tried_if_match;                     /* the one that the work is under way with */
  const char *idempotency_key;            /* NULL: none */
  bool replayed;
  const ccd_answer *answer; /* kept for all visitors: instead of the work; released at the end */
  ccd_filling filling;      /* this exchange gets that answer */
  cc_str out;               /* the reply's body; ceiling CCD_REPLY_MAX */
  const char *content_type; /* of .out */
  const char *etag;
  const char *location;           /* path of what was made; NULL: none */
  const char *next_cursor;        /* of a list */
  const char *body_media;         /* which of op->body_media it is */
  ccd_spool *spool;               /* body of an operation with .body_media; dropped at the end */
  int64_t upload_offset;          /* Upload-Offset of the answer; -1: none */
  int64_t part_from, part_length; /* of call.file */
  bool part;                      /* 206 */
  const ccd_socket_owner *socket; /* the reply is a WebSocket */
  void *socket_data;
  const char *socket_note;
  ccd_revoke revokes[CCD_REVOKES_MAX];
  int n_revokes;
  bool wake_jobs;
  bool wrote; /* a transaction of its own (ccd_call_once) was committed */
} ccd_exchange;

#define CCD_REPLY_MAX (16u * 1024 * 1024)

static inline ccd_exchange *
ccd_exchange_of(ccd_call *call)
{
  return call->exchange;
}

/* The pool that the route's statements run on. */
static inline ccd_db *
ccd_exchange_pool(const ccd_exchange *exchange)
{
  return exchange->call.route->as_public ? exchange->server->db_public : exchange->server->db;
}

/* Borrow the connection of this exchange, once. */
cc_status ccd_exchange_conn(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* Begin the route's transaction on a connection, unless that was done: at its first statement, so
 * a handler that computes first holds none meanwhile. */
cc_status ccd_exchange_open(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* Is an Idempotency-Key looked at? Not where the reply is a secret, and not where the body has a
 * client_id, which does the same and more. */
bool ccd_exchange_takes_key(const ccd_route *route);
