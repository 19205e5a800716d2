/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-public-cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cc-time.h"
#include "server/engine/ccd-crypto.h"

#define LIFETIME_US CC_TIME_SECOND
#define BUCKETS 4096   /* number of buckets, a power of two */
#define CHANGES 4096   /* organizations with the same index invalidate each other's replies */
#define KEY_MAX 512    /* replies with longer paths and queries are not cached */
#define LARGEST_PART 8 /* a reply may take at most an eighth of the memory */

typedef struct entry {
  ccd_answer answer; /* first member, so that a pointer to it is also a pointer to the entry */
  atomic_int users;  /* the cache counts as one user */
  struct entry *chain;
  struct entry *newer, *older; /* by last use */
  uint64_t hash, since;
  int64_t organization_id;
  int64_t ends; /* expiry, on the clock of cc_time_monotonic */
  size_t bytes;
  const char *key;
  char text[]; /* key, body, etag and cursor, each with its NUL */
} entry;

struct ccd_public_cache {
  size_t room;
  uint64_t seed;
  pthread_mutex_t lock; /* guards the following members */
  pthread_cond_t filled;
  uint64_t changes; /* number of changes so far */
  /* value of .changes at the last change that may concern every organization */
  uint64_t changed_any;
  uint64_t changed[CHANGES]; /* value of .changes at the last change, by organization */
  entry *buckets[BUCKETS];
  entry *newest, *oldest;
  ccd_filling *fillings;
  uint64_t numbers; /* number of fillings so far */
  ccd_public_cache_stats stats;
};

cc_status
ccd_public_cache_new(size_t bytes, ccd_public_cache **ret, cc_error *reterr)
{
  ccd_public_cache *cache = calloc(1, sizeof(*cache));
  if (cache == NULL)
    return cc_fail_memory(reterr);
  cache->room = bytes;
  ccd_random(&cache->seed, sizeof(cache->seed));
  (void) pthread_mutex_init(&cache->lock, NULL);
  (void) pthread_cond_init(&cache->filled, NULL);
  *ret = cache;
  return CC_OK;
}

static void
release_entry(entry *of)
{
  if (atomic_fetch_sub_explicit(&of->users, 1, memory_order_acq_rel) == 1)
    free(of);
}

void
ccd_answer_release(const ccd_answer *answer)
{
  if (answer != NULL)
    release_entry((entry *) (uintptr_t) answer);
}

/* Hash a key. Visitors choose the keys, so the hash starts from a secret of the process. */
static uint64_t
hash_key(const ccd_public_cache *cache, const char *key)
{
  uint64_t hash = cache->seed;
  for (; *key != '\0'; key++)
    hash = (hash ^ (unsigned char) *key) * UINT64_C(0x100000001b3);
  hash ^= hash >> 33;
  hash *= UINT64_C(0xff51afd7ed558ccd);
  return hash ^ (hash >> 33);
}

/* --- the entries; the lock is held --- */

static void
unlink_use(ccd_public_cache *cache, entry *of)
{
  *(of->newer != NULL ? &of->newer->older : &cache->newest) = of->older;
  *(of->older != NULL ? &of->older->newer : &cache->oldest) = of->newer;
}

static void
link_newest(ccd_public_cache *cache, entry *of)
{
  of->newer = NULL;
  of->older = cache->newest;
  *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = of;
  cache->newest = of;
}

static void
drop_entry(ccd_public_cache *cache, entry *of)
{
  entry **at = &cache->buckets[of->hash % BUCKETS];
  while (*at != of)
    at = &(*at)->chain;
  *at = of->chain;
  unlink_use(cache, of);
  cache->stats.entries--;
  cache->stats.bytes -= of->bytes;
  release_entry(of);
}

static bool
is_valid(const ccd_public_cache *cache, const entry *of, int64_t now)
{
  uint64_t last = of->organization_id == 0
                    ? cache->changes
                    : cache->changed[(uint64_t) of->organization_id % CHANGES];
  return now < of->ends && last <= of->since && cache->changed_any <= of->since;
}

/* Find the valid entry of a key and mark it as used. An invalid entry is removed. */
static entry *
find_entry(ccd_public_cache *cache, const char *key)
{
  uint64_t hash = hash_key(cache, key);
  entry *at = cache->buckets[hash % BUCKETS];
  while (at != NULL && (at->hash != hash || strcmp(at->key, key) != 0))
    at = at->chain;
  if (at == NULL)
    return NULL;
  if (!is_valid(cache, at, cc_time_monotonic())) {
    drop_entry(cache, at);
    return NULL;
  }
  unlink_use(cache, at);
  link_newest(cache, at);
  atomic_fetch_add_explicit(&at->users, 1, memory_order_relaxed);
  cache->stats.found++;
  return at;
}

static void
keep_entry(ccd_public_cache *cache, entry *of)
{
  entry *before = cache->buckets[of->hash % BUCKETS];
  while (before != NULL && (before->hash != of->hash || strcmp(before->key, of->key) != 0))
    before = before->chain;
  if (before != NULL)
    drop_entry(cache, before);
  for (entry *at = cache->oldest, *next = NULL;
       at != NULL && cache->stats.bytes + of->bytes > cache->room;
       at = next) {
    next = at->newer;
    drop_entry(cache, at);
  }
  of->chain = cache->buckets[of->hash % BUCKETS];
  cache->buckets[of->hash % BUCKETS] = of;
  link_newest(cache, of);
  cache->stats.entries++;
  cache->stats.bytes += of->bytes;
}

/* --- choosing the thread that queries the database --- */

/* Number of the filling (ccd_filling) that computes the reply of @key; 0: none. */
static uint64_t
asked_as(const ccd_public_cache *cache, const char *key)
{
  for (const ccd_filling *at = cache->fillings; at != NULL; at = at->next) {
    if (strcmp(at->key, key) == 0)
      return at->number;
  }
  return 0;
}

