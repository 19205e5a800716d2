/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-credential.h"
#include "server/engine/ccd-limits.h"
#include "server/engine/ccd-server.h"

/* Finds the actor of a credential in the process's cache, Redis or PostgreSQL; and counts the
 * request against the rate limit, because both use the same round trip to Redis. */

cc_status ccd_sessions_new(ccd_server *server, ccd_sessions **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_sessions_free(ccd_sessions *self);

/* How a request is counted. */
typedef struct ccd_charge {
  ccd_limit limit;
  int64_t weight; /* number of requests that it counts as */
} ccd_charge;

/**
 * Find the actor of a request and count the request: for the class CCD_LIMIT_API by the actor,
 * otherwise by the address.
 *
 * @ret_state: set when the class is limited; .refused means CC_ERR_RATE_LIMITED
 * @ret_actor: anonymous if the request has no credential
 *
 * CC_ERR_UNAUTHENTICATED: the credential is unknown, expired or revoked. CC_ERR_UNAVAILABLE:
 * neither cache nor database could answer.
 */
cc_status ccd_sessions_admit(ccd_sessions *self,
                             const ccd_credential *credential,
                             ccd_charge charge,
                             const char *address,
                             cc_arena *arena,
                             ccd_actor *ret_actor,
                             ccd_limit_state *ret_state,
                             cc_error *reterr) CC_MUSTCHECK;

/* The same as ccd_sessions_admit for a request with weight one, if neither Redis nor the
 * database is needed. False: one of them is needed, and nothing was counted. @ret_state tells
 * whether the request is refused. */
bool ccd_sessions_admit_known(ccd_sessions *self,
                              const ccd_credential *credential,
                              ccd_limit limit,
                              const char *address,
                              cc_arena *arena,
                              ccd_actor *ret_actor,
                              ccd_limit_state *ret_state);

/* Return the organization with which the credential was last seen; 0: unknown. Used only for
 * fair queueing: sends no request, counts nothing, admits nobody. */
int64_t ccd_sessions_organization(ccd_sessions *self, const ccd_credential *credential);

/* The actor of a credential that was admitted before, without counting a request. @db: used when
 * no cache has the actor. Errors as for ccd_sessions_admit. */
cc_status ccd_sessions_find(ccd_sessions *self,
                            ccd_db *db,
                            const ccd_credential *credential,
                            cc_arena *arena,
                            ccd_actor *ret_actor,
                            cc_error *reterr) CC_MUSTCHECK;

/* Called for every revocation in any process, after the caches were cleared. Must not block. Set
 * to NULL to end the calls; when ccd_sessions_on_revoke returns, no call is running. */
typedef void ccd_sessions_revoked_cb(void *data, ccd_revoked kind, int64_t id);
void ccd_sessions_on_revoke(ccd_sessions *self, ccd_sessions_revoked_cb *callback, void *data);

/* May a revocation concern this actor? */
bool ccd_sessions_is_revoked(const ccd_actor *actor, ccd_revoked kind, int64_t id);

/* Drop cached data about a session, user, token, device or organization, in all processes.
 * @conn: a connection outside a transaction; NULL: none was available. */
void ccd_sessions_revoke(ccd_sessions *self,
                         ccd_db_conn *conn,
                         cc_arena *arena,
                         ccd_revoked kind,
                         int64_t id);
