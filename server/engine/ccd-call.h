/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/api/cc-op.h"
#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "server/data/ccd-db.h"
#include "server/engine/ccd-rights.h"

/* One request on its way through the server, as a handler sees it. A handler never sees HTTP, frees
 * nothing (what it allocates lives in call->arena) and returns a status; the dispatcher does the
 * rest (ccd-dispatch.c). */

typedef struct ccd_server ccd_server;
typedef struct ccd_call ccd_call;
typedef struct ccd_route ccd_route;

/* Who is asking. */
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
  int64_t organization_id; /* the active one; 0: none */
  uint64_t rights;         /* CC_RIGHT bits that this actor holds in that organization */
  cc_view view;
  bool by_cookie;           /* the credentials came as a cookie: cross-site rules apply */
  bool needs_second_factor; /* the organization demands one and the person has none */
  char key[72];             /* name of the credential in caches: hash of the token */
} ccd_actor;

/* Whose cached sessions are dropped. */
typedef enum ccd_revoked {
  CCD_REVOKED_EVERYBODY = 0,
  CCD_REVOKED_SESSION,
  CCD_REVOKED_TOKEN,
  CCD_REVOKED_DEVICE,
  CCD_REVOKED_USER,
  CCD_REVOKED_ORGANIZATION,
  _CCD_REVOKED_MAX
} ccd_revoked;

/* An answer of CC_REPLY_FILE. All texts and bytes in the arena, or static. */
typedef struct ccd_file {
  const char *bytes;    /* the answer, binary; NULL: .fd is */
  int fd;               /* a regular file, sent from its beginning; the dispatcher closes it */
  int64_t length;       /* of the whole answer; Range picks a part of it */
  const char *media;    /* NULL: the first of op->media */
  const char *name;     /* what the client saves it as; NULL: it is shown */
  const char *etag;     /* in quotes; NULL: none, and then no part of it is sent */
  const char *encoding; /* Content-Encoding of what is compressed already, for whoever decodes it by
                           itself; NULL: none */
} ccd_file;

struct ccd_call {
  ccd_server *server;
  const ccd_route *route;
  cc_arena *arena;
  const ccd_actor *actor;
  const char *request_id;
  const char *address;      /* the client's */
  const char *user_agent;   /* NULL: none sent */
  const void *params;       /* struct of op->params */
  const void *query;        /* struct of op->query */
  const void *body;         /* struct of op->body */
  cc_present body_present;  /* which keys the body had */
  cc_present query_present; /* which names the query string had */
  cc_error_list errors;     /* a handler may add field errors and return CC_ERR_INVALID */

  const struct ccd_spool *spool; /* the body of an operation with .body_media; see ccd-spool.h */

  /* What a handler leaves behind; one of these. */
  const void *reply;    /* a struct of op->reply, in the arena */
  const ccd_rows *rows; /* the rows themselves are the answer (one, or a list) */
  const ccd_file *file; /* CC_REPLY_FILE: an open file (ccd_call_send_file) or bytes */
  const ccd_arg *args;  /* of route->prepare: the :arg.x of route->query, in the arena */

  const char *set_cookie;        /* value of a Set-Cookie header; NULL: none */
  struct ccd_exchange *exchange; /* the dispatcher's own */
};

/**
 * A rule that SQL cannot say: 10 to 40 lines between decoding and encoding, inside the
 * transaction that the route names. It may run again after a serialization failure, so it has no
 * effect outside the transaction and the call.
 */
typedef cc_status ccd_handler(ccd_call *call, cc_error *reterr);

/* Rate limit classes; the table with their figures is in ccd-limits.c. */
typedef enum ccd_limit {
  CCD_LIMIT_API = 0,  /* per person, device or token; per address when anonymous */
  CCD_LIMIT_LOGIN,    /* per address, per account, and per both */
  CCD_LIMIT_REGISTER, /* per address */
  CCD_LIMIT_NONE,     /* health */
  _CCD_LIMIT_MAX
} ccd_limit;

/* What the rate limit counts more than once. */
typedef struct ccd_weight {
  const char *member; /* of the query string: a request that has it… */
  int requests;       /* …counts as so many */
} ccd_weight;

#define CCD_KEYSET_MAX 2
#define CCD_PUBLIC_ROLE "campaign_public" /* of routes with .as_public, in the database */

/* Whose objects a route may touch: what db/functions/scope is asked about. A route whose path,
 * query or body has the id of such an object says it, or says CCD_SCOPE_NONE: whoever has the right
 * has it for all objects of the organization. */
enum {
  CCD_SCOPE_NONE = 1 << 0,
  CCD_SCOPE_TURF = 1 << 1,
  CCD_SCOPE_DOOR = 1 << 2,
  CCD_SCOPE_VOTER = 1 << 3,
  CCD_SCOPE_EVENT = 1 << 4,
  _CCD_SCOPE_ALL = (1 << 5) - 1
};

