/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-scheduler.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/cc-time.h"
#include "server/engine/ccd-line.h"

/* The scheduler has one lock per class, held for a few dozen instructions. Invariant: a thread
 * of a class is idle only while no work in the line may begin, or while another thread waits for
 * the time at which work may begin. */

/* An idle thread; allocated on its stack. */
typedef struct idler {
  struct idler *below;
  pthread_cond_t wake;
  bool woken;
} idler;

typedef struct pool {
  ccd_scheduler *scheduler;
  ccd_class class;
  ccd_class_options options;
  pthread_t *threads;
  pthread_mutex_t lock; /* of all below */
  ccd_line line;
  idler *idle;  /* a stack, because the caches of the thread that became idle last are warm */
  bool watched; /* an idle thread will look for work again after CCD_BUSY_US */
  int n_threads;
  int waking; /* threads that were woken or started and have not looked for work yet */
  bool ends, refuses;
  uint64_t refused;
} pool;

struct ccd_scheduler {
  void (*started)(ccd_class class);
  pthread_condattr_t monotonic;
  pool pools[_CCD_CLASS_MAX];
};

const char *
ccd_class_name(ccd_class class)
{
  static const char *const names[_CCD_CLASS_MAX] = {
    [CCD_CLASS_NONE] = "none",
    [CCD_CLASS_ORDINARY] = "ordinary",
    [CCD_CLASS_READ] = "read",
    [CCD_CLASS_PUBLIC] = "public",
    [CCD_CLASS_PUBLIC_READ] = "public-read",
    [CCD_CLASS_SLOW] = "slow",
    [CCD_CLASS_PASSWORD] = "password",
    [CCD_CLASS_SELF] = "self",
  };
  return names[class];
}

/* --- threads --- */

static void *worker_thread(void *data);

/* Make one more thread look for work, if a thread is available. Called with the lock held. A
 * thread that finds work wakes the next one, so that the reading thread does not need a system
 * call for each request of a burst. */
static void
rouse_one(pool *self)
{
  if (self->waking > 0)
    return;
  idler *top = self->idle;
  if (top != NULL) {
    self->idle = top->below;
    top->woken = true;
    self->waking++;
    pthread_cond_signal(&top->wake);
  } else if (self->n_threads < self->options.threads && !self->ends &&
             pthread_create(&self->threads[self->n_threads], NULL, worker_thread, self) == 0) {
    self->n_threads++;
    self->waking++;
  }
}

static void
leave_idle(pool *self, const idler *mine)
{
  idler **at = &self->idle;
  while (*at != mine)
    at = &(*at)->below;
  *at = mine->below;
}

/* Wait until another thread wakes this one. One idle thread, the watching one, looks for work
 * again after a short time. */
static void
wait_idle(pool *self)
{
  idler mine = {.below = self->idle};
  bool watch = self->line.head != NULL && !self->watched;
  int64_t until = cc_time_monotonic() + CCD_BUSY_US;
  struct timespec deadline = {.tv_sec = until / CC_TIME_SECOND,
                              .tv_nsec = until % CC_TIME_SECOND * 1000};
  pthread_cond_init(&mine.wake, &self->scheduler->monotonic);
  self->idle = &mine;
  self->watched = self->watched || watch;
  int late = 0;
  while (!mine.woken && late == 0) {
    if (watch)
      late = pthread_cond_timedwait(&mine.wake, &self->lock, &deadline);
    else
      pthread_cond_wait(&mine.wake, &self->lock);
  }
  if (watch)
    self->watched = false;
  if (mine.woken)
    self->waking--;
  else
    leave_idle(self, &mine);
  pthread_cond_destroy(&mine.wake);
}

static void
run_works(pool *self, ccd_run *run)
{
  if (self->line.head != NULL && (ccd_line_ready(&self->line) || !self->watched))
    rouse_one(self);
  pthread_mutex_unlock(&self->lock);
  /* The callback may free the work or submit it again, so the work must not be used afterwards. */
  if (self->options.batch > 0)
    run->works[0]->run_many(run->works, run->n);
  else
    run->works[0]->run(run->works[0], /* refused= */ false);
  pthread_mutex_lock(&self->lock);
  ccd_line_end(&self->line, run);
}

static void *
worker_thread(void *data)
{
  pool *self = data;
  ccd_run run;
  char name[16];
  (void) snprintf(name, sizeof(name), "cc-%s", ccd_class_name(self->class));
  (void) pthread_setname_np(pthread_self(), name);
  if (self->scheduler->started != NULL)
    self->scheduler->started(self->class);
  pthread_mutex_lock(&self->lock);
  self->waking--;
  for (;;) {
    if (ccd_line_begin(&self->line, &run))
      run_works(self, &run);
    else if (self->ends)
      break;
    else
      wait_idle(self);
  }
  pthread_mutex_unlock(&self->lock);
  return NULL;
}

