/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-limits.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 4
#define SETS 4096
#define SHARDS 16
#define LEASE_SHARE 16
#define LOGIN_ADDRESS_FACTOR 20

typedef struct limit_class {
  const char *name;
  int64_t quota, window_s;
} limit_class;

/* One key in one window. The window's number is part of the identity: an old one is simply free. */
typedef struct entry {
  uint64_t hash;
  int64_t window;
  int64_t leased; /* requests that may pass without asking */
  int64_t rest;   /* left in Redis when the lease was made; 0: the quota is used up */
  int64_t alone;  /* counted while Redis was away */
  bool asking;    /* a whole lease is on its way */
} entry;

struct ccd_limits {
  limit_class classes[_CCD_LIMIT_MAX];
  const ccd_keys *keys;
  uint64_t seed;
  pthread_mutex_t locks[SHARDS]; /* guard the sets with the same index modulo SHARDS */
  entry (*sets)[WAYS];
};

/* "100/60" */
static bool
parse_figures(const char *text, limit_class *ret)
{
  char *end = NULL;
  errno = 0;
  long long quota = strtoll(text, &end, 10);
  if (errno != 0 || end == text || *end != '/' || quota < 1)
    return false;
  const char *rest = end + 1;
  long long window = strtoll(rest, &end, 10);
  if (errno != 0 || end == rest || *end != '\0' || window < 1 || window > 86400)
    return false;
  ret->quota = quota;
  ret->window_s = window;
  return true;
}

cc_status
ccd_limits_new(const ccd_config *config, const ccd_keys *keys, ccd_limits **ret, cc_error *reterr)
{
  const struct {
    ccd_limit limit;
    const char *name, *setting, *text;
  } rows[] = {
    {CCD_LIMIT_API, "api", "RATE_LIMIT_API", config->limit_api},
    {CCD_LIMIT_LOGIN, "login", "RATE_LIMIT_LOGIN", config->limit_login},
    {CCD_LIMIT_REGISTER, "register", "RATE_LIMIT_REGISTER", config->limit_register},
  };

  ccd_limits *limits = calloc(1, sizeof(*limits));
  if (limits != NULL)
    limits->sets = calloc(SETS, sizeof(*limits->sets));
  if (limits == NULL || limits->sets == NULL) {
    free(limits);
    return cc_fail_memory(reterr);
  }
  limits->keys = keys;
  ccd_random(&limits->seed, sizeof(limits->seed));
  for (size_t i = 0; i < SHARDS; i++)
    pthread_mutex_init(&limits->locks[i], NULL);
  for (size_t i = 0; i < CC_N(rows); i++) {
    limits->classes[rows[i].limit].name = rows[i].name;
    if (!parse_figures(rows[i].text, &limits->classes[rows[i].limit])) {
      ccd_limits_free(limits);
      return cc_fail_field(reterr,
                           CC_ERR_INVALID,
                           "figures",
                           rows[i].setting,
                           "%s is \"%s\"; it must be requests per seconds, such as 100/60",
                           rows[i].setting,
                           rows[i].text);
    }
  }
  *ret = limits;
  return CC_OK;
}

void
ccd_limits_free(ccd_limits *limits)
{
  if (limits == NULL)
    return;
  for (size_t i = 0; i < SHARDS; i++)
    pthread_mutex_destroy(&limits->locks[i]);
  free(limits->sets);
  free(limits);
}

/* The figures of a class, nothing used yet. */
static ccd_limit_state
limit_figures(const ccd_limits *limits, ccd_limit limit)
{
  const limit_class *row = &limits->classes[limit];
  return (ccd_limit_state){.name = row->name, .quota = row->quota, .window_s = row->window_s};
}

/* FNV-1a with a secret start; finished with the mixer of MurmurHash3. */
static uint64_t
hash_key(const ccd_limits *limits, ccd_limit limit, const char *key)
{
  uint64_t hash = limits->seed ^ (uint64_t) limit;
  for (; *key != '\0'; key++)
    hash = (hash ^ (unsigned char) *key) * UINT64_C(0x100000001b3);
  hash ^= hash >> 33;
  hash *= UINT64_C(0xff51afd7ed558ccd);
  return hash ^ (hash >> 33);
}

/* A whole address signs in for many people: an office behind one router. */
static int64_t
quota_of(const ccd_limits *limits, ccd_limit limit, const char *key)
{
  int64_t quota = limits->classes[limit].quota;
  return limit == CCD_LIMIT_LOGIN && strncmp(key, "address|", 8) == 0 ? quota * LOGIN_ADDRESS_FACTOR
                                                                      : quota;
}

typedef struct place {
  pthread_mutex_t *lock;
  entry *entry;
  int64_t quota;
  int64_t left_s;
} place;

/* The key's entry in the window of now, made if need be by taking the place of the oldest. Locked.
 */
