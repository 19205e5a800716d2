/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"
#include "common/base/cc-str.h"

/* A cache in this process for replies that are the same for every visitor: body, ETag and
 * cursor, by path and query.
 *
 * A reply is used for one second at most, and never after a change of its organization that this
 * process knows: its own writes invalidate at once, those of other processes when the change
 * feed reports them. The limit of one second also covers times when the feed is unavailable, and
 * filters that depend on the clock. While one thread reads a key from the database, other
 * threads that want the same key wait for its reply.
 *
 * Memory is bounded; the least recently used reply is replaced. Since a reply lives for one
 * second, nobody can fill the memory with replies that nobody wants. */

typedef struct ccd_public_cache ccd_public_cache;

/* Read-only; valid until ccd_answer_release. */
typedef struct ccd_answer {
  const char *body;
  size_t length;
  const char *etag;        /* NULL: none */
  const char *next_cursor; /* of a list; NULL: last page */
} ccd_answer;

/* A key whose reply the caller is computing. A member of the caller's own struct, zeroed before
 * the first use; .key belongs to the caller and must stay valid until the end. */
typedef struct ccd_filling {
  struct ccd_filling *next;
  const char *key;
  uint64_t number;
  uint64_t since; /* number of changes when the caller began */
} ccd_filling;

typedef enum ccd_turn {
  CCD_TURN_FOUND, /* the reply is cached: release it after use */
  CCD_TURN_FILL,  /* not cached: compute it, then call ccd_public_cache_fill or _leave */
  CCD_TURN_ASK, /* another thread computes it, and the caller does not wait: compute without caching
                 */
} ccd_turn;

/* @bytes: memory limit; 0: nothing is cached. */
cc_status ccd_public_cache_new(size_t bytes, ccd_public_cache **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_public_cache_free(ccd_public_cache *cache);

/* Report a change of this organization; 0: perhaps of any. @cache may be NULL, in a program
 * without visitors. */
void ccd_public_cache_changed(ccd_public_cache *cache, int64_t organization_id);

/* Return the cached reply; NULL: none. Never waits for the database. */
const ccd_answer *ccd_public_cache_find(ccd_public_cache *cache, const char *key);

/* Begin reading a key. @wait: wait until another thread that computes the same key is done. */
ccd_turn ccd_public_cache_begin(ccd_public_cache *cache,
                                const char *key,
                                bool wait,
                                ccd_filling *filling,
                                const ccd_answer **ret);

/* Cache a copy of @answer; no effect when @filling never began. @organization_id: a change of
 * this organization invalidates the reply; 0: a change of any organization does. */
void ccd_public_cache_fill(ccd_public_cache *cache,
                           ccd_filling *filling,
                           int64_t organization_id,
                           const ccd_answer *answer);

/* End a filling without a result. No effect when the filling has ended or never began. */
void ccd_public_cache_leave(ccd_public_cache *cache, ccd_filling *filling);

/* @answer: may be NULL */
void ccd_answer_release(const ccd_answer *answer);

typedef struct ccd_public_cache_stats {
  uint64_t found, asked; /* asked: computed by the database, with or without caching */
  size_t entries, bytes;
} ccd_public_cache_stats;

void ccd_public_cache_stats_get(ccd_public_cache *cache, ccd_public_cache_stats *ret);
