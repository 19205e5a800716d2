/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/engine/ccd-config.h"
#include "server/engine/ccd-crypto.h"

/* Rate limits: a fixed window per class and key. The count is Redis's; a process leases a part of
 * the quota at a time (at most a sixteenth), so most requests ask nobody, and all processes
 * together never pass the quota. What a process has leased and not used goes back to Redis. When
 * Redis is away the process counts by itself. See docs/internals/limits.md. */
typedef struct ccd_limits ccd_limits;

typedef struct ccd_limit_state {
  const char *name; /* of the class, for RateLimit-Policy; NULL: not limited */
  int64_t quota;
  int64_t window_s;
  int64_t remaining; /* in this window, as far as this process knows */
  int64_t reset_s;   /* until the window ends, at least 1 */
  bool refused;
} ccd_limit_state;

/* What must be asked of Redis before a request can be counted; or, with a negative amount, what
 * must be given back to Redis. */
typedef struct ccd_lease {
  char key[96];
  int64_t window; /* number of the window since 1970 */
  int64_t amount;
  int ttl_s;
  int64_t weight; /* of the request that asks */
  int64_t held;   /* what the process had leased before, and set aside for the request */
} ccd_lease;

/* The figures "100/60" are checked; an error names the setting. */
cc_status ccd_limits_new(const ccd_config *config,
                         const ccd_keys *keys,
                         ccd_limits **ret,
                         cc_error *reterr) CC_MUSTCHECK;
void ccd_limits_free(ccd_limits *limits);

/**
 * Count one request of @key, which is worth @weight requests: all of them or, when fewer are left,
 * none. A weight above the quota is the quota. The first word of a key says what is counted:
 * "person|", "device|" and so on have the quota of the class; "address|", "network|", "tokens|" and
 * "anywhere|" stand for many and have a multiple of the quota. Addresses and networks are kept in a
 * table of their own, so that strangers cannot put members out of memory.
 *
 * False: nothing is leased; ask Redis for @ret_lease and call ccd_limits_leased with the answer, or
 * ccd_limits_alone when Redis is away. True: @ret says whether the request is refused.
 */
bool ccd_limits_take(ccd_limits *limits,
                     ccd_limit limit,
                     const char *key,
                     int64_t weight,
                     ccd_limit_state *ret,
                     ccd_lease *ret_lease);
/* Same with a weight of one, but when nothing is leased it counts nothing and nobody needs to ask.
 */
bool
ccd_limits_take_known(ccd_limits *limits, ccd_limit limit, const char *key, ccd_limit_state *ret);
/* Take back one such count. */
void ccd_limits_give_back(ccd_limits *limits, ccd_limit limit, const char *key);

void ccd_limits_leased(ccd_limits *limits,
                       ccd_limit limit,
                       const char *key,
                       const ccd_lease *lease,
                       int64_t counted,
                       ccd_limit_state *ret);
/* Whether the quota of @key is known to be used up; counts nothing. */
bool ccd_limits_spent(ccd_limits *limits, ccd_limit limit, const char *key, ccd_limit_state *ret);

void ccd_limits_alone(ccd_limits *limits,
                      ccd_limit limit,
                      const char *key,
                      const ccd_lease *lease,
                      ccd_limit_state *ret);

/**
 * Take back up to @n leases that were not used for @idle_us microseconds (0: every lease), with
 * what Redis counted for requests that were refused.
 *
 * @at: where the search goes on; begin with 0, and call again until the function returns 0
 */
size_t
ccd_limits_collect(ccd_limits *limits, int64_t idle_us, size_t *at, ccd_lease *ret, size_t n);