static void
end_filling(ccd_public_cache *cache, ccd_filling *filling)
{
  ccd_filling **at = &cache->fillings;
  while (*at != filling)
    at = &(*at)->next;
  *at = filling->next;
  filling->key = NULL;
  (void) pthread_cond_broadcast(&cache->filled);
}

void
ccd_public_cache_changed(ccd_public_cache *cache, int64_t organization_id)
{
  if (cache == NULL)
    return;
  pthread_mutex_lock(&cache->lock);
  cache->changes++;
  if (organization_id == 0)
    cache->changed_any = cache->changes;
  else
    cache->changed[(uint64_t) organization_id % CHANGES] = cache->changes;
  pthread_mutex_unlock(&cache->lock);
}

const ccd_answer *
ccd_public_cache_find(ccd_public_cache *cache, const char *key)
{
  pthread_mutex_lock(&cache->lock);
  entry *found = find_entry(cache, key);
  pthread_mutex_unlock(&cache->lock);
  return found == NULL ? NULL : &found->answer;
}

/* Wait for another thread's reply, but only once: if changes come faster than replies, waiting
 * again would make all waiting threads run one after the other. */
static entry *
wait_for(ccd_public_cache *cache, const char *key)
{
  uint64_t number = asked_as(cache, key);
  if (number == 0)
    return NULL;
  while (asked_as(cache, key) == number)
    (void) pthread_cond_wait(&cache->filled, &cache->lock);
  return find_entry(cache, key);
}

ccd_turn
ccd_public_cache_begin(ccd_public_cache *cache,
                       const char *key,
                       bool wait,
                       ccd_filling *filling,
                       const ccd_answer **ret)
{
  ccd_turn turn = CCD_TURN_ASK;
  pthread_mutex_lock(&cache->lock);
  bool keeps = cache->room > 0 && strlen(key) < KEY_MAX;
  entry *found = keeps ? find_entry(cache, key) : NULL;
  if (keeps && wait && found == NULL)
    found = wait_for(cache, key);
  if (found != NULL) {
    *ret = &found->answer;
    turn = CCD_TURN_FOUND;
  } else if (keeps && asked_as(cache, key) == 0) {
    *filling = (ccd_filling){.next = cache->fillings,
                             .key = key,
                             .number = ++cache->numbers,
                             .since = cache->changes};
    cache->fillings = filling;
    turn = CCD_TURN_FILL;
  }
  if (turn != CCD_TURN_FOUND)
    cache->stats.asked++;
  pthread_mutex_unlock(&cache->lock);
  return turn;
}

/* Copy the texts into one allocation; NULL: memory is exhausted, and nothing is cached. */
static entry *
make_entry(const char *key, const ccd_answer *answer)
{
  const char *texts[] = {key, NULL, answer->etag, answer->next_cursor};
  size_t sizes[] = {strlen(key) + 1,
                    answer->length + 1,
                    answer->etag == NULL ? 0 : strlen(answer->etag) + 1,
                    answer->next_cursor == NULL ? 0 : strlen(answer->next_cursor) + 1};
  size_t total = sizeof(entry) + sizes[0] + sizes[1] + sizes[2] + sizes[3];
  entry *of = malloc(total);
  if (of == NULL)
    return NULL;
  memset(of, 0, sizeof(*of));
  of->bytes = total;
  char *at = of->text;
  const char **kept[] = {&of->key, &of->answer.body, &of->answer.etag, &of->answer.next_cursor};
  for (size_t i = 0; i < CC_N(sizes); i++) {
    if (sizes[i] == 0)
      continue;
    memcpy(at, i == 1 ? answer->body : texts[i], sizes[i] - 1);
    at[sizes[i] - 1] = '\0';
    *kept[i] = at;
    at += sizes[i];
  }
  of->answer.length = answer->length;
  atomic_init(&of->users, 1);
  return of;
}

void
ccd_public_cache_fill(ccd_public_cache *cache,
                      ccd_filling *filling,
                      int64_t organization_id,
                      const ccd_answer *answer)
{
  if (filling->key == NULL)
    return;
  entry *made = make_entry(filling->key, answer);
  if (made != NULL) {
    made->hash = hash_key(cache, made->key);
    made->organization_id = organization_id;
    made->since = filling->since;
    made->ends = cc_time_monotonic() + LIFETIME_US;
  }
  pthread_mutex_lock(&cache->lock);
  end_filling(cache, filling);
  bool keep = made != NULL && made->bytes <= cache->room / LARGEST_PART;
  if (keep)
    keep_entry(cache, made);
  pthread_mutex_unlock(&cache->lock);
  if (made != NULL && !keep)
    release_entry(made);
}

void
ccd_public_cache_leave(ccd_public_cache *cache, ccd_filling *filling)
{
  if (filling->key == NULL)
    return;
  pthread_mutex_lock(&cache->lock);
  end_filling(cache, filling);
  pthread_mutex_unlock(&cache->lock);
}

void
ccd_public_cache_stats_get(ccd_public_cache *cache, ccd_public_cache_stats *ret)
{
  pthread_mutex_lock(&cache->lock);
  *ret = cache->stats;
  pthread_mutex_unlock(&cache->lock);
}

void
ccd_public_cache_free(ccd_public_cache *cache)
{
  if (cache == NULL)
    return;
  entry *next = NULL;
  for (entry *at = cache->oldest; at != NULL; at = next) {
    next = at->newer;
    release_entry(at);
  }
  (void) pthread_cond_destroy(&cache->filled);
  (void) pthread_mutex_destroy(&cache->lock);
  free(cache);
}
