/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-credential.h"
#include "server/engine/ccd-limits.h"
#include "server/engine/ccd-server.h"

/* Who is asking: from a credential to an actor, by way of the process's cache, Redis and
 * PostgreSQL; and the rate limit, since both travel to Redis together. */

cc_status ccd_sessions_new(ccd_server *server, ccd_sessions **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_sessions_free(ccd_sessions *self);

/* What a request is counted as. */
typedef struct ccd_charge {
  ccd_limit limit;
  int64_t weight; /* how many requests it is worth */
} ccd_charge;

/**
 * Find the actor of a request and count the request: by its actor where the class is
 * CCD_LIMIT_API, else by its address.
 *
 * @ret_state: set when the class is limited; refused is CC_ERR_RATE_LIMITED
 * @ret_actor: anonymous without a credential
 *
 * CC_ERR_UNAUTHENTICATED: the credential is unknown, expired or revoked. CC_ERR_UNAVAILABLE:
 * neither cache nor database could say.
 */
cc_status ccd_sessions_admit(ccd_sessions *self,
                             const ccd_credential *credential,
                             ccd_charge charge,
                             const char *address,
                             cc_arena *arena,
                             ccd_actor *ret_actor,
                             ccd_limit_state *ret_state,
                             cc_error *reterr) CC_MUSTCHECK;

/* Same for a request that is worth one, when neither Redis nor the database needs to be asked.
 * False: one must be, and nothing was counted. @ret_state says whether the request is refused. */
bool ccd_sessions_admit_known(ccd_sessions *self,
                              const ccd_credential *credential,
                              ccd_limit limit,
                              const char *address,
                              cc_arena *arena,
                              ccd_actor *ret_actor,
                              ccd_limit_state *ret_state);

/* The organization that a credential was last seen to be of, for taking turns only; 0: none, or not
 * known here. Asks nobody, counts nothing, admits nobody. */
int64_t ccd_sessions_organization(ccd_sessions *self, const ccd_credential *credential);

/* The actor of a credential that was admitted before, without counting a request. @db: where the
 * database is asked when no cache knows. Errors as above. */
cc_status ccd_sessions_find(ccd_sessions *self,
                            ccd_db *db,
                            const ccd_credential *credential,
                            cc_arena *arena,
                            ccd_actor *ret_actor,
                            cc_error *reterr) CC_MUSTCHECK;

/* Told of every revocation in any process, after the caches have forgotten. Must not wait. NULL:
 * nobody; when that returns, the one before is not running any more. */
typedef void ccd_sessions_revoked_cb(void *data, ccd_revoked kind, int64_t id);
void ccd_sessions_on_revoke(ccd_sessions *self, ccd_sessions_revoked_cb *callback, void *data);

/* Whether a revocation may mean this actor. */
bool ccd_sessions_is_revoked(const ccd_actor *actor, ccd_revoked kind, int64_t id);

/* Forget what is cached about a session, user, token, device or organization, here and elsewhere.
 * @conn: outside a transaction; NULL: none could be had. */
void ccd_sessions_revoke(ccd_sessions *self,
                         ccd_db_conn *conn,
                         cc_arena *arena,
                         ccd_revoked kind,
                         int64_t id);
