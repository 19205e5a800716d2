/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "server/data/ccd-redis-private.h"

/* The client for Redis. The first command that fails marks the whole client as disconnected, so
 * that no other thread waits for a Redis that does not answer. One thread holds the subscription
 * to revocations; the client counts as connected while this subscription works. */

#define CHANNEL "cc:revoke"
#define RETRY_MS 200
#define PING_MS 5000
#define SLOT_WAIT_MS 50

typedef struct ccd_slot {
  redisContext *context; /* NULL: not connected */
  unsigned generation;
} ccd_slot;

struct ccd_redis {
  ccd_redis_place place;
  atomic_bool up, closing;
  atomic_uint generation; /* incremented at each disconnect */
  int wake;               /* eventfd that wakes the thread */
  pthread_t thread;
  bool thread_runs;

  ccd_slot *slots;
  int n_slots;
  pthread_mutex_t lock; /* guards the following members */
  pthread_cond_t freed;
  ccd_slot **free;
  int n_free;
  ccd_redis_revoked_cb *callback;
  void *callback_data;
};

bool
ccd_redis_up(const ccd_redis *redis)
{
  return atomic_load(&redis->up);
}

static void
wake_thread(ccd_redis *redis)
{
  uint64_t one = 1;
  while (write(redis->wake, &one, sizeof(one)) < 0 && errno == EINTR)
    ;
}

static void
mark_disconnected(ccd_redis *redis, unsigned generation)
{
  pthread_mutex_lock(&redis->lock);
  if (generation == atomic_load(&redis->generation)) {
    atomic_fetch_add(&redis->generation, 1);
    atomic_store(&redis->up, false);
    pthread_cond_broadcast(&redis->freed);
    wake_thread(redis);
  }
  pthread_mutex_unlock(&redis->lock);
}

static void
drop_context(ccd_slot *slot)
{
  if (slot->context != NULL)
    redisFree(slot->context);
  slot->context = NULL;
}

/* Take a slot from the list of free slots. Called with the lock held. */
static ccd_slot *
pop_slot(ccd_redis *redis)
{
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += SLOT_WAIT_MS * 1000000L;
  if (until.tv_nsec >= 1000000000L) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000L;
  }
  int result = 0;
  while (redis->n_free == 0 && ccd_redis_up(redis) && result != ETIMEDOUT)
    result = pthread_cond_timedwait(&redis->freed, &redis->lock, &until);
  return redis->n_free > 0 && ccd_redis_up(redis) ? redis->free[--redis->n_free] : NULL;
}

static void
give_slot(ccd_redis *redis, ccd_slot *slot)
{
  pthread_mutex_lock(&redis->lock);
  redis->free[redis->n_free++] = slot;
  pthread_cond_signal(&redis->freed);
  pthread_mutex_unlock(&redis->lock);
}

/* Take a connected slot. NULL at once when Redis is unavailable. */
static ccd_slot *
take_slot(ccd_redis *redis)
{
  if (!ccd_redis_up(redis))
    return NULL;
  pthread_mutex_lock(&redis->lock);
  ccd_slot *slot = pop_slot(redis);
  pthread_mutex_unlock(&redis->lock);
  if (slot == NULL)
    return NULL;

  unsigned generation = atomic_load(&redis->generation);
  if (slot->generation != generation)
    drop_context(slot);
  if (slot->context != NULL)
    return slot;
  slot->generation = generation;
  slot->context = ccd_redis_connect(&redis->place);
  if (slot->context != NULL)
    return slot;
  mark_disconnected(redis, generation);
  give_slot(redis, slot);
  return NULL;
}

/* Read the next reply of the pipeline; NULL: the connection is unusable. The caller frees the
 * reply. */
static redisReply *
next_reply(redisContext *context)
{
  void *reply = NULL;
  if (redisGetReply(context, &reply) != REDIS_OK)
    return NULL;
  return reply;
}