bool
ccd_scheduler_submit(ccd_scheduler *scheduler, ccd_class class, uint64_t key, ccd_work *work)
{
  pool *self = &scheduler->pools[class];
  work->since = cc_time_monotonic();
  pthread_mutex_lock(&self->lock);
  bool taken = !self->refuses && ccd_line_push(&self->line, key, work);
  if (taken && (!self->watched || ccd_line_ready(&self->line)))
    rouse_one(self);
  /* No thread could be started, so the work would never run: refuse it. */
  if (taken && self->n_threads == 0) {
    (void) ccd_line_take_older(&self->line, INT64_MAX);
    taken = false;
  }
  if (!taken)
    self->refused++;
  pthread_mutex_unlock(&self->lock);
  return taken;
}

/* --- refusing --- */

static void
refuse_older(pool *self, int64_t before)
{
  pthread_mutex_lock(&self->lock);
  ccd_work *taken = ccd_line_take_older(&self->line, before);
  for (const ccd_work *at = taken; at != NULL; at = at->next)
    self->refused++;
  pthread_mutex_unlock(&self->lock);
  while (taken != NULL) {
    ccd_work *work = taken;
    taken = work->next;
    work->run(work, /* refused= */ true);
  }
}

void
ccd_scheduler_expire(ccd_scheduler *scheduler)
{
  int64_t now = cc_time_monotonic();
  for (int class = CCD_CLASS_NONE + 1; class < _CCD_CLASS_MAX; class ++) {
    pool *self = &scheduler->pools[class];
    if (self->options.wait_us > 0)
      refuse_older(self, now - self->options.wait_us);
  }
}

void
ccd_scheduler_refuse(ccd_scheduler *scheduler)
{
  for (int class = CCD_CLASS_NONE + 1; class < _CCD_CLASS_MAX; class ++) {
    pool *self = &scheduler->pools[class];
    pthread_mutex_lock(&self->lock);
    self->refuses = true;
    pthread_mutex_unlock(&self->lock);
    refuse_older(self, INT64_MAX);
  }
}

/* --- begin and end --- */

static bool
pool_init(pool *self, ccd_scheduler *scheduler, ccd_class class, const ccd_class_options *options)
{
  self->scheduler = scheduler;
  self->class = class;
  self->options = *options;
  self->threads = calloc((size_t) options->threads, sizeof(*self->threads));
  pthread_mutex_init(&self->lock, NULL);
  return ccd_line_init(&self->line, &self->options) && self->threads != NULL;
}

cc_status
ccd_scheduler_new(const ccd_class_options options[static _CCD_CLASS_MAX],
                  void (*started)(ccd_class class),
                  ccd_scheduler **ret,
                  cc_error *reterr)
{
  ccd_scheduler *scheduler = calloc(1, sizeof(*scheduler));
  if (scheduler == NULL)
    return cc_fail_memory(reterr);
  scheduler->started = started;
  pthread_condattr_init(&scheduler->monotonic);
  pthread_condattr_setclock(&scheduler->monotonic, CLOCK_MONOTONIC);
  bool good = true;
  for (int class = CCD_CLASS_NONE + 1; class < _CCD_CLASS_MAX; class ++)
    good =
      pool_init(&scheduler->pools[class], scheduler, (ccd_class) class, &options[class]) && good;
  if (!good) {
    ccd_scheduler_free(scheduler);
    return cc_fail_memory(reterr);
  }
  *ret = scheduler;
  return CC_OK;
}

static void
pool_end(pool *self)
{
  pthread_mutex_lock(&self->lock);
  self->ends = true;
  for (idler *at = self->idle; at != NULL; at = at->below) {
    at->woken = true;
    self->waking++;
    pthread_cond_signal(&at->wake);
  }
  self->idle = NULL;
  int n = self->n_threads;
  pthread_mutex_unlock(&self->lock);
  for (int i = 0; i < n; i++)
    pthread_join(self->threads[i], NULL);
  pthread_mutex_destroy(&self->lock);
  free(self->threads);
  ccd_line_clear(&self->line);
}

void
ccd_scheduler_free(ccd_scheduler *scheduler)
{
  if (scheduler == NULL)
    return;
  ccd_scheduler_refuse(scheduler);
  for (int class = CCD_CLASS_NONE + 1; class < _CCD_CLASS_MAX; class ++)
    pool_end(&scheduler->pools[class]);
  pthread_condattr_destroy(&scheduler->monotonic);
  free(scheduler);
}

void
ccd_scheduler_stats(ccd_scheduler *scheduler, ccd_class class, ccd_class_stats *ret)
{
  pool *self = &scheduler->pools[class];
  pthread_mutex_lock(&self->lock);
  *ret = (ccd_class_stats){.threads = self->n_threads,
                           .running = self->line.running,
                           .waiting = self->line.waiting,
                           .refused = self->refused};
  pthread_mutex_unlock(&self->lock);
}
