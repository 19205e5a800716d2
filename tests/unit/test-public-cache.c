/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "common/base/cc-time.h"
#include "server/engine/ccd-public-cache.h"
#include "server/engine/ccd-reply-cached.h"
#include "server/engine/ccd-server.h"

/* Tests of cached replies: invalidation, memory limit, concurrent requests. */

static ccd_public_cache *
new_cache(size_t bytes)
{
  cc_error error = {0};
  ccd_public_cache *cache = NULL;
  g_assert_cmpint(ccd_public_cache_new(bytes, &cache, &error), ==, CC_OK);
  return cache;
}

static bool
is_kept(ccd_public_cache *cache, const char *key)
{
  const ccd_answer *answer = ccd_public_cache_find(cache, key);
  ccd_answer_release(answer);
  return answer != NULL;
}

static void
keep(ccd_public_cache *cache, const char *key, int64_t organization, const char *body)
{
  ccd_filling filling = {0};
  const ccd_answer *found = NULL;
  const ccd_answer answer = {.body = body, .length = strlen(body), .etag = "\"1\""};
  g_assert_cmpint(ccd_public_cache_begin(cache, key, true, &filling, &found), ==, CCD_TURN_FILL);
  ccd_public_cache_fill(cache, &filling, organization, &answer);
}

static void
test_kept(void)
{
  ccd_public_cache *cache = new_cache(64 * 1024);
  g_assert_false(is_kept(cache, "/a?"));
  keep(cache, "/a?", 7, "alpha");
  const ccd_answer *answer = ccd_public_cache_find(cache, "/a?");
  g_assert_nonnull(answer);
  g_assert_cmpmem(answer->body, answer->length, "alpha", 5);
  g_assert_cmpstr(answer->etag, ==, "\"1\"");
  g_assert_null(answer->next_cursor);

  /* A reply that is being sent stays valid when its cache entry is removed or replaced. */
  ccd_public_cache_changed(cache, 7);
  g_assert_false(is_kept(cache, "/a?"));
  keep(cache, "/a?", 7, "beta");
  g_assert_cmpmem(answer->body, answer->length, "alpha", 5);
  ccd_answer_release(answer);
  ccd_public_cache_free(cache);
}

static void
test_changes(void)
{
  ccd_public_cache *cache = new_cache(64 * 1024);
  keep(cache, "/seven", 7, "x");
  keep(cache, "/eight", 8, "x");
  keep(cache, "/all", 0, "x");
  ccd_public_cache_changed(cache, 8);
  g_assert_true(is_kept(cache, "/seven"));
  g_assert_false(is_kept(cache, "/eight"));
  g_assert_false(is_kept(cache, "/all"));
  ccd_public_cache_changed(cache, 0);
  g_assert_false(is_kept(cache, "/seven"));

  /* The data change while the database is queried: the reply may be older than the change, so it
   * must not be cached. */
  ccd_filling filling = {0};
  const ccd_answer *found = NULL;
  g_assert_cmpint(ccd_public_cache_begin(cache, "/seven", true, &filling, &found),
                  ==,
                  CCD_TURN_FILL);
  ccd_public_cache_changed(cache, 7);
  ccd_public_cache_fill(cache, &filling, 7, &(ccd_answer){.body = "old", .length = 3});
  g_assert_false(is_kept(cache, "/seven"));
  ccd_public_cache_free(cache);
}

static void
test_lifetime(void)
{
  ccd_public_cache *cache = new_cache(64 * 1024);
  int64_t begun = cc_time_monotonic();
  keep(cache, "/a", 7, "x");
  while (is_kept(cache, "/a"))
    g_assert_cmpint(cc_time_monotonic() - begun, <, 5 * CC_TIME_SECOND);
  g_assert_cmpint(cc_time_monotonic() - begun, >=, CC_TIME_SECOND);
  ccd_public_cache_free(cache);
}

