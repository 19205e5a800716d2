/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <hiredis/hiredis.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "server/engine/ccd-address-subject.h"
#include "server/engine/ccd-limits-keeper.h"

/* Started by tests/unit/data/run.py: tests the limiter with a real Redis. */

#define PEOPLE 20000
#define EACH 20

static const ccd_keys keys;
static redisContext *direct;   /* connection of the first thread */
static int64_t clock_set_back; /* seconds by which the wall clock is set back; see below */

/* This definition replaces the one of the C library, because a test cannot set the clock of the
 * machine. */
int
clock_gettime(clockid_t which, struct timespec *ret)
{
  long result = syscall(SYS_clock_gettime, which, ret);
  if (which == CLOCK_REALTIME)
    ret->tv_sec -= __atomic_load_n(&clock_set_back, __ATOMIC_RELAXED);
  return (int) result;
}

static ccd_limits *
make_limits(const char *api)
{
  g_autofree char *figures = g_strdup(api);
  ccd_config config = {.limit_api = figures,
                       .limit_login = (char[]){"5/86400"},
                       .limit_register = (char[]){"3/86400"}};
  ccd_limits *limits = NULL;
  cc_error error = {0};
  g_assert_cmpint(ccd_limits_new(&config, &keys, &limits, &error), ==, CC_OK);
  return limits;
}

/* Connect to Redis for this thread, without time limits: the server's own client gives up a slow
 * Redis, and a test machine may be slow. */
static redisContext *
connect_redis(void)
{
  const char *url = g_getenv("TEST_REDIS_URL");
  g_assert_true(g_str_has_prefix(url, "unix://"));
  redisContext *made = redisConnectUnix(url + strlen("unix://"));
  g_assert_nonnull(made);
  g_assert_cmpint(made->err, ==, 0);
  return made;
}

/* Raise a counter as the server does; returns its value. */
static int64_t
raise_counter(redisContext *at, const ccd_lease *lease)
{
  redisReply *reply = NULL;
  redisAppendCommand(at, "SET %s 0 EX %d NX", lease->key, lease->ttl_s);
  redisAppendCommand(at, "INCRBY %s %lld", lease->key, (long long) lease->amount);
  g_assert_cmpint(redisGetReply(at, (void **) &reply), ==, REDIS_OK);
  freeReplyObject(reply);
  g_assert_cmpint(redisGetReply(at, (void **) &reply), ==, REDIS_OK);
  g_assert_cmpint(reply->type, ==, REDIS_REPLY_INTEGER);
  int64_t counted = reply->integer;
  freeReplyObject(reply);
  return counted;
}

/* Count one request as the server does. True: accepted. @counters collects the names of the
 * counters in Redis; may be NULL. */
static bool
request_on(redisContext *at,
           ccd_limits *limits,
           const char *key,
           int64_t weight,
           GHashTable *counters)
{
  ccd_limit_state state = {0};
  ccd_lease lease;
  if (ccd_limits_take(limits, CCD_LIMIT_API, key, weight, &state, &lease))
    return !state.refused;
  ccd_limits_leased(limits, CCD_LIMIT_API, key, &lease, raise_counter(at, &lease), &state);
  if (counters != NULL)
    g_hash_table_add(counters, g_strdup(lease.key));
  return !state.refused;
}

static bool
request(ccd_limits *limits, const char *key, GHashTable *counters)
{
  return request_on(direct, limits, key, /* weight= */ 1, counters);
}

/* Return all unused leases, as the keeper does. */
static void
give_back(ccd_limits *limits)
{
  ccd_lease leases[64];
  size_t at = 0;
  for (size_t n; (n = ccd_limits_collect(limits, /* idle_us= */ 0, &at, leases, 64)) > 0;) {
    for (size_t i = 0; i < n; i++) {
      g_assert_cmpint(leases[i].amount, <, 0);
      (void) raise_counter(direct, &leases[i]);
    }
  }
}

static int64_t
sum_counters(GHashTable *counters)
{
  GHashTableIter iter;
  void *name = NULL;
  int64_t sum = 0;
  g_hash_table_iter_init(&iter, counters);
  while (g_hash_table_iter_next(&iter, &name, NULL))
    redisAppendCommand(direct, "GET %s", name);
  for (guint i = 0; i < g_hash_table_size(counters); i++) {
    redisReply *reply = NULL;
    g_assert_cmpint(redisGetReply(direct, (void **) &reply), ==, REDIS_OK);
    g_assert_cmpint(reply->type, ==, REDIS_REPLY_STRING);
    sum += g_ascii_strtoll(reply->str, NULL, 10);
    freeReplyObject(reply);
  }
  return sum;
}

