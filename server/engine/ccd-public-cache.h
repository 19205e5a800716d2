/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"
#include "common/base/cc-str.h"

/* Answers that are the same for every visitor, kept in this process: the bytes of a body with its
 * ETag and cursor, by path and query.
 *
 * An answer is given for a second at most, and not after a change of its organization of which this
 * process knows: its own writes at once, those of other processes when the change feed tells of
 * them. The bound of a second holds also when the feed is away, and for filters that look at the
 * clock. While one thread asks the database for a key, other threads that want the same key wait
 * for that answer.
 *
 * The memory is bounded; the answer that was not used for the longest time makes room. Since an
 * answer lives a second, nobody holds room with answers that nobody wants. */

typedef struct ccd_public_cache ccd_public_cache;

/* Read only; valid until ccd_answer_release. */
typedef struct ccd_answer {
  const char *body;
  size_t length;
  const char *etag;        /* NULL: none */
  const char *next_cursor; /* of a list; NULL: the last page */
} ccd_answer;

/* A key whose answer the caller is getting. Part of the caller's own struct, zeroed before the
 * first use; .key is the caller's text and must stay until the end. */
typedef struct ccd_filling {
  struct ccd_filling *next;
  const char *key;
  uint64_t number;
  uint64_t since; /* changes that were known when the caller began */
} ccd_filling;

typedef enum ccd_turn {
  CCD_TURN_FOUND, /* the answer is here: to be released */
  CCD_TURN_FILL,  /* nobody has it: ask, then ccd_public_cache_fill or _leave */
  CCD_TURN_ASK,   /* another thread is asking, and this one does not wait: ask for this one alone */
} ccd_turn;

/* @bytes: 0: nothing is kept. */
cc_status ccd_public_cache_new(size_t bytes, ccd_public_cache **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_public_cache_free(ccd_public_cache *cache);

/* Something of this organization has changed; 0: of any. @cache: may be NULL, in a program without
 * visitors. */
void ccd_public_cache_changed(ccd_public_cache *cache, int64_t organization_id);

/* NULL: not here. Never waits for a database. */
const ccd_answer *ccd_public_cache_find(ccd_public_cache *cache, const char *key);

/* @wait: until another thread that asks for the same key has the answer or gives up. */
ccd_turn ccd_public_cache_begin(ccd_public_cache *cache,
                                const char *key,
                                bool wait,
                                ccd_filling *filling,
                                const ccd_answer **ret);

/* Keep a copy of @answer; no effect when @filling never began. @organization_id: whose changes end
 * it; 0: those of any. */
void ccd_public_cache_fill(ccd_public_cache *cache,
                           ccd_filling *filling,
                           int64_t organization_id,
                           const ccd_answer *answer);

/* There is nothing to keep. No effect when the filling has ended or never began. */
void ccd_public_cache_leave(ccd_public_cache *cache, ccd_filling *filling);

/* @answer: may be NULL */
void ccd_answer_release(const ccd_answer *answer);

typedef struct ccd_public_cache_stats {
  uint64_t found, asked; /* asked: sent to the database, by any turn */
  size_t entries, bytes;
} ccd_public_cache_stats;

void ccd_public_cache_stats_get(ccd_public_cache *cache, ccd_public_cache_stats *ret);
