/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Redis stores only data that may be lost. While it is unavailable every call here returns
 * CC_ERR_UNAVAILABLE at once, and a background thread tries to reconnect. Only server/data uses
 * hiredis. */

typedef struct ccd_redis ccd_redis;

/* @url: "unix:///path/redis.sock" or "redis://host:port/db"; NULL or "": no Redis, always
 *   unavailable. Starts the thread that reconnects and receives revocations. */
cc_status
ccd_redis_open(const char *url, int connections, ccd_redis **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_redis_close(ccd_redis *redis);
bool ccd_redis_up(const ccd_redis *redis);

/* The Redis commands of one request, sent in one round trip. Unused members are NULL or 0. */
typedef struct ccd_redis_ask {
  const char *get;   /* key to read */
  const char *count; /* counter to increment */
  int64_t count_by;
  int count_ttl_s; /* expiry of a new counter */
} ccd_redis_ask;

typedef struct ccd_redis_answer {
  char *value; /* value of .get, in the arena; NULL: no such key */
  size_t value_length;
  int64_t counted; /* value of .count after incrementing */
} ccd_redis_answer;

cc_status ccd_redis_request(ccd_redis *redis,
                            const ccd_redis_ask *ask,
                            cc_arena *arena,
                            ccd_redis_answer *ret) CC_MUSTCHECK;

/* Increment or decrement @n counters (.count, .count_by, .count_ttl_s) in one round trip,
 * without reading values. On failure some may have been changed. */
cc_status ccd_redis_count_all(ccd_redis *redis, const ccd_redis_ask *asks, size_t n) CC_MUSTCHECK;

/* Set a key, best effort; false when it failed. */
bool ccd_redis_set(ccd_redis *redis, const char *key, const char *value, size_t length, int ttl_s);
bool ccd_redis_delete(ccd_redis *redis, const char *key);

/* Notify every process (including this one) that cached data under @key is outdated. */
void ccd_redis_revoke(ccd_redis *redis, const char *key);

/* Called for every revocation: on the listening thread, and at once on the thread that revokes
 * (which must hold no lock that the callback takes). Called with NULL after a reconnect, when
 * revocations may have been missed: drop everything. */
typedef void ccd_redis_revoked_cb(void *data, const char *key);
void ccd_redis_on_revoke(ccd_redis *redis, ccd_redis_revoked_cb *callback, void *data);
