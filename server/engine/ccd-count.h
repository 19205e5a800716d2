/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-limits.h"
#include "server/engine/ccd-server.h"

/* Counts requests against the rate limits, and exchanges leases with Redis. Each function fills
 * @ret_state and returns CC_ERR_RATE_LIMITED when the limit is exceeded; CCD_LIMIT_NONE counts
 * nothing. */

/* Count one use of a key that the caller chooses; it counts as @weight requests. See
 * ccd_limits_take. */
cc_status ccd_count(ccd_server *server,
                    ccd_limit limit,
                    const char *key,
                    int64_t weight,
                    cc_arena *arena,
                    ccd_limit_state *ret_state,
                    cc_error *reterr) CC_MUSTCHECK;

/* Count by client address. IPv6 addresses count by their first 64 bits, and also by their first
 * 48 bits against a multiple of the quota. */
cc_status ccd_count_address(ccd_server *server,
                            ccd_limit limit,
                            const char *address,
                            int64_t weight,
                            cc_arena *arena,
                            ccd_limit_state *ret_state,
                            cc_error *reterr) CC_MUSTCHECK;

/* Count by actor. All sessions of a person count together. A token or device counts alone, and
 * all tokens of an organization also together, against a multiple of the quota. */
cc_status ccd_count_actor(ccd_server *server,
                          ccd_limit limit,
                          const ccd_actor *actor,
                          int64_t weight,
                          cc_arena *arena,
                          ccd_limit_state *ret_state,
                          cc_error *reterr) CC_MUSTCHECK;

/* Count one request by the actor, or by the address when @actor is NULL, if this is possible
 * without Redis. False: Redis is needed, and nothing was counted. @ret_state tells whether the
 * request is refused. */
bool ccd_count_known(ccd_server *server,
                     ccd_limit limit,
                     const ccd_actor *actor,
                     const char *address,
                     cc_arena *arena,
                     ccd_limit_state *ret_state);

/* Fill @reterr with the error of a refused request, and return CC_ERR_RATE_LIMITED. */
cc_status ccd_count_refused(const ccd_limit_state *state, cc_error *reterr);
