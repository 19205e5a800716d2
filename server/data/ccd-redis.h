/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Redis holds only what may be lost. When it is away every call here says CC_ERR_UNAVAILABLE at
 * once, and a background thread tries to come back. Only server/data sees hiredis. */

typedef struct ccd_redis ccd_redis;

/* @url: "unix:///path/redis.sock" or "redis://host:port/db"; NULL or "": no Redis, always away.
 * Starts the thread that reconnects and listens to revocations. */
cc_status
ccd_redis_open(const char *url, int connections, ccd_redis **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_redis_close(ccd_redis *redis);
bool ccd_redis_up(const ccd_redis *redis);

/* What one request needs, in one round trip. Unused parts are NULL or 0. */
typedef struct ccd_redis_ask {
  const char *get;   /* key to read */
  const char *count; /* counter to raise */
  int64_t count_by;
  int count_ttl_s; /* expiry set when the counter is new */
} ccd_redis_ask;

typedef struct ccd_redis_answer {
  char *value; /* of .get, in the arena; NULL: no such key */
  size_t value_length;
  int64_t counted; /* value of .count after raising it */
} ccd_redis_answer;

cc_status ccd_redis_request(ccd_redis *redis,
                            const ccd_redis_ask *ask,
                            cc_arena *arena,
                            ccd_redis_answer *ret) CC_MUSTCHECK;

/* Raise or lower @n counters (.count, .count_by, .count_ttl_s) in one round trip; nobody reads the
 * values. On failure some may have been changed. */
cc_status ccd_redis_count_all(ccd_redis *redis, const ccd_redis_ask *asks, size_t n) CC_MUSTCHECK;

/* Best effort; false when it did not happen. */
bool ccd_redis_set(ccd_redis *redis, const char *key, const char *value, size_t length, int ttl_s);
bool ccd_redis_delete(ccd_redis *redis, const char *key);

/* Tell every process (this one included) that what is cached under @key is no longer true. */
void ccd_redis_revoke(ccd_redis *redis, const char *key);

/* Called for every revocation: on the listening thread, and at once on the thread that revokes
 * (hold no lock there that the callback takes). Also called with NULL after a reconnect, when some
 * may have been missed: drop everything then. */
typedef void ccd_redis_revoked_cb(void *data, const char *key);
void ccd_redis_on_revoke(ccd_redis *redis, ccd_redis_revoked_cb *callback, void *data);
