/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-limits.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8
#define SETS_OF_MEMBERS 8192
#define SETS_OF_PLACES 4096
#define SHARDS 64
/* A lease is at most the quota divided by this, unless one request needs more. */
#define LEASE_SHARE 16
/* A lease is also at most the requests left in Redis divided by this, so that one process does
 * not take the last requests of a quota. */
#define REST_SHARE 4
/* Interval of asking Redis again about a quota that was used up: other processes may have returned
 * leases. */
#define RECHECK_US CC_TIME_SECOND

typedef struct limit_class {
  const char *name;
  int64_t quota, window_s;
} limit_class;

/* The count of one key in one window. An entry whose window has ended is free. */
typedef struct entry {
  uint64_t hash;
  uint64_t name[2]; /* hash of the key, set when Redis was first asked */
  int64_t ends;     /* end of the window, on the clock of clock_now */
  int64_t used;     /* time of the last count */
  int64_t answered; /* time of the last reply of Redis; 0: none yet */
  int64_t leased;   /* requests that may pass without asking Redis */
  int64_t over;     /* requests that Redis counted although they were refused */
  int64_t rest;     /* requests left in Redis when the lease was made; 0: the quota is used up */
  int64_t alone;    /* requests counted while Redis was unavailable */
  bool asking;      /* a lease of more than one request was requested */
  unsigned char limited; /* ccd_limit */
} entry;

typedef struct table {
  entry (*sets)[WAYS];
  atomic_bool *lent; /* for each set: true when one of its entries may hold a lease from Redis */
  size_t n_sets;
} table;

struct ccd_limits {
  limit_class classes[_CCD_LIMIT_MAX];
  const ccd_keys *keys;
  uint64_t seed;
  int64_t clock_offset; /* wall clock minus monotonic clock, at start */
  /* the lock with index i guards the sets whose index modulo SHARDS is i */
  pthread_mutex_t locks[SHARDS];
  table members, places;
};

/* Keys that represent many people, and the multiple of the quota that these people share.
 * "anywhere" is an account with sign-ins from all addresses; "address" may be an office behind
 * one router. */
static const struct {
  const char *prefix;
  int64_t of_login, of_others;
} wide_keys[] = {
  {"address|", 20, 1},
  {"network|", 400, 20},
  {"tokens|", 20, 20},
  {"anywhere|", 20, 20},
};

/* "100/60" */
static bool
parse_figures(const char *text, limit_class *ret)
{
  char *end = NULL;
  errno = 0;
  long long quota = strtoll(text, &end, 10);
  if (errno != 0 || end == text || *end != '/' || quota < 1 || quota > INT32_MAX)
    return false;
  const char *rest = end + 1;
  long long window = strtoll(rest, &end, 10);
  if (errno != 0 || end == rest || *end != '\0' || window < 1 || window > 86400)
    return false;
  ret->quota = quota;
  ret->window_s = window;
  return true;
}

static cc_status
read_classes(ccd_limits *limits, const ccd_config *config, cc_error *reterr)
{
  const struct {
    ccd_limit limit;
    const char *name, *setting, *text;
  } rows[] = {
    {CCD_LIMIT_API, "api", "RATE_LIMIT_API", config->limit_api},
    {CCD_LIMIT_LOGIN, "login", "RATE_LIMIT_LOGIN", config->limit_login},
    {CCD_LIMIT_REGISTER, "register", "RATE_LIMIT_REGISTER", config->limit_register},
  };

  for (size_t i = 0; i < CC_N(rows); i++) {
    limits->classes[rows[i].limit].name = rows[i].name;
    if (!parse_figures(rows[i].text, &limits->classes[rows[i].limit]))
      return cc_fail_field(reterr,
                           CC_ERR_INVALID,
                           "figures",
                           rows[i].setting,
                           "%s is \"%s\"; it must be requests per seconds, such as 100/60",
                           rows[i].setting,
                           rows[i].text);
  }
  return CC_OK;
}

static bool
table_make(table *made, size_t n_sets)
{
  made->n_sets = n_sets;
  made->sets = calloc(n_sets, sizeof(*made->sets));
  made->lent = calloc(n_sets, sizeof(*made->lent));
  return made->sets != NULL && made->lent != NULL;
}

