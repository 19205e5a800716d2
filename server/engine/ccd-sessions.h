/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-limits.h"
#include "server/engine/ccd-server.h"

/* Who is asking: from a credential to an actor, by way of the process's cache, Redis and
 * PostgreSQL; and the rate limit, since both travel to Redis together. */

typedef struct ccd_credential {
  ccd_actor_kind kind;
  bool by_cookie;
  const char *token; /* as sent */
  char key[72];      /* hexadecimal SHA-256 of the token: name in caches and tables */
} ccd_credential;

cc_status ccd_sessions_new(ccd_server *server, ccd_sessions **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_sessions_free(ccd_sessions *self);

/* Read a credential from the values of the headers Authorization and Cookie (either may be NULL).
 * ANONYMOUS when neither has one. False: the Authorization header is not a bearer token of ours. */
bool ccd_credential_read(const char *authorization,
                         const char *cookie,
                         cc_arena *arena,
                         ccd_credential *ret);

/**
 * Count the request and find its actor.
 *
 * @ret_state: set when the class is limited; refused is CC_ERR_RATE_LIMITED
 * @ret_actor: anonymous without a credential
 *
 * CC_ERR_UNAUTHENTICATED: the credential is unknown, expired or revoked. CC_ERR_UNAVAILABLE:
 * neither cache nor database could say.
 */
cc_status ccd_sessions_admit(ccd_sessions *self,
                             const ccd_credential *credential,
                             ccd_limit limit,
                             const char *address,
                             cc_arena *arena,
                             ccd_actor *ret_actor,
                             ccd_limit_state *ret_state,
                             cc_error *reterr) CC_MUSTCHECK;

/* Same, when neither Redis nor the database needs to be asked. False: one must be, and nothing was
 * counted. */
bool ccd_sessions_admit_known(ccd_sessions *self,
                              const ccd_credential *credential,
                              ccd_limit limit,
                              const char *address,
                              cc_arena *arena,
                              ccd_actor *ret_actor,
                              ccd_limit_state *ret_state,
                              cc_status *ret_status,
                              cc_error *reterr);

/* The organization of a credential that this process knows; 0: none, or not known here. Asks
 * nobody, counts nothing. */
int64_t ccd_sessions_organization(ccd_sessions *self, const ccd_credential *credential);

/* Count one more use under a key of the caller's. */
cc_status ccd_sessions_count(ccd_sessions *self,
                             ccd_limit limit,
                             const char *key,
                             cc_arena *arena,
                             ccd_limit_state *ret_state,
                             cc_error *reterr) CC_MUSTCHECK;

/* Forget what is cached about a session, user, token, device or organization, here and elsewhere.
 * @conn: outside a transaction; NULL: none could be had. */
void ccd_sessions_revoke(ccd_sessions *self,
                         ccd_db_conn *conn,
                         cc_arena *arena,
                         ccd_revoked kind,
                         int64_t id);
