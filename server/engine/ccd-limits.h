/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/engine/ccd-config.h"
#include "server/engine/ccd-crypto.h"

/* Rate limits: a fixed window for each class and key. Redis counts; a process leases a part of
 * the quota at a time (at most a sixteenth), so most requests need no round trip to Redis, and
 * all processes together never exceed the quota. Unused parts of a lease are returned to Redis.
 * While Redis is unavailable the process counts alone. See docs/internals/limits.md. */
typedef struct ccd_limits ccd_limits;

typedef struct ccd_limit_state {
  const char *name; /* name of the class, for RateLimit-Policy; NULL: not limited */
  int64_t quota;
  int64_t window_s;
  int64_t remaining; /* requests left in this window, as far as this process knows */
  int64_t reset_s;   /* seconds until the window ends, at least 1 */
  bool refused;
} ccd_limit_state;

/* A number of requests to reserve in Redis before a request can be counted; negative: to return
 * to Redis. */
typedef struct ccd_lease {
  char key[96];
  int64_t window; /* number of the window since 1970 */
  int64_t amount;
  int ttl_s;
  int64_t weight; /* weight of the request */
  int64_t held;   /* requests that this process had leased before and now uses for this request */
} ccd_lease;

/* Create the limits from the configured figures, such as "100/60"; an error names the setting. */
cc_status ccd_limits_new(const ccd_config *config,
                         const ccd_keys *keys,
                         ccd_limits **ret,
                         cc_error *reterr) CC_MUSTCHECK;
void ccd_limits_free(ccd_limits *limits);

/**
 * Count one request of @key that weighs @weight requests: completely or, when fewer are left, not
 * at all. A weight above the quota counts as the quota. The first word of a key names its kind:
 * "person|", "device|" and so on have the quota of the class; "address|", "network|", "tokens|" and
 * "anywhere|" represent many people and have a multiple of the quota. Addresses and networks are
 * stored in a separate table, so that requests from many addresses cannot displace members'
 * entries.
 *
 * False: no lease is available; request @ret_lease from Redis and call ccd_limits_leased with the
 * reply, or ccd_limits_alone when Redis is unavailable. True: @ret tells whether the request is
 * refused.
 */
bool ccd_limits_take(ccd_limits *limits,
                     ccd_limit limit,
                     const char *key,
                     int64_t weight,
                     ccd_limit_state *ret,
                     ccd_lease *ret_lease);
/* Like ccd_limits_take with a weight of one, but counts nothing when no lease is available. */
bool
ccd_limits_take_known(ccd_limits *limits, ccd_limit limit, const char *key, ccd_limit_state *ret);
/* Undo one count of ccd_limits_take_known. */
void ccd_limits_give_back(ccd_limits *limits, ccd_limit limit, const char *key);

void ccd_limits_leased(ccd_limits *limits,
                       ccd_limit limit,
                       const char *key,
                       const ccd_lease *lease,
                       int64_t counted,
                       ccd_limit_state *ret);
/* Is the quota of @key known to be used up? Counts nothing. */
bool ccd_limits_spent(ccd_limits *limits, ccd_limit limit, const char *key, ccd_limit_state *ret);

void ccd_limits_alone(ccd_limits *limits,
                      ccd_limit limit,
                      const char *key,
                      const ccd_lease *lease,
                      ccd_limit_state *ret);

/**
 * Collect up to @n leases that were not used for @idle_us microseconds (0: every lease), including
 * requests that Redis counted although they were refused.
 *
 * @at: position of the search; begin with 0, and call again until the function returns 0
 */
size_t
ccd_limits_collect(ccd_limits *limits, int64_t idle_us, size_t *at, ccd_lease *ret, size_t n);