/* The binding of one operation: what it takes to be allowed, and what does the work. */
struct ccd_route {
  const cc_op *op;
  cc_right right; /* 0 stops the server at start-up; CC_RIGHT_PUBLIC is said aloud */
  ccd_tx tx;
  const ccd_query *query; /* the work is this one statement… */
  ccd_handler *handler;   /* …or this rule; both only with CCD_NONE: the handler runs .query by
                             ccd_call_once, and its rows are the answer */
  ccd_handler
    *prepare;        /* with .query: runs before it in the same transaction and leaves call->args */
  const char *audit; /* action in the audit log; every CCD_WRITE route has one */
  unsigned scope;    /* CCD_SCOPE bits; see there */
  const cc_type
    *parent; /* of a list or a new thing: what the path names above it; the entity of its 404 */
  ccd_limit limit;
  ccd_weight weight;         /* {0}: every request counts once */
  bool as_public;            /* run as the narrow database role CCD_PUBLIC_ROLE */
  bool by_key;               /* reads a few rows by a key, so it may share a round trip */
  bool slow;                 /* may take long: runs on threads of its own */
  bool hashes;               /* computes hashes of passwords: likewise, on others */
  bool secret_reply;         /* the reply holds a credential: never kept for Idempotency-Key */
  bool revokes_organization; /* what is cached about its members' sessions ends with this change */
  bool wakes_jobs;           /* its SQL enqueues: the worker looks right after the commit */
  bool no_second_factor;     /* allowed before a demanded second factor is set up */
  size_t max_body; /* bytes; 0: see ccd_step_body_most. With op->body_media it must be said */
  const char *keyset[CCD_KEYSET_MAX]; /* list: columns of the order, last one unique */
};

#define CCD_BODY_MAX (128u * 1024)

/**
 * Run a named query inside the call's transaction. The prefix of each of its parameters says where
 * the value comes from (docs/internals/queries.md): :arg.x from @args, :call.x, :page.x, :path.x,
 * :query.x, :body.x and :body from the request. A field that the client left out is NULL.
 *
 * @args: ends with a NULL name; may be NULL
 * @ret: may be NULL; valid until the call ends
 */
cc_status ccd_call_query(ccd_call *call,
                         const ccd_query *query,
                         const ccd_arg *args,
                         const ccd_rows **ret,
                         cc_error *reterr) CC_MUSTCHECK;

/* COPY … TO STDOUT inside the call's transaction; see ccd_db_copy_out. @query takes no parameters:
 * what it needs a statement before has set. */
cc_status ccd_call_copy_out(ccd_call *call,
                            const ccd_query *query,
                            ccd_db_copy_cb *callback,
                            void *data,
                            cc_error *reterr) CC_MUSTCHECK;
/**
 * The same as a transaction of its own, for a route with CCD_NONE whose handler does several things
 * that stand each by itself. Tried again after a serialization failure. The rows hold until the
 * call's next one; that something was written is told to the feed's readers at the end.
 *
 * @action: of a CCD_WRITE: its name in the audit log
 */
cc_status ccd_call_once(ccd_call *call,
                        ccd_tx tx,
                        const char *action,
                        const ccd_query *query,
                        const ccd_arg *args,
                        const ccd_rows **ret,
                        cc_error *reterr) CC_MUSTCHECK;

/**
 * Before a wait that is not for the database (a hash): commit what the call's transaction has done
 * and give its connection back. The next ccd_call_query begins another transaction; rows of before
 * are gone. With an Idempotency-Key the transaction must stay whole, and nothing is done.
 */
cc_status ccd_call_give_back(ccd_call *call, cc_error *reterr) CC_MUSTCHECK;

/* When the first byte of the request came. */
cc_time ccd_call_received(const ccd_call *call);

/* Go on in the same transaction under another tenant, for the few handlers that must cross a border
 * (accepting an invitation). */
cc_status ccd_call_switch(ccd_call *call,
                          int64_t organization_id,
                          int64_t user_id,
                          cc_error *reterr) CC_MUSTCHECK;

/* After the commit, drop what is cached about sessions. Every process hears of it. */
void ccd_call_revoke(ccd_call *call, ccd_revoked kind, int64_t id);

/* After the commit, wake the job worker. */
void ccd_call_wake_jobs(ccd_call *call);

/* Count one use of a limit class under a key of the handler's choice (an account, besides the
 * address that the route already counts). CC_ERR_RATE_LIMITED when it is used up. */
cc_status
ccd_call_limit(ccd_call *call, ccd_limit limit, const char *key, cc_error *reterr) CC_MUSTCHECK;
