/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/api/cc-op.h"
#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "server/data/ccd-db.h"
#include "server/engine/ccd-rights.h"

/* One request as a handler sees it. A handler does not deal with HTTP, frees nothing (its
 * allocations come from call->arena) and returns a status; the dispatcher does the rest
 * (ccd-dispatch.c). */

typedef struct ccd_server ccd_server;
typedef struct ccd_call ccd_call;
typedef struct ccd_route ccd_route;

/* The kind of actor that makes the request. */
typedef enum ccd_actor_kind {
  CCD_ACTOR_ANONYMOUS = 0,
  CCD_ACTOR_PERSON,
  CCD_ACTOR_TOKEN,
  CCD_ACTOR_DEVICE,
} ccd_actor_kind;

typedef struct ccd_actor {
  ccd_actor_kind kind;
  int64_t session_id;      /* id of the session, token or device row; 0: anonymous */
  int64_t user_id;         /* person; 0 otherwise */
  int64_t organization_id; /* the active organization; 0: none */
  uint64_t rights;         /* CC_RIGHT bits that this actor holds in that organization */
  cc_view view;
  bool by_cookie;           /* the credential came in a cookie: cross-site rules apply */
  bool needs_second_factor; /* the organization requires a second factor and the person has none */
  char key[72];             /* name of the credential in caches: SHA-256 of the token */
} ccd_actor;

/* Selects the cached sessions that a revocation drops: all, or those of one session, token,
 * device, person or organization. */
typedef enum ccd_revoked {
  CCD_REVOKED_EVERYBODY = 0,
  CCD_REVOKED_SESSION,
  CCD_REVOKED_TOKEN,
  CCD_REVOKED_DEVICE,
  CCD_REVOKED_USER,
  CCD_REVOKED_ORGANIZATION,
  _CCD_REVOKED_MAX
} ccd_revoked;

/* A reply of shape CC_REPLY_FILE. All texts and bytes are in the arena, or static. */
typedef struct ccd_file {
  const char *bytes;    /* the file's bytes; NULL: the file is .fd */
  int fd;               /* a regular file, sent from its beginning; the dispatcher closes it */
  int64_t length;       /* length of the whole file; a Range request gets a part of it */
  const char *media;    /* NULL: the first of op->media */
  const char *name;     /* file name for saving; NULL: the browser shows the file */
  const char *etag;     /* in quotes; NULL: none, and Range is not supported */
  const char *encoding; /* Content-Encoding of compressed bytes; NULL: none */
} ccd_file;

struct ccd_call {
  ccd_server *server;
  const ccd_route *route;
  cc_arena *arena;
  const ccd_actor *actor;
  const char *request_id;
  const char *address;      /* the client's */
  const char *user_agent;   /* NULL: the header is absent */
  const void *params;       /* struct of op->params */
  const void *query;        /* struct of op->query */
  const void *body;         /* struct of op->body */
  cc_present body_present;  /* the keys that the body contained */
  cc_present query_present; /* the names that the query string contained */
  cc_error_list errors;     /* a handler may add errors of fields and return CC_ERR_INVALID */

  /* the received file of an operation with .body_media; see ccd-spool.h */
  const struct ccd_spool *spool;

  /* The result of a handler: one of the following members. */
  const void *reply;    /* a struct of op->reply, in the arena */
  const ccd_rows *rows; /* these rows are the reply (one row, or a list) */
  const ccd_file *file; /* CC_REPLY_FILE: an open file (ccd_call_send_file) or bytes */
  const ccd_arg *args;  /* set by route->prepare: the :arg.x of route->query, in the arena */

  const char *set_cookie;        /* value of a Set-Cookie header; NULL: none */
  struct ccd_exchange *exchange; /* private data of the dispatcher */
};

/**
 * A function for work that SQL alone cannot do. It runs between decoding and encoding, inside the
 * transaction that the route names, and should have 10 to 40 lines. It may run again after a
 * serialization failure, so it must not have effects outside the transaction and the call.
 */
typedef cc_status ccd_handler(ccd_call *call, cc_error *reterr);

/* Classes of rate limits; the table with their figures is in ccd-limits.c. */
typedef enum ccd_limit {
  CCD_LIMIT_API = 0,  /* per person, device or API token; per address when anonymous */
  CCD_LIMIT_LOGIN,    /* per address, per account, and per pair of both */
  CCD_LIMIT_REGISTER, /* per address */
  CCD_LIMIT_NONE,     /* health */
  _CCD_LIMIT_MAX
} ccd_limit;

/* Requests that the rate limit counts more than once. */
typedef struct ccd_weight {
  const char *member; /* a request whose query string has this member… */
  int requests;       /* …counts as this many requests */
} ccd_weight;

#define CCD_KEYSET_MAX 2
#define CCD_PUBLIC_ROLE "campaign_public" /* Database role of routes with .as_public. */

/* Objects that a route may touch, checked by db/functions/scope. A route whose path, query or
 * body contains the id of such an object names it here, or names CCD_SCOPE_NONE: then every
 * actor with the right may use all such objects of the organization. */