static place
entry_lock(ccd_limits *limits, ccd_limit limit, const char *key)
{
  const limit_class *row = &limits->classes[limit];
  int64_t now = cc_time_now() / CC_TIME_SECOND;
  int64_t window = now / row->window_s;
  uint64_t hash = hash_key(limits, limit, key);
  size_t set = hash % SETS;
  place found = {.lock = &limits->locks[set % SHARDS],
                 .quota = quota_of(limits, limit, key),
                 .left_s = row->window_s - now % row->window_s};
  pthread_mutex_lock(found.lock);
  entry *oldest = &limits->sets[set][0];
  for (size_t i = 0; i < WAYS; i++) {
    entry *each = &limits->sets[set][i];
    if (each->hash == hash && each->window == window) {
      found.entry = each;
      return found;
    }
    if (each->window * row->window_s < oldest->window * row->window_s)
      oldest = each;
  }
  *oldest = (entry){.hash = hash, .window = window, .leased = 0, .rest = found.quota};
  found.entry = oldest;
  return found;
}

static void
fill_state(const ccd_limits *limits,
           ccd_limit limit,
           const place *at,
           bool refused,
           ccd_limit_state *ret)
{
  *ret = limit_figures(limits, limit);
  ret->quota = at->quota;
  ret->reset_s = at->left_s;
  ret->refused = refused;
  ret->remaining = refused ? 0 : at->entry->leased + at->entry->rest;
}

/* Count a request when the entry says whether it is refused. */
static bool
take_known(const ccd_limits *limits, ccd_limit limit, const place *at, ccd_limit_state *ret)
{
  if (at->entry->leased <= 0 && at->entry->rest > 0)
    return false;
  bool refused = at->entry->leased <= 0;
  if (!refused)
    at->entry->leased--;
  fill_state(limits, limit, at, refused, ret);
  return true;
}

bool
ccd_limits_take_known(ccd_limits *limits, ccd_limit limit, const char *key, ccd_limit_state *ret)
{
  place at = entry_lock(limits, limit, key);
  bool known = take_known(limits, limit, &at, ret);
  pthread_mutex_unlock(at.lock);
  return known;
}

bool
ccd_limits_take(ccd_limits *limits,
                ccd_limit limit,
                const char *key,
                ccd_limit_state *ret,
                ccd_lease *ret_lease)
{
  place at = entry_lock(limits, limit, key);
  bool known = take_known(limits, limit, &at, ret);
  if (!known) {
    uint8_t mac[CCD_HASH_BYTES];
    ccd_hmac_sha256(limits->keys->lookup, key, strlen(key), mac);
    uint64_t half[2];
    memcpy(half, mac, sizeof(half));
    /* One whole lease at a time: a crowd at the door would else take the quota for this process
     * alone, and lose it when the process ends. The others ask for themselves. */
    bool whole = !at.entry->asking && at.quota / LEASE_SHARE > 1;
    ret_lease->amount = whole ? at.quota / LEASE_SHARE : 1;
    at.entry->asking = at.entry->asking || whole;
    ret_lease->ttl_s = (int) at.left_s + 1;
    int length = snprintf(ret_lease->key,
                          sizeof(ret_lease->key),
                          "cc:l:%s:%" PRId64 ":%016" PRIx64 "%016" PRIx64,
                          limits->classes[limit].name,
                          at.entry->window,
                          half[0],
                          half[1]);
    known = length < 0 || (size_t) length >= sizeof(ret_lease->key);
  }
  pthread_mutex_unlock(at.lock);
  return known;
}

void
ccd_limits_leased(ccd_limits *limits,
                  ccd_limit limit,
                  const char *key,
                  const ccd_lease *lease,
                  int64_t counted,
                  ccd_limit_state *ret)
{
  place at = entry_lock(limits, limit, key);
  if (lease->amount > 1)
    at.entry->asking = false;
  int64_t before = counted - lease->amount;
  int64_t granted = at.quota - before < lease->amount ? at.quota - before : lease->amount;
  if (granted > 0)
    at.entry->leased += granted;
  at.entry->rest = at.quota > counted ? at.quota - counted : 0;
  bool refused = at.entry->leased <= 0;
  if (!refused)
    at.entry->leased--;
  fill_state(limits, limit, &at, refused, ret);
  pthread_mutex_unlock(at.lock);
}

void
ccd_limits_alone(ccd_limits *limits, ccd_limit limit, const char *key, ccd_limit_state *ret)
{
  place at = entry_lock(limits, limit, key);
  at.entry->asking = false;
  bool refused = at.entry->alone >= at.quota;
  if (!refused)
    at.entry->alone++;
  fill_state(limits, limit, &at, refused, ret);
  if (!refused)
    ret->remaining = at.quota - at.entry->alone;
  pthread_mutex_unlock(at.lock);
}

bool
ccd_limits_spent(ccd_limits *limits, ccd_limit limit, const char *key, ccd_limit_state *ret)
{
  place at = entry_lock(limits, limit, key);
  bool spent = (at.entry->leased <= 0 && at.entry->rest <= 0) || at.entry->alone >= at.quota;
  if (spent)
    fill_state(limits, limit, &at, /* refused= */ true, ret);
  pthread_mutex_unlock(at.lock);
  return spent;
}