static GHashTable *
new_counters(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

typedef struct crowd {
  ccd_limits *limits;
  int from, to;
  GHashTable *counters;
  int refused;
} crowd;

/* Thread that sends requests of all people repeatedly. */
static void *
crowd_thread(void *data)
{
  crowd *part = data;
  redisContext *own = connect_redis();
  for (int i = 0; i < EACH; i++) {
    for (int person = part->from; person < part->to; person++) {
      char key[40];
      (void) g_snprintf(key, sizeof(key), "person|%d", person);
      part->refused += !request_on(own, part->limits, key, /* weight= */ 1, part->counters);
    }
  }
  redisFree(own);
  return NULL;
}

/* 20,000 people with 20 requests each: no request is refused, and Redis has counted each of
 * them. */
static void
test_crowd(void)
{
  ccd_limits *limits = make_limits("100/86400");
  crowd parts[4];
  pthread_t threads[CC_N(parts)];
  for (int i = 0; i < (int) CC_N(parts); i++) {
    int share = PEOPLE / (int) CC_N(parts);
    parts[i] = (crowd){.limits = limits,
                       .from = i * share,
                       .to = (i + 1) * share,
                       .counters = new_counters()};
    g_assert_cmpint(pthread_create(&threads[i], NULL, crowd_thread, &parts[i]), ==, 0);
  }
  for (size_t i = 0; i < CC_N(parts); i++)
    pthread_join(threads[i], NULL);
  give_back(limits);
  int64_t sum = 0;
  for (size_t i = 0; i < CC_N(parts); i++) {
    g_assert_cmpint(parts[i].refused, ==, 0);
    sum += sum_counters(parts[i].counters);
    g_hash_table_unref(parts[i].counters);
  }
  g_assert_cmpint(sum, ==, PEOPLE * EACH);
  ccd_limits_free(limits);
}

/* More people than the table has entries: requests of a person without an entry are counted too. */
static void
test_more_than_capacity(void)
{
  enum {
    MANY = 70000,
    FEW = 3
  };

  ccd_limits *limits = make_limits("100/86400");
  GHashTable *counters = new_counters();
  for (int i = 0; i < FEW; i++) {
    for (int person = 0; person < MANY; person++) {
      char key[40];
      (void) g_snprintf(key, sizeof(key), "person|many|%d", person);
      g_assert_true(request(limits, key, counters));
    }
  }
  give_back(limits);
  g_assert_cmpint(sum_counters(counters), ==, MANY * FEW);
  g_hash_table_unref(counters);
  ccd_limits_free(limits);
}

/* An attacker uses the 65,536 networks of a /48. Members still have exactly their whole quota,
 * and most of their requests need no Redis. */
static void
test_attacker(void)
{
  enum {
    MEMBERS = 200,
    QUOTA = 20
  };

  ccd_limits *limits = make_limits("20/86400");
  int asked = 0;
  unsigned network = 0;
  for (int i = 0; i < QUOTA + 1; i++) {
    for (int flood = 0; flood < 4000; flood++) {
      char key[60];
      (void) g_snprintf(key, sizeof(key), "address|2001:db8:1:%x::/64", network++ / 2 % 65536);
      (void) request(limits, key, NULL);
    }
    for (int member = 0; member < MEMBERS; member++) {
      char key[40];
      (void) g_snprintf(key, sizeof(key), "person|member|%d", member);
      GHashTable *counters = new_counters();
      g_assert_cmpint(request(limits, key, counters), ==, i < QUOTA);
      asked += (int) g_hash_table_size(counters);
      g_hash_table_unref(counters);
    }
  }
  g_assert_cmpint(asked, <=, MEMBERS * (QUOTA + 1));
  ccd_limits_free(limits);
}

/* Requests that one process has leased and not used are available to the next process. */
static void
test_two_processes(void)
{
  ccd_limits *processes[] = {make_limits("160/86400"), make_limits("160/86400")};
  const char *key = "person|who moves";
  GHashTable *counters = new_counters();
  int passed = request(processes[0], key, counters) + request(processes[0], key, counters);
  g_assert_cmpint(sum_counters(counters),
                  ==,
                  1 + 10); /* the process leases a sixteenth of the quota */
  while (passed < 500 && request(processes[1], key, counters))
    passed++;
  g_assert_cmpint(passed, ==, 160 - 9);

  give_back(processes[0]);
  give_back(processes[1]);
  g_assert_cmpint(sum_counters(counters), ==, passed);
  g_assert_false(request(processes[1], key, counters)); /* the refusal is cached for a second */
  g_usleep(1100 * 1000);
  while (passed < 500 && request(processes[1], key, counters))
    passed++;
  g_assert_cmpint(passed, ==, 160);
  g_hash_table_unref(counters);
  for (size_t i = 0; i < CC_N(processes); i++)
    ccd_limits_free(processes[i]);
}

/* Only leases that were not used for a while are returned. */
static void
test_idle(void)
{
  ccd_limits *limits = make_limits("160/86400");
  for (int i = 0; i < 2; i++)
    g_assert_true(request(limits, "person|idle", NULL));
  ccd_lease lease[8];
  size_t at = 0;
  g_assert_cmpuint(ccd_limits_collect(limits, 60 * CC_TIME_SECOND, &at, lease, 8), ==, 0);
  at = 0;
  g_assert_cmpuint(ccd_limits_collect(limits, 0, &at, lease, 8), ==, 1);
  g_assert_cmpint(lease[0].amount, ==, -9);
  at = 0;
  g_assert_cmpuint(ccd_limits_collect(limits, 0, &at, lease, 8), ==, 0);
  ccd_limits_free(limits);
}

/* When a process stops, its keeper returns all unused leases. */
static void
test_keeper(void)
{
  ccd_limits *limits = make_limits("160/86400");
  GHashTable *counters = new_counters();
  ccd_limits_keeper *keeper = NULL;
  ccd_redis *redis = NULL;
  cc_error error = {0};
  g_assert_cmpint(ccd_redis_open(g_getenv("TEST_REDIS_URL"), 2, &redis, &error), ==, CC_OK);
  for (int i = 0; i < 5000 && !ccd_redis_up(redis); i++)
    g_usleep(1000);
  g_assert_cmpint(ccd_limits_keep(limits, redis, &keeper, &error), ==, CC_OK);
  for (int i = 0; i < 3; i++)
    g_assert_true(request(limits, "person|kept", counters));
  ccd_limits_keeper_stop(keeper);
  g_assert_cmpint(sum_counters(counters), ==, 3);
  g_hash_table_unref(counters);
  ccd_redis_close(redis);
  ccd_limits_free(limits);
}

/* When the wall clock is set back, no new window begins. */
static void
test_clock(void)
{
  ccd_limits *limits = make_limits("10/86400");
  int passed = 0;
  for (int i = 0; i < 30; i++) {
    __atomic_store_n(&clock_set_back, i * 86400, __ATOMIC_RELAXED);
    passed += request(limits, "person|clock", NULL);
  }
  __atomic_store_n(&clock_set_back, 0, __ATOMIC_RELAXED);
  g_assert_cmpint(passed, ==, 10);
  ccd_limits_free(limits);
}

/* Keys that stand for many clients have a multiple of the quota. */
static void
test_wide_keys(void)
{
  static const struct {
    const char *key;
    ccd_limit limit;
    int64_t quota;
  } cases[] = {
    {"person|1", CCD_LIMIT_API, 100},
    {"address|203.0.113.7", CCD_LIMIT_API, 100},
    {"address|203.0.113.7", CCD_LIMIT_LOGIN, 100},
    {"address|203.0.113.7", CCD_LIMIT_REGISTER, 3},
    {"network|2001:db8:1::/48", CCD_LIMIT_API, 2000},
    {"network|2001:db8:1::/48", CCD_LIMIT_LOGIN, 2000},
    {"network|2001:db8:1::/48", CCD_LIMIT_REGISTER, 60},
    {"tokens|7", CCD_LIMIT_API, 2000},
    {"account|a@example.org|203.0.113.7", CCD_LIMIT_LOGIN, 5},
    {"anywhere|a@example.org", CCD_LIMIT_LOGIN, 100},
  };

  ccd_limits *limits = make_limits("100/86400");
  for (size_t i = 0; i < CC_N(cases); i++) {
    ccd_limit_state state = {0};
    ccd_limits_alone(limits, cases[i].limit, cases[i].key, &(ccd_lease){.weight = 1}, &state);
    g_assert_cmpint(state.quota, ==, cases[i].quota);
  }
  ccd_limits_free(limits);
}

static bool
search(ccd_limits *limits, const char *key, GHashTable *counters)
{
  return request_on(direct, limits, key, /* weight= */ 10, counters);
}

/* A request with weight ten is either accepted whole or not counted, while requests with weight
 * one arrive. */
static void
test_weight(void)
{
  ccd_limits *limits = make_limits("100/86400");
  GHashTable *counters = new_counters();
  for (int i = 0; i < 13; i++)
    g_assert_true(request(limits, "person|weight", counters));
  for (int i = 0; i < 12; i++)
    g_assert_cmpint(search(limits, "person|weight", counters), ==, i < 8);
  for (int i = 0; i < 9; i++)
    g_assert_cmpint(request(limits, "person|weight", counters), ==, i < 7);
  give_back(limits);
  g_assert_cmpint(sum_counters(counters), ==, 100);
  g_hash_table_unref(counters);
  ccd_limits_free(limits);
}

/* Each process has reserved its own lease, so no request is refused because of another process. */
static void
test_weights_at_once(void)
{
  ccd_limits *limits = make_limits("100/86400");
  ccd_limit_state state = {0};
  ccd_lease asked[9];
  for (int i = 0; i < 3; i++)
    g_assert_true(request(limits, "person|at-once", NULL));
  for (size_t i = 0; i < CC_N(asked); i++)
    g_assert_false(ccd_limits_take(limits, CCD_LIMIT_API, "person|at-once", 10, &state, &asked[i]));
  g_assert_cmpint(asked[0].held, >, 0);
  for (size_t i = 0; i < CC_N(asked); i++) {
    int64_t counted = raise_counter(direct, &asked[i]);
    ccd_limits_leased(limits, CCD_LIMIT_API, "person|at-once", &asked[i], counted, &state);
    g_assert_false(state.refused);
  }
  g_assert_cmpint(state.remaining, ==, 7);
  ccd_limits_free(limits);
}

/* A weight above the quota counts as the quota; otherwise such a request would never be
 * accepted. */
static void
test_weight_above_the_quota(void)
{
  ccd_limits *limits = make_limits("5/86400");
  g_assert_true(search(limits, "person|small", NULL));
  g_assert_false(request(limits, "person|small", NULL));
  ccd_limits_free(limits);
}

static void
test_weight_alone(void)
{
  ccd_limits *limits = make_limits("25/86400");
  for (int i = 0; i < 3; i++) {
    ccd_limit_state state = {0};
    ccd_lease lease;
    g_assert_false(ccd_limits_take(limits, CCD_LIMIT_API, "person|alone", 10, &state, &lease));
    ccd_limits_alone(limits, CCD_LIMIT_API, "person|alone", &lease, &state);
    g_assert_cmpint(state.refused, ==, i == 2);
    g_assert_cmpint(state.remaining, ==, i == 0 ? 15 : 5);
  }
  ccd_limits_free(limits);
}

static void
test_addresses(void)
{
  static const struct {
    const char *address, *subject, *network;
  } cases[] = {
    {"203.0.113.7", "203.0.113.7", NULL},
    {"2001:db8:1:2::1", "2001:db8:1:2::/64", "2001:db8:1::/48"},
    {"2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64", "2001:db8:1::/48"},
    {"2001:db8:1:3::1", "2001:db8:1:3::/64", "2001:db8:1::/48"},
    {"::1", "::/64", "::/48"},
  };

  CC_AUTO(cc_arena) arena = cc_arena_new(10000);
  for (size_t i = 0; i < CC_N(cases); i++) {
    const char *network = NULL;
    g_assert_cmpstr(ccd_address_subject(cases[i].address, arena), ==, cases[i].subject);
    g_assert_true(ccd_address_network(cases[i].address, arena, &network));
    g_assert_cmpstr(network, ==, cases[i].network);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  direct = connect_redis();
  g_test_add_func("/limits/crowd", test_crowd);
  g_test_add_func("/limits/more-than-capacity", test_more_than_capacity);
  g_test_add_func("/limits/attacker", test_attacker);
  g_test_add_func("/limits/two-processes", test_two_processes);
  g_test_add_func("/limits/idle", test_idle);
  g_test_add_func("/limits/keeper", test_keeper);
  g_test_add_func("/limits/clock", test_clock);
  g_test_add_func("/limits/wide-keys", test_wide_keys);
  g_test_add_func("/limits/weight", test_weight);
  g_test_add_func("/limits/weights-at-once", test_weights_at_once);
  g_test_add_func("/limits/weight-above-the-quota", test_weight_above_the_quota);
  g_test_add_func("/limits/weight-alone", test_weight_alone);
  g_test_add_func("/limits/addresses", test_addresses);
  int result = g_test_run();
  redisFree(direct);
  return result;
}
