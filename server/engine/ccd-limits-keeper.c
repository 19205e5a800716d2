/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-limits-keeper.h"

#include <pthread.h>
#include <stdlib.h>

#include "server/engine/ccd-log.h"

/* The keeper: a thread that returns unused leases to Redis. Without it, requests that several
 * processes have leased for the same client and not used would be lost to that client. */

#define IDLE_US (3 * CC_TIME_SECOND)
#define EVERY_US CC_TIME_SECOND
#define BATCH 256 /* leases returned in one round trip */

struct ccd_limits_keeper {
  ccd_limits *limits;
  ccd_redis *redis;
  pthread_t thread;
  pthread_mutex_t lock; /* guards the following members */
  pthread_cond_t wake;
  bool stopping;
};

static void
give_back(const ccd_limits_keeper *self, int64_t idle_us)
{
  ccd_lease leases[BATCH];
  ccd_redis_ask asks[BATCH];
  size_t at = 0;
  while (ccd_redis_up(self->redis)) {
    size_t n = ccd_limits_collect(self->limits, idle_us, &at, leases, BATCH);
    if (n == 0)
      return;
    for (size_t i = 0; i < n; i++)
      asks[i] = (ccd_redis_ask){.count = leases[i].key,
                                .count_by = leases[i].amount,
                                .count_ttl_s = leases[i].ttl_s};
    if (ccd_redis_count_all(self->redis, asks, n) != CC_OK)
      ccd_log(CCD_WARNING, "limits.leases_lost", CCD_NUMBER("leases", n));
  }
}

static void *
keeper_thread(void *data)
{
  ccd_limits_keeper *self = data;
  pthread_mutex_lock(&self->lock);
  while (!self->stopping) {
    int64_t next = cc_time_monotonic() + EVERY_US;
    struct timespec until = {.tv_sec = next / CC_TIME_SECOND,
                             .tv_nsec = next % CC_TIME_SECOND * 1000};
    (void) pthread_cond_timedwait(&self->wake, &self->lock, &until);
    pthread_mutex_unlock(&self->lock);
    give_back(self, IDLE_US);
    pthread_mutex_lock(&self->lock);
  }
  pthread_mutex_unlock(&self->lock);
  give_back(self, /* idle_us= */ 0);
  return NULL;
}

static void
keeper_free(ccd_limits_keeper *self)
{
  pthread_mutex_destroy(&self->lock);
  pthread_cond_destroy(&self->wake);
  free(self);
}

cc_status
ccd_limits_keep(ccd_limits *limits, ccd_redis *redis, ccd_limits_keeper **ret, cc_error *reterr)
{
  ccd_limits_keeper *self = calloc(1, sizeof(*self));
  if (self == NULL)
    return cc_fail_memory(reterr);
  self->limits = limits;
  self->redis = redis;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&self->lock, NULL);
  pthread_cond_init(&self->wake, &attributes);
  pthread_condattr_destroy(&attributes);
  if (pthread_create(&self->thread, NULL, keeper_thread, self) != 0) {
    keeper_free(self);
    return cc_fail(reterr, CC_ERR_INTERNAL, "no_thread", "Cannot start a thread.");
  }
  *ret = self;
  return CC_OK;
}

void
ccd_limits_keeper_stop(ccd_limits_keeper *self)
{
  if (self == NULL)
    return;
  pthread_mutex_lock(&self->lock);
  self->stopping = true;
  pthread_cond_signal(&self->wake);
  pthread_mutex_unlock(&self->lock);
  pthread_join(self->thread, NULL);
  keeper_free(self);
}