static void
return_slot(ccd_redis *redis, ccd_slot *slot, bool broken)
{
  if (broken) {
    drop_context(slot);
    mark_disconnected(redis, slot->generation);
  }
  give_slot(redis, slot);
}

/* Queue the commands of one request; returns the number of expected replies, or -1. */
static int
append_commands(redisContext *context, const ccd_redis_ask *ask)
{
  int n = 0, bad = 0;
  if (ask->get != NULL) {
    bad |= redisAppendCommand(context, "GET %b", ask->get, strlen(ask->get));
    n++;
  }
  if (ask->count != NULL) {
    size_t length = strlen(ask->count);
    /* Create the counter with its expiry if it does not exist (NX), then increment it; INCRBY
     * does not change the expiry. */
    if (ask->count_ttl_s > 0) {
      bad |= redisAppendCommand(context, "SET %b 0 EX %d NX", ask->count, length, ask->count_ttl_s);
      n++;
    }
    bad |=
      redisAppendCommand(context, "INCRBY %b %lld", ask->count, length, (long long) ask->count_by);
    n++;
  }
  return bad == REDIS_OK ? n : -1;
}

static cc_status
take_reply(const redisReply *reply, bool is_get, cc_arena *arena, ccd_redis_answer *ret)
{
  if (reply->type == REDIS_REPLY_ERROR)
    return CC_ERR_UNAVAILABLE;
  if (reply->type == REDIS_REPLY_INTEGER)
    ret->counted = reply->integer;
  if (!is_get || reply->type != REDIS_REPLY_STRING)
    return CC_OK;
  char *value = cc_arena_text(arena, reply->len + 1);
  if (value == NULL)
    return CC_ERR_NO_MEMORY;
  memcpy(value, reply->str, reply->len);
  value[reply->len] = '\0';
  ret->value = value;
  ret->value_length = reply->len;
  return CC_OK;
}

cc_status
ccd_redis_request(ccd_redis *redis,
                  const ccd_redis_ask *ask,
                  cc_arena *arena,
                  ccd_redis_answer *ret)
{
  ccd_slot *slot = take_slot(redis);
  if (slot == NULL)
    return CC_ERR_UNAVAILABLE;

  ccd_redis_answer answer = {.value = NULL};
  cc_status status = CC_OK;
  int n = append_commands(slot->context, ask);
  bool broken = n < 0;
  for (int i = 0; i < n && !broken; i++) {
    redisReply *reply = next_reply(slot->context);
    broken =
      reply == NULL || (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "LOADING", 7) == 0);
    cc_status one =
      broken ? CC_ERR_UNAVAILABLE : take_reply(reply, i == 0 && ask->get != NULL, arena, &answer);
    if (status == CC_OK)
      status = one;
    if (reply != NULL)
      freeReplyObject(reply);
  }
  return_slot(redis, slot, broken);
  if (broken || status != CC_OK)
    return broken ? CC_ERR_UNAVAILABLE : status;
  *ret = answer;
  return CC_OK;
}

cc_status
ccd_redis_count_all(ccd_redis *redis, const ccd_redis_ask *asks, size_t n)
{
  ccd_slot *slot = take_slot(redis);
  if (slot == NULL)
    return CC_ERR_UNAVAILABLE;
  int replies = 0;
  bool broken = false, refused = false;
  for (size_t i = 0; i < n && !broken; i++) {
    int appended = append_commands(slot->context, &asks[i]);
    broken = appended < 0;
    replies += appended;
  }
  for (int i = 0; i < replies && !broken; i++) {
    redisReply *reply = next_reply(slot->context);
    broken = reply == NULL;
    refused = refused || broken || reply->type == REDIS_REPLY_ERROR;
    if (reply != NULL)
      freeReplyObject(reply);
  }
  return_slot(redis, slot, broken);
  return broken || refused ? CC_ERR_UNAVAILABLE : CC_OK;
}