enum {
  CCD_SCOPE_NONE = 1 << 0,
  CCD_SCOPE_TURF = 1 << 1,
  CCD_SCOPE_DOOR = 1 << 2,
  CCD_SCOPE_VOTER = 1 << 3,
  CCD_SCOPE_EVENT = 1 << 4,
  _CCD_SCOPE_ALL = (1 << 5) - 1
};

/* The binding of one operation: the conditions for using it, and the code or query that does the
 * work. */
struct ccd_route {
  const cc_op *op;
  cc_right right; /* 0 stops the server at start; public routes name CC_RIGHT_PUBLIC explicitly */
  ccd_tx tx;
  /* The work of the route: a statement (.query), a function (.handler), or both with
   * CCD_TX_BY_HANDLER: then the handler runs .query by ccd_call_query_in_own_tx, and its rows
   * are the reply. */
  const ccd_query *query;
  ccd_handler *handler;
  /* with .query: runs before the query in the same transaction and sets call->args */
  ccd_handler *prepare;
  const char *audit;     /* action in the audit log; required for every CCD_WRITE route */
  unsigned scope;        /* CCD_SCOPE bits, see above */
  const cc_type *parent; /* for lists and creating operations: the type of the object that the path
                            names above the list; the entity of its 404 */
  ccd_limit limit;
  ccd_weight weight; /* {0}: each request counts once */
  bool as_public;    /* run as the database role CCD_PUBLIC_ROLE, which may read only public data */
  bool by_key; /* reads a few rows by an indexed key such as an id, so it may share a round trip
                  with other requests */
  bool slow;   /* may take long: runs on the threads of CCD_CLASS_SLOW */
  bool hashes; /* computes password hashes: runs on the threads of CCD_CLASS_PASSWORD */
  /* the reply contains a credential: it is never stored for an Idempotency-Key */
  bool secret_reply;
  bool revokes_organization; /* on success, cached sessions of the organization's members are
                                dropped */
  bool wakes_jobs;           /* its SQL enqueues jobs: the worker is woken after the commit */
  bool no_second_factor; /* allowed for a person who still has to set up a required second factor */
  size_t max_body;       /* bytes; 0: see ccd_step_body_most. Required with op->body_media */
  const char *keyset[CCD_KEYSET_MAX]; /* for a list: the columns by which it is sorted; the last one
                                         is unique */
};

#define CCD_BODY_MAX (128u * 1024)

/**
 * Run a named query inside the call's transaction. The prefix of each parameter names its source
 * (docs/internals/queries.md): :arg.x from @args, :call.x, :page.x, :path.x, :query.x, :body.x and
 * :body from the request. An absent field is NULL.
 *
 * @args: ends with a row whose name is NULL; may be NULL
 * @ret: may be NULL; valid until the call ends
 */
cc_status ccd_call_query(ccd_call *call,
                         const ccd_query *query,
                         const ccd_arg *args,
                         const ccd_rows **ret,
                         cc_error *reterr) CC_MUSTCHECK;

/* Run COPY … TO STDOUT inside the call's transaction; see ccd_db_copy_out. @query cannot have
 * parameters, so a previous statement must have stored the values that it needs. */
cc_status ccd_call_copy_out(ccd_call *call,
                            const ccd_query *query,
                            ccd_db_copy_cb *callback,
                            void *data,
                            cc_error *reterr) CC_MUSTCHECK;
/**
 * Run a query as a separate transaction, for a route with CCD_TX_BY_HANDLER whose handler does
 * several independent things. The query is repeated after a serialization failure. The rows stay
 * valid until the call's next query; readers of the feed are notified at the end of the call.
 *
 * @action: name in the audit log, for CCD_WRITE
 */
cc_status ccd_call_query_in_own_tx(ccd_call *call,
                                   ccd_tx tx,
                                   const char *action,
                                   const ccd_query *query,
                                   const ccd_arg *args,
                                   const ccd_rows **ret,
                                   cc_error *reterr) CC_MUSTCHECK;

/**
 * Call before a long computation such as a password hash: commits the call's transaction and
 * returns its connection to the pool. The next ccd_call_query begins another transaction; earlier
 * rows become invalid. With an Idempotency-Key the function does nothing, because the whole work
 * must be one transaction.
 */
cc_status ccd_call_give_back(ccd_call *call, cc_error *reterr) CC_MUSTCHECK;

/* Time at which the first byte of the request arrived. */
cc_time ccd_call_received(const ccd_call *call);

/* Continue the transaction as another organization and person, for the few operations that
 * involve two organizations, such as accepting an invitation. */
cc_status ccd_call_switch(ccd_call *call,
                          int64_t organization_id,
                          int64_t user_id,
                          cc_error *reterr) CC_MUSTCHECK;

/* After the commit, drop cached sessions, in every process. */
void ccd_call_revoke(ccd_call *call, ccd_revoked kind, int64_t id);

/* After the commit, wake the job worker. */
void ccd_call_wake_jobs(ccd_call *call);

/* Count one use of a limit class under a key that the handler chooses, such as an account; the
 * route already counts the address. CC_ERR_RATE_LIMITED when the limit is used up. */
cc_status
ccd_call_limit(ccd_call *call, ccd_limit limit, const char *key, cc_error *reterr) CC_MUSTCHECK;
