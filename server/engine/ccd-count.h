/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-limits.h"
#include "server/engine/ccd-server.h"

/* Count requests: by what, and with what of Redis. Each function fills @ret_state and answers
 * CC_ERR_RATE_LIMITED when the request is one too many; CCD_LIMIT_NONE counts nothing. */

/* One use of a key of the caller's, worth @weight requests; see ccd_limits_take. */
cc_status ccd_count(ccd_server *server,
                    ccd_limit limit,
                    const char *key,
                    int64_t weight,
                    cc_arena *arena,
                    ccd_limit_state *ret_state,
                    cc_error *reterr) CC_MUSTCHECK;

/* By the address: of IPv6 by its first 64 bits, and by the first 48 with a multiple. */
cc_status ccd_count_address(ccd_server *server,
                            ccd_limit limit,
                            const char *address,
                            int64_t weight,
                            cc_arena *arena,
                            ccd_limit_state *ret_state,
                            cc_error *reterr) CC_MUSTCHECK;

/* By the actor: a person with all sessions together; a token or a device by itself, and the tokens
 * of an organization together with a multiple. */
cc_status ccd_count_actor(ccd_server *server,
                          ccd_limit limit,
                          const ccd_actor *actor,
                          int64_t weight,
                          cc_arena *arena,
                          ccd_limit_state *ret_state,
                          cc_error *reterr) CC_MUSTCHECK;

/* One request by the actor, or by the address where @actor is NULL, when nobody has to be asked.
 * False: Redis must be, and nothing was counted. @ret_state says whether the request is refused. */
bool ccd_count_known(ccd_server *server,
                     ccd_limit limit,
                     const ccd_actor *actor,
                     const char *address,
                     cc_arena *arena,
                     ccd_limit_state *ret_state);

/* The refusal itself: CC_ERR_RATE_LIMITED. */
cc_status ccd_count_refused(const ccd_limit_state *state, cc_error *reterr);