/* Send the one command that was appended to the slot and read its reply. */
static bool
finish_one(ccd_redis *redis, ccd_slot *slot, int appended)
{
  redisReply *reply = appended == REDIS_OK ? next_reply(slot->context) : NULL;
  bool good = reply != NULL && reply->type != REDIS_REPLY_ERROR;
  return_slot(redis, slot, /* broken= */ reply == NULL);
  if (reply != NULL)
    freeReplyObject(reply);
  return good;
}

bool
ccd_redis_set(ccd_redis *redis, const char *key, const char *value, size_t length, int ttl_s)
{
  ccd_slot *slot = take_slot(redis);
  if (slot == NULL)
    return false;
  int appended =
    redisAppendCommand(slot->context, "SET %b %b EX %d", key, strlen(key), value, length, ttl_s);
  return finish_one(redis, slot, appended);
}

bool
ccd_redis_delete(ccd_redis *redis, const char *key)
{
  ccd_slot *slot = take_slot(redis);
  if (slot == NULL)
    return false;
  return finish_one(redis, slot, redisAppendCommand(slot->context, "DEL %b", key, strlen(key)));
}

static void
report_revoked_key(ccd_redis *redis, const char *key)
{
  pthread_mutex_lock(&redis->lock);
  ccd_redis_revoked_cb *callback = redis->callback;
  void *data = redis->callback_data;
  pthread_mutex_unlock(&redis->lock);
  if (callback != NULL)
    callback(data, key);
}

void
ccd_redis_revoke(ccd_redis *redis, const char *key)
{
  /* Call this process's own callback directly, because the message may not come back through
   * Redis. Other processes receive the message, or drop all cached sessions when they reconnect. */
  report_revoked_key(redis, key);
  ccd_slot *slot = take_slot(redis);
  if (slot == NULL)
    return;
  int appended = redisAppendCommand(slot->context, "PUBLISH %s %b", CHANNEL, key, strlen(key));
  (void) finish_one(redis, slot, appended);
}

void
ccd_redis_on_revoke(ccd_redis *redis, ccd_redis_revoked_cb *callback, void *data)
{
  pthread_mutex_lock(&redis->lock);
  redis->callback = callback;
  redis->callback_data = data;
  pthread_mutex_unlock(&redis->lock);
}

/* Sleep for @ms or until the thread is woken. */
static void
sleep_until_woken(ccd_redis *redis, int ms)
{
  struct pollfd wait = {.fd = redis->wake, .events = POLLIN};
  uint64_t count = 0;
  if (poll(&wait, 1, ms) > 0)
    (void) !read(redis->wake, &count, sizeof(count));
}

static redisContext *
subscribe_channel(ccd_redis *redis)
{
  redisContext *context = ccd_redis_connect(&redis->place);
  if (context == NULL)
    return NULL;
  redisReply *reply = NULL;
  if (redisAppendCommand(context, "SUBSCRIBE %s", CHANNEL) == REDIS_OK)
    reply = next_reply(context);
  bool good = reply != NULL && reply->type == REDIS_REPLY_ARRAY;
  if (reply != NULL)
    freeReplyObject(reply);
  if (good)
    return context;
  redisFree(context);
  return NULL;
}

/* Deliver every complete message that has arrived. False: the data is not Redis protocol. */
static bool
read_messages(ccd_redis *redis, redisContext *context)
{
  if (redisBufferRead(context) != REDIS_OK)
    return false;
  for (;;) {
    void *next = NULL;
    if (redisGetReplyFromReader(context, &next) != REDIS_OK)
      return false;
    redisReply *reply = next;
    if (reply == NULL)
      return true;
    if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
        reply->element[0]->type == REDIS_REPLY_STRING &&
        strcmp(reply->element[0]->str, "message") == 0 &&
        reply->element[2]->type == REDIS_REPLY_STRING)
      report_revoked_key(redis, reply->element[2]->str);
    freeReplyObject(reply);
  }
}

static bool
send_ping(redisContext *context)
{
  int done = 0;
  if (redisAppendCommand(context, "PING") != REDIS_OK)
    return false;
  while (!done) {
    if (redisBufferWrite(context, &done) != REDIS_OK)
      return false;
  }
  return true;
}

