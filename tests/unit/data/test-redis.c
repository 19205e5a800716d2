/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "common/base/cc-time.h"
#include "server/data/ccd-redis.h"

/* Started by tests/unit/data/run.py, with a Redis that may be stopped. */

static atomic_int drops, keys;

static void
revoked(void *data, const char *key)
{
  if (key == NULL)
    atomic_fetch_add(&drops, 1);
  else if (strcmp(key, "user:7") == 0)
    atomic_fetch_add(&keys, 1);
}

static ccd_redis *
open_redis(void)
{
  ccd_redis *redis = NULL;
  cc_error error = {0};
  g_assert_cmpint(ccd_redis_open(g_getenv("TEST_REDIS_URL"), 2, &redis, &error), ==, CC_OK);
  ccd_redis_on_revoke(redis, revoked, NULL);
  for (int i = 0; i < 2000 && !ccd_redis_up(redis); i++)
    g_usleep(1000);
  g_assert_true(ccd_redis_up(redis));
  return redis;
}

static void
test_url(void)
{
  static const char *const bad[] = {"http://x",
                                    "redis://",
                                    "redis://h:99999",
                                    "redis://h:0",
                                    "redis://h/x",
                                    "unix://relative",
                                    "redis://user@h",
                                    "unix://"};
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
    ccd_redis *redis = NULL;
    cc_error error = {0};
    g_assert_cmpint(ccd_redis_open(bad[i], 2, &redis, &error), ==, CC_ERR_INVALID);
    g_assert_null(redis);
  }
}

static void
test_none(void)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(10000);
  ccd_redis *redis = NULL;
  cc_error error = {0};
  ccd_redis_answer answer;
  g_assert_cmpint(ccd_redis_open("", 2, &redis, &error), ==, CC_OK);
  g_assert_false(ccd_redis_up(redis));
  g_assert_cmpint(ccd_redis_request(redis, &(ccd_redis_ask){.get = "k"}, arena, &answer),
                  ==,
                  CC_ERR_UNAVAILABLE);
  g_assert_false(ccd_redis_set(redis, "k", "v", 1, 10));
  g_assert_false(ccd_redis_delete(redis, "k"));
  ccd_redis_on_revoke(redis, revoked, NULL);
  atomic_store(&keys, 0);
  ccd_redis_revoke(redis, "user:7"); /* nevertheless this process deletes its own copy */
  g_assert_cmpint(atomic_load(&keys), ==, 1);
  ccd_redis_close(redis);
}

static void
test_request(void)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(10000);
  ccd_redis *redis = open_redis();
  ccd_redis_answer answer;
  g_assert_true(ccd_redis_set(redis, "k e y", "a\0b\r\n", 5, 60));
  ccd_redis_ask ask = {.get = "k e y", .count = "n", .count_by = 5, .count_ttl_s = 60};
  g_assert_cmpint(ccd_redis_request(redis, &ask, arena, &answer), ==, CC_OK);
  g_assert_cmpmem(answer.value, answer.value_length, "a\0b\r\n", 5);
  g_assert_cmpint(answer.counted, ==, 5);

  g_assert_true(ccd_redis_delete(redis, "k e y"));
  ask.count_by = 2;
  g_assert_cmpint(ccd_redis_request(redis, &ask, arena, &answer), ==, CC_OK);
  g_assert_null(answer.value);
  g_assert_cmpint(answer.counted, ==, 7);

  /* Neither a command that Redis refuses nor a full arena closes the connection. */
  g_assert_true(ccd_redis_set(redis, "text", "x", 1, 60));
  ask = (ccd_redis_ask){.count = "text", .count_by = 1};
  g_assert_cmpint(ccd_redis_request(redis, &ask, arena, &answer), ==, CC_ERR_UNAVAILABLE);
  CC_AUTO(cc_arena) small = cc_arena_new(1);
  ask = (ccd_redis_ask){.get = "text", .count = "n", .count_by = 1};
  g_assert_cmpint(ccd_redis_request(redis, &ask, small, &answer), ==, CC_ERR_NO_MEMORY);
  g_assert_true(ccd_redis_up(redis));
  g_assert_cmpint(ccd_redis_request(redis, &ask, arena, &answer), ==, CC_OK);
  g_assert_cmpint(answer.counted, ==, 9);
  ccd_redis_close(redis);
}

static void
test_revoke(void)
{
  ccd_redis *here = open_redis(), *there = open_redis();
  atomic_store(&keys, 0);
  ccd_redis_revoke(there, "user:7"); /* at once in this process, by a message in the other one */
  for (int i = 0; i < 2000 && atomic_load(&keys) < 3; i++)
    g_usleep(1000);
  g_assert_cmpint(atomic_load(&keys), ==, 3);
  ccd_redis_close(here);
  ccd_redis_close(there);
}

static void
test_stopped(void)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(10000);
  ccd_redis *redis = open_redis();
  ccd_redis_answer answer;
  ccd_redis_ask ask = {.get = "k"};
  g_assert_cmpint(ccd_redis_request(redis, &ask, arena, &answer), ==, CC_OK);
  int drops_before = atomic_load(&drops);

  pid_t pid = (pid_t) g_ascii_strtoll(g_getenv("TEST_REDIS_PID"), NULL, 10);
  g_assert_cmpint(kill(pid, SIGSTOP), ==, 0);
  int64_t start = cc_time_monotonic();
  cc_status first = ccd_redis_request(redis, &ask, arena, &answer);
  int64_t first_took = cc_time_monotonic() - start;
  start = cc_time_monotonic();
  cc_status second = ccd_redis_request(redis, &ask, arena, &answer);
  int64_t second_took = cc_time_monotonic() - start;
  g_usleep(300 * 1000);
  g_assert_cmpint(kill(pid, SIGCONT), ==, 0);
  for (int i = 0; i < 2000 && !ccd_redis_up(redis); i++)
    g_usleep(1000);

  g_assert_cmpint(first, ==, CC_ERR_UNAVAILABLE);
  g_assert_cmpint(first_took, <, 500 * 1000);
  g_assert_cmpint(second, ==, CC_ERR_UNAVAILABLE);
  g_assert_cmpint(second_took, <, 20 * 1000);
  g_assert_true(ccd_redis_up(redis));
  g_assert_cmpint(ccd_redis_request(redis, &ask, arena, &answer), ==, CC_OK);
  g_assert_cmpint(atomic_load(&drops), >, drops_before);
  ccd_redis_close(redis);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  if (g_getenv("TEST_REDIS_URL") == NULL) {
    g_printerr("run it by tests/unit/data/run.py\n");
    return 77;
  }
  g_test_add_func("/redis/url", test_url);
  g_test_add_func("/redis/none", test_none);
  g_test_add_func("/redis/request", test_request);
  g_test_add_func("/redis/revoke", test_revoke);
  g_test_add_func("/redis/stopped", test_stopped);
  return g_test_run();
}