static void
test_capacity(void)
{
  enum {
    ROOM = 32 * 1024,
    BODY = 1000,
    KEYS = 200
  };

  char body[BODY + 1], key[16];
  ccd_public_cache *cache = new_cache(ROOM);
  memset(body, 'b', BODY);
  body[BODY] = '\0';
  for (int i = 0; i < KEYS; i++) {
    (void) snprintf(key, sizeof(key), "/%d", i);
    keep(cache, key, 1, body);
    g_assert_true(
      i == 0 || is_kept(cache, "/0")); /* used each time, so that the other entries are replaced */
  }
  ccd_public_cache_stats stats;
  ccd_public_cache_stats_get(cache, &stats);
  g_assert_cmpuint(stats.bytes, <=, ROOM);
  g_assert_cmpuint(stats.entries, <, KEYS / 4);
  g_assert_false(is_kept(cache, "/1"));
  (void) snprintf(key, sizeof(key), "/%d", KEYS - 1);
  g_assert_true(is_kept(cache, key));

  /* An entry larger than the cache, and a key that is too long, are not cached. */
  char *large = g_strnfill(ROOM / 2, 'l');
  char *deep = g_strnfill(2000, 'k');
  keep(cache, "/large", 1, large);
  g_assert_false(is_kept(cache, "/large"));
  ccd_filling filling = {0};
  const ccd_answer *found = NULL;
  g_assert_cmpint(ccd_public_cache_begin(cache, deep, true, &filling, &found), ==, CCD_TURN_ASK);
  ccd_public_cache_leave(cache, &filling);
  g_free(large);
  g_free(deep);
  ccd_public_cache_free(cache);

  cache = new_cache(0);
  g_assert_cmpint(ccd_public_cache_begin(cache, "/a", true, &filling, &found), ==, CCD_TURN_ASK);
  ccd_public_cache_free(cache);
}

typedef struct asker {
  pthread_t thread;
  ccd_public_cache *cache;
  ccd_turn turn;
} asker;

static void *
ask(void *data)
{
  asker *self = data;
  ccd_filling filling = {0};
  const ccd_answer *found = NULL;
  self->turn = ccd_public_cache_begin(self->cache, "/hot", true, &filling, &found);
  if (self->turn == CCD_TURN_FOUND) {
    g_assert_cmpmem(found->body, found->length, "hot", 3);
    ccd_answer_release(found);
  }
  ccd_public_cache_leave(self->cache, &filling);
  return NULL;
}

/* One thread queries and all others wait for its reply. When that thread gives up, another one
 * queries. */
static void
test_one_asks(void)
{
  enum {
    ASKERS = 8
  };

  asker askers[ASKERS] = {0};
  ccd_public_cache *cache = new_cache(64 * 1024);
  for (int answered = 0; answered < 2; answered++) {
    ccd_filling filling = {0};
    const ccd_answer *found = NULL;
    g_assert_cmpint(ccd_public_cache_begin(cache, "/hot", true, &filling, &found),
                    ==,
                    CCD_TURN_FILL);
    g_assert_cmpint(ccd_public_cache_begin(cache, "/hot", false, &filling, &found),
                    ==,
                    CCD_TURN_ASK);
    for (int i = 0; i < ASKERS; i++) {
      askers[i] = (asker){.cache = cache, .turn = CCD_TURN_ASK};
      g_assert_cmpint(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), ==, 0);
    }
    if (answered)
      ccd_public_cache_fill(cache, &filling, 7, &(ccd_answer){.body = "hot", .length = 3});
    else
      ccd_public_cache_leave(cache, &filling);
    int n_filled = 0;
    for (int i = 0; i < ASKERS; i++) {
      pthread_join(askers[i].thread, NULL);
      n_filled += askers[i].turn == CCD_TURN_FILL;
      g_assert_true(!answered || askers[i].turn == CCD_TURN_FOUND);
    }
    g_assert_true(answered ? n_filled == 0 : n_filled > 0);
  }
  ccd_public_cache_free(cache);
}

/* The listener reads the headers of a reply after the exchange has ended, when the entry may
 * have been replaced. */
static void
test_reply(void)
{
  cc_error error = {0};
  ccd_server server = {.public_cache = new_cache(64 * 1024)};
  cc_arena *arena = cc_arena_new(4096);
  keep(server.public_cache, "/a?", 7, "alpha");
  const ccd_answer *answer = ccd_public_cache_find(server.public_cache, "/a?");
  ccd_exchange exchange = {.server = &server,
                           .call.arena = arena,
                           .answer = answer,
                           .out = CC_STR_INIT(1024)};
  g_assert_cmpint(ccd_reply_from_cache(&exchange, &error), ==, CC_OK);
  g_assert_true(exchange.etag != answer->etag);
  ccd_public_cache_changed(server.public_cache, 7);
  g_assert_false(is_kept(server.public_cache, "/a?"));
  ccd_reply_cached_end(&exchange);
  g_assert_cmpstr(exchange.etag, ==, "\"1\"");
  g_assert_cmpstr(exchange.out.text, ==, "alpha");
  cc_str_done(&exchange.out);
  cc_arena_free(arena);
  ccd_public_cache_free(server.public_cache);
}

int
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/public-cache/kept", test_kept);
  g_test_add_func("/public-cache/changes", test_changes);
  g_test_add_func("/public-cache/lifetime", test_lifetime);
  g_test_add_func("/public-cache/capacity", test_capacity);
  g_test_add_func("/public-cache/one-asks", test_one_asks);
  g_test_add_func("/public-cache/reply", test_reply);
  return g_test_run();
}