/* Serve the subscription until the client disconnects or closes. A dead connection that looks
 * open is detected by a ping without reply. */
static void
listen_on(ccd_redis *redis, redisContext *context)
{
  bool asked = false;
  while (ccd_redis_up(redis) && !atomic_load(&redis->closing)) {
    struct pollfd wait[] = {{.fd = context->fd, .events = POLLIN},
                            {.fd = redis->wake, .events = POLLIN}};
    int n = poll(wait, CC_N(wait), PING_MS);
    if (n < 0 && errno == EINTR)
      continue;
    if (wait[1].revents != 0)
      sleep_until_woken(redis, 0);
    bool good = n >= 0;
    if (n == 0) {
      good = !asked && send_ping(context);
      asked = true;
    } else if (good && wait[0].revents != 0) {
      good = read_messages(redis, context);
      asked = false;
    }
    if (!good)
      mark_disconnected(redis, atomic_load(&redis->generation));
  }
}

static void *
redis_thread(void *data)
{
  ccd_redis *redis = data;
  while (!atomic_load(&redis->closing)) {
    redisContext *context = subscribe_channel(redis);
    if (context == NULL) {
      sleep_until_woken(redis, RETRY_MS);
      continue;
    }
    /* This order is required, so that no revocation is missed: subscribe, drop everything that may
     * be outdated, then count as connected. */
    report_revoked_key(redis, /* key= */ NULL);
    atomic_store(&redis->up, true);
    listen_on(redis, context);
    redisFree(context);
  }
  return NULL;
}

static cc_status
start_redis(ccd_redis *redis, const char *url, int connections, cc_error *reterr)
{
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&redis->lock, NULL);
  pthread_cond_init(&redis->freed, &attributes);
  pthread_condattr_destroy(&attributes);
  redis->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (redis->wake < 0)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "no_descriptor",
                   "Cannot make an eventfd: no file descriptor is free.");
  if (url == NULL || url[0] == '\0')
    return CC_OK;

  cc_status status = ccd_redis_place_read(url, &redis->place, reterr);
  if (status != CC_OK)
    return status;
  redis->n_slots = connections > 0 ? connections : 1;
  redis->slots = calloc((size_t) redis->n_slots, sizeof(*redis->slots));
  redis->free = calloc((size_t) redis->n_slots, sizeof(ccd_slot *));
  if (redis->slots == NULL || redis->free == NULL)
    return cc_fail_memory(reterr);
  for (int i = 0; i < redis->n_slots; i++)
    redis->free[redis->n_free++] = &redis->slots[i];
  if (pthread_create(&redis->thread, NULL, redis_thread, redis) != 0)
    return cc_fail(reterr, CC_ERR_INTERNAL, "no_thread", "Cannot start a thread.");
  redis->thread_runs = true;
  return CC_OK;
}

cc_status
ccd_redis_open(const char *url, int connections, ccd_redis **ret, cc_error *reterr)
{
  ccd_redis *redis = calloc(1, sizeof(*redis));
  if (redis == NULL)
    return cc_fail_memory(reterr);
  cc_status status = start_redis(redis, url, connections, reterr);
  if (status != CC_OK) {
    ccd_redis_close(redis);
    return status;
  }
  *ret = redis;
  return CC_OK;
}

void
ccd_redis_close(ccd_redis *redis)
{
  if (redis == NULL)
    return;
  atomic_store(&redis->closing, true);
  if (redis->thread_runs) {
    wake_thread(redis);
    pthread_join(redis->thread, NULL);
  }
  for (int i = 0; redis->slots != NULL && i < redis->n_slots; i++)
    drop_context(&redis->slots[i]);
  if (redis->wake >= 0)
    (void) close(redis->wake);
  free(redis->slots);
  free(redis->free);
  ccd_redis_place_done(&redis->place);
  pthread_cond_destroy(&redis->freed);
  pthread_mutex_destroy(&redis->lock);
  free(redis);
}