cc_status
ccd_limits_new(const ccd_config *config, const ccd_keys *keys, ccd_limits **ret, cc_error *reterr)
{
  ccd_limits *limits = calloc(1, sizeof(*limits));
  if (limits == NULL)
    return cc_fail_memory(reterr);
  limits->keys = keys;
  limits->clock_offset = cc_time_now() - cc_time_monotonic();
  ccd_random(&limits->seed, sizeof(limits->seed));
  for (size_t i = 0; i < SHARDS; i++)
    pthread_mutex_init(&limits->locks[i], NULL);
  bool made =
    table_make(&limits->members, SETS_OF_MEMBERS) && table_make(&limits->places, SETS_OF_PLACES);
  cc_status status = made ? read_classes(limits, config, reterr) : cc_fail_memory(reterr);
  if (status != CC_OK) {
    ccd_limits_free(limits);
    return status;
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
  free(limits->members.sets);
  free(limits->members.lent);
  free(limits->places.sets);
  free(limits->places.lent);
  free(limits);
}

/* Current time for windows. Windows begin at the same instants in every process, but a clock
 * that is set back must not open a new window; so the monotonic clock is used with an offset
 * fixed at start. */
static int64_t
clock_now(const ccd_limits *limits)
{
  return cc_time_monotonic() + limits->clock_offset;
}

/* The figures of a class when nothing is used. */
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

static bool
begins_with(const char *key, const char *prefix)
{
  return strncmp(key, prefix, strlen(prefix)) == 0;
}

static int64_t
quota_of(const ccd_limits *limits, ccd_limit limit, const char *key)
{
  int64_t quota = limits->classes[limit].quota;
  for (size_t i = 0; i < CC_N(wide_keys); i++) {
    if (begins_with(key, wide_keys[i].prefix))
      return quota * (limit == CCD_LIMIT_LOGIN ? wide_keys[i].of_login : wide_keys[i].of_others);
  }
  return quota;
}

/* Where a key is counted: its set and entry. Exists while the lock of the set is held. */
typedef struct place {
  table *table;
  size_t set;
  entry *entry; /* NULL: every entry of the set has a lease that must not be lost */
  uint64_t hash;
  int64_t quota, now, window, ends;
} place;

/* Return the weight, limited to the quota: a heavier request could never pass. */
static int64_t
weight_in(const place *at, int64_t weight)
{
  return weight < at->quota ? weight : at->quota;
}

static bool
is_lent(const entry *each)
{
  return each->leased > 0 || each->over > 0 || each->asking;
}

/* Find an entry to replace: the least recently used one. Entries with a lease of the present
 * window are kept unless @force is set, because Redis has counted the lease. */
static entry *
find_room(entry *set, int64_t now, bool force)
{
  entry *room = NULL;
  for (size_t i = 0; i < WAYS; i++) {
    bool busy = set[i].ends > now && is_lent(&set[i]);
    if ((force || !busy) && (room == NULL || set[i].used < room->used))
      room = &set[i];
  }
  return room;
}

static place
place_lock(ccd_limits *limits, ccd_limit limit, const char *key, bool force)
{
  const limit_class *row = &limits->classes[limit];
  bool stranger = begins_with(key, "address|") || begins_with(key, "network|");
  place at = {.table = stranger ? &limits->places : &limits->members,
              .hash = hash_key(limits, limit, key),
              .quota = quota_of(limits, limit, key),
              .now = clock_now(limits)};
  at.window = at.now / CC_TIME_SECOND / row->window_s;
  at.ends = (at.window + 1) * row->window_s * CC_TIME_SECOND;
  at.set = at.hash % at.table->n_sets;
  pthread_mutex_lock(&limits->locks[at.set % SHARDS]);
  entry *set = at.table->sets[at.set];
  for (size_t i = 0; i < WAYS && at.entry == NULL; i++) {
    if (set[i].hash == at.hash && set[i].ends == at.ends)
      at.entry = &set[i];
  }
  if (at.entry == NULL) {
    at.entry = find_room(set, at.now, force);
    if (at.entry != NULL)
      *at.entry = (entry){.hash = at.hash,
                          .ends = at.ends,
                          .rest = at.quota,
                          .limited = (unsigned char) limit};
  }
  if (at.entry != NULL)
    at.entry->used = at.now;
  return at;
}

static void
place_unlock(ccd_limits *limits, const place *at)
{
  if (at->entry != NULL && is_lent(at->entry))
    atomic_store_explicit(&at->table->lent[at->set], true, memory_order_relaxed);
  pthread_mutex_unlock(&limits->locks[at->set % SHARDS]);
}

static void
fill_state(const ccd_limits *limits,
           ccd_limit limit,
           const place *at,
           bool refused,
           int64_t remaining,
           ccd_limit_state *ret)
{
  *ret = limit_figures(limits, limit);
  ret->quota = at->quota;
  ret->reset_s = (at->ends - at->now + CC_TIME_SECOND - 1) / CC_TIME_SECOND;
  ret->refused = refused;
  ret->remaining = remaining;
}

static void
name_lease(const ccd_limits *limits,
           ccd_limit limit,
           const uint64_t name[static 2],
           int64_t ends,
           int64_t now,
           ccd_lease *ret)
{
  const limit_class *row = &limits->classes[limit];
  ret->window = ends / CC_TIME_SECOND / row->window_s - 1;
  ret->ttl_s = (int) ((ends - now) / CC_TIME_SECOND) + 2;
  /* The text always fits, because its words are fixed and its numbers have a known length. */
  (void) snprintf(ret->key,
                  sizeof(ret->key),
                  "cc:l:%s:%" PRId64 ":%016" PRIx64 "%016" PRIx64,
                  row->name,
                  ret->window,
                  name[0],
                  name[1]);
}

/* Compute the size of a lease, at least @need. The first request of a key leases only itself, so
 * that a key that occurs once holds nothing. While a larger lease is being requested, further
 * requests lease only themselves: otherwise many concurrent requests would take the whole quota
 * for this process. */
static int64_t
lease_size(const place *at, int64_t need)
{
  const entry *of = at->entry;
  if (of == NULL || of->answered == 0 || of->asking)
    return need;
  int64_t most = at->quota / LEASE_SHARE;
  int64_t size = of->rest / REST_SHARE < most ? of->rest / REST_SHARE : most;
  return size > need ? size : need;
}

/* Must the entry be kept? An entry that waits for the reply to this lease must not be replaced. */
static bool
is_kept(const ccd_lease *lease)
{
  return lease->amount > 1 || lease->held > 0;
}

static void
ask_lease(ccd_limits *limits,
          ccd_limit limit,
          const char *key,
          int64_t weight,
          const place *at,
          ccd_lease *ret)
{
  uint8_t mac[CCD_HASH_BYTES];
  uint64_t name[2];
  ccd_hmac_sha256(limits->keys->lookup, key, strlen(key), mac);
  memcpy(name, mac, sizeof(name));
  ret->weight = weight;
  ret->held = at->entry == NULL ? 0 : at->entry->leased;
  ret->amount = lease_size(at, weight - ret->held);
  if (at->entry != NULL) {
    entry *of = at->entry;
    memcpy(of->name, name, sizeof(name));
    of->asking = of->asking || is_kept(ret);
    of->leased = 0;
    if (of->rest + ret->held < weight)
      of->answered = at->now; /* when many requests are refused, only one request per RECHECK_US
                                 asks Redis again */
  }
  name_lease(limits, limit, name, at->ends, at->now, ret);
}

/* Did Redis report a moment ago that too few requests are left? */
static bool
is_spent(const place *at, int64_t weight)
{
  const entry *of = at->entry;
  return of != NULL && of->leased < weight && of->leased + of->rest < weight &&
         at->now - of->answered < RECHECK_US;
}

/* Count a request if the entry alone decides whether the request is refused; otherwise return
 * false. */
static bool
take_known(const ccd_limits *limits,
           ccd_limit limit,
           int64_t weight,
           const place *at,
           ccd_limit_state *ret)
{
  bool leased = at->entry != NULL && at->entry->leased >= weight;
  if (!leased && !is_spent(at, weight))
    return false;
  if (leased)
    at->entry->leased -= weight;
  fill_state(limits, limit, at, !leased, at->entry->leased + at->entry->rest, ret);
  return true;
}

bool
ccd_limits_take_known(ccd_limits *limits, ccd_limit limit, const char *key, ccd_limit_state *ret)
{
  place at = place_lock(limits, limit, key, /* force= */ false);
  bool known = take_known(limits, limit, /* weight= */ 1, &at, ret);
  place_unlock(limits, &at);
  return known;
}

void
ccd_limits_give_back(ccd_limits *limits, ccd_limit limit, const char *key)
{
  place at = place_lock(limits, limit, key, /* force= */ false);
  if (at.entry != NULL && at.entry->answered != 0)
    at.entry->leased++;
  place_unlock(limits, &at);
}

bool
ccd_limits_take(ccd_limits *limits,
                ccd_limit limit,
                const char *key,
                int64_t weight,
                ccd_limit_state *ret,
                ccd_lease *ret_lease)
{
  place at = place_lock(limits, limit, key, /* force= */ false);
  weight = weight_in(&at, weight);
  bool known = take_known(limits, limit, weight, &at, ret);
  if (!known)
    ask_lease(limits, limit, key, weight, &at, ret_lease);
  place_unlock(limits, &at);
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
  place at = place_lock(limits, limit, key, /* force= */ false);
  int64_t left = at.quota - (counted - lease->amount);
  int64_t granted = left < 0 ? 0 : left < lease->amount ? left : lease->amount;
  int64_t rest = at.quota > counted ? at.quota - counted : 0;
  int64_t have = granted + lease->held;
  bool refused = have < lease->weight;
  /* A reply about the previous window is used only for the request that asked for it. */
  if (at.entry != NULL && lease->window == at.window) {
    entry *of = at.entry;
    if (is_kept(lease))
      of->asking = false;
    of->leased += have;
    of->over += lease->amount - granted;
    of->rest = rest;
    of->answered = at.now;
    refused = of->leased < lease->weight;
    if (!refused)
      of->leased -= lease->weight;
    rest += of->leased;
  }
  fill_state(limits, limit, &at, refused, rest, ret);
  place_unlock(limits, &at);
}

void
ccd_limits_alone(ccd_limits *limits,
                 ccd_limit limit,
                 const char *key,
                 const ccd_lease *lease,
                 ccd_limit_state *ret)
{
  /* Redis is unavailable: leases cannot be returned, and this process counts without Redis. */
  place at = place_lock(limits, limit, key, /* force= */ true);
  at.entry->asking = false;
  bool refused = at.entry->alone + lease->weight > at.quota;
  if (!refused)
    at.entry->alone += lease->weight;
  fill_state(limits, limit, &at, refused, at.quota - at.entry->alone, ret);
  place_unlock(limits, &at);
}

bool
ccd_limits_spent(ccd_limits *limits, ccd_limit limit, const char *key, ccd_limit_state *ret)
{
  place at = place_lock(limits, limit, key, /* force= */ false);
  bool spent = is_spent(&at, /* weight= */ 1) || (at.entry != NULL && at.entry->alone >= at.quota);
  if (spent)
    fill_state(limits, limit, &at, /* refused= */ true, 0, ret);
  place_unlock(limits, &at);
  return spent;
}

/* --- returning unused leases to Redis --- */

/* Collect the unused leases of the entries of one set; returns their number. */
static size_t
collect_set(ccd_limits *limits, table *from, size_t set, int64_t idle_us, ccd_lease *ret)
{
  size_t n = 0;
  bool lent = false;
  int64_t now = clock_now(limits);
  pthread_mutex_lock(&limits->locks[set % SHARDS]);
  for (size_t i = 0; i < WAYS; i++) {
    entry *of = &from->sets[set][i];
    if (of->ends <= now)
      continue; /* a lease of a window that has ended has no value */
    int64_t unused = now - of->used >= idle_us ? of->leased : 0;
    if (unused + of->over > 0) {
      ret[n].amount = -(unused + of->over);
      name_lease(limits, (ccd_limit) of->limited, of->name, of->ends, now, &ret[n++]);
      of->leased -= unused;
      of->rest += unused;
      of->over = 0;
    }
    lent = lent || is_lent(of);
  }
  atomic_store_explicit(&from->lent[set], lent, memory_order_relaxed);
  pthread_mutex_unlock(&limits->locks[set % SHARDS]);
  return n;
}

size_t
ccd_limits_collect(ccd_limits *limits, int64_t idle_us, size_t *at, ccd_lease *ret, size_t n)
{
  size_t found = 0;
  for (; *at < SETS_OF_MEMBERS + SETS_OF_PLACES && found + WAYS <= n; (*at)++) {
    bool member = *at < SETS_OF_MEMBERS;
    table *from = member ? &limits->members : &limits->places;
    size_t set = member ? *at : *at - SETS_OF_MEMBERS;
    if (atomic_load_explicit(&from->lent[set], memory_order_relaxed))
      found += collect_set(limits, from, set, idle_us, ret + found);
  }
  return found;
}
