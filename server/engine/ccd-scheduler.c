/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-scheduler.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/cc-time.h"

/* One lock per class, held for some dozens of instructions. The invariant: a thread is idle only
 * while no work in the line is eligible. A work is eligible when nothing of its key runs, or when more
 * threads than the reserve are free and its key has not got its share. (That other keys stop
 * submitting makes works eligible as well. No thread needs to be woken then: such a work's key has
 * running works, and the thread that ends one of them looks again.)
 *
 * Works are served as they came, but a key has KEY_IN_LINE works in the line at most; each of its
 * further works enters when one of its works leaves. So ordinary load is served in its order, and
 * a flood of one key makes another key wait for KEY_IN_LINE works and no more. (A strict turn per
 * key makes the second of two works of a key wait for all other keys: with 256 connections of 200
 * organizations the slowest hundredth waited three times as long.) */

#define BUCKETS 256 /* power of two */
#define KEY_IN_LINE 4

/* For so long a key counts as present after a submit. */
#define PRESENT_US (CC_TIME_SECOND / 10)

/* The works of one key that wait, and how many run. Exists while there are any. */
typedef struct ccd_work_queue {
  struct ccd_work_queue *chain; /* of its bucket, or of the free ones */
  uint64_t key;
  ccd_work *first, *last;
  ccd_work *held; /* the first that is not in the line; NULL: all are */
  int waiting, in_line, running;
} key_queue;

/* A thread without work; lives on its stack. */
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
  key_queue *keys, *free_keys;
  size_t n_keys; /* of keys that were used ever */
  key_queue *buckets[BUCKETS];
  ccd_work *head, *tail; /* the line: works in the order in which they are served */
  idler *idle;           /* the last one to become idle is on top: its caches are warm */
  uint64_t last_key;     /* of the last submit */
  int64_t mixed_until;   /* works of several keys were submitted shortly before */
  int n_threads, running, waiting;
  int waking; /* threads that were woken or started and have not looked for work yet */
  bool ends, refuses;
  uint64_t refused;
} pool;

struct ccd_scheduler {
  void (*started)(ccd_class class);
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

/* --- queues, with the lock held --- */

static key_queue **
bucket_of(pool *self, uint64_t key)
{
  return &self->buckets[(key * UINT64_C(0x9e3779b97f4a7c15)) >> 56];
}

/* There are as many as works can wait and run, so one is always free. */
static key_queue *
key_get(pool *self, uint64_t key)
{
  key_queue **bucket = bucket_of(self, key);
  for (key_queue *at = *bucket; at != NULL; at = at->chain) {
    if (at->key == key)
      return at;
  }
  key_queue *made = self->free_keys;
  if (made != NULL)
    self->free_keys = made->chain;
  else
    made = &self->keys[self->n_keys++]; /* memory that was not touched is not there yet */
  *made = (key_queue){.chain = *bucket, .key = key};
  *bucket = made;
  return made;
}

static void
key_put(pool *self, key_queue *queue)
{
  if (queue->waiting > 0 || queue->running > 0)
    return;
  key_queue **at = bucket_of(self, queue->key);
  while (*at != queue)
    at = &(*at)->chain;
  *at = queue->chain;
  queue->chain = self->free_keys;
  self->free_keys = queue;
}

static void
line_add(pool *self, ccd_work *work)
{
  work->before = self->tail;
  work->after = NULL;
  if (self->tail != NULL)
    self->tail->after = work;
  else
    self->head = work;
  self->tail = work;
  work->queue->in_line++;
}

static void
line_remove(pool *self, ccd_work *work)
{
  if (work->before != NULL)
    work->before->after = work->after;
  else
    self->head = work->after;
  if (work->after != NULL)
    work->after->before = work->before;
  else
    self->tail = work->before;
  work->queue->in_line--;
}

static bool
is_eligible(const pool *self, const key_queue *queue)
{
  const ccd_class_options *options = &self->options;
  if (queue->running == 0)
    return true;
  if (self->running >= options->threads - options->reserve)
    return false;
  return options->shared == 0 || queue->running < options->shared ||
         cc_time_monotonic() > self->mixed_until;
}

/* The queue whose first work is the next in the line. NULL: nothing waits that may run. */
static key_queue *
next_queue(const pool *self)
{
  for (const ccd_work *at = self->head; at != NULL; at = at->after) {
    if (is_eligible(self, at->queue))
      return at->queue;
  }
  return NULL;
}

/* The first work of a queue is the first of its key in the line, too. */
static ccd_work *
pop_work(pool *self, key_queue *queue)
{
  ccd_work *work = queue->first;
  queue->first = work->next;
  queue->waiting--;
  self->waiting--;
  line_remove(self, work);
  ccd_work *held = queue->held;
  if (held != NULL) {
    queue->held = held->next;
    line_add(self, held);
  }
  return work;
}

static void
push_work(pool *self, key_queue *queue, ccd_work *work)
{
  work->next = NULL;
  work->queue = queue;
  if (queue->waiting == 0)
    queue->first = work;
  else
    queue->last->next = work;
  queue->last = work;
  queue->waiting++;
  self->waiting++;
  if (queue->in_line < KEY_IN_LINE)
    line_add(self, work);
  else if (queue->held == NULL)
    queue->held = work;
}

/* --- threads --- */

static void *worker_thread(void *data);

/* With the lock held: see that a thread looks for work, when one can be had. One at a time: a
 * thread that found work wakes the next one, so a burst does not cost its reader a system call for
 * each request. */
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
wait_idle(pool *self)
{
  idler mine = {.below = self->idle};
  pthread_cond_init(&mine.wake, NULL);
  self->idle = &mine;
  while (!mine.woken)
    pthread_cond_wait(&mine.wake, &self->lock);
  pthread_cond_destroy(&mine.wake);
  self->waking--;
}

static void
run_works(pool *self, key_queue *queue)
{
  ccd_work *works[CCD_BATCH_MAX];
  key_queue *queues[CCD_BATCH_MAX];
  size_t n = 0, most = self->options.batch > 0 ? (size_t) self->options.batch : 1;
  for (; queue != NULL && n < most; queue = n < most ? next_queue(self) : NULL) {
    queues[n] = queue;
    works[n++] = pop_work(self, queue);
    queue->running++;
  }
  self->running++;
  if (self->head != NULL && next_queue(self) != NULL)
    rouse_one(self);
  pthread_mutex_unlock(&self->lock);
  /* The works are their owners' again. */
  if (self->options.batch > 0)
    works[0]->run_many(works, n);
  else
    works[0]->run(works[0], /* refused= */ false);
  pthread_mutex_lock(&self->lock);
  self->running--;
  for (size_t i = 0; i < n; i++) {
    queues[i]->running--;
    key_put(self, queues[i]);
  }
}

static void *
worker_thread(void *data)
{
  pool *self = data;
  char name[16];
  (void) snprintf(name, sizeof(name), "cc-%s", ccd_class_name(self->class));
  (void) pthread_setname_np(pthread_self(), name);
  if (self->scheduler->started != NULL)
    self->scheduler->started(self->class);
  pthread_mutex_lock(&self->lock);
  self->waking--;
  for (;;) {
    key_queue *queue = next_queue(self);
    if (queue != NULL)
      run_works(self, queue);
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
  bool room = !self->refuses && self->waiting < self->options.queue_max;
  if (key != self->last_key && self->n_keys > 0)
    self->mixed_until = work->since + PRESENT_US;
  self->last_key = key;
  key_queue *queue = room ? key_get(self, key) : NULL;
  if (queue != NULL && queue->waiting >= (self->options.queue_max + 1) / 2)
    queue = NULL;
  if (queue != NULL) {
    push_work(self, queue, work);
    if (is_eligible(self, queue))
      rouse_one(self);
    /* Without any thread the work would wait for ever. */
    if (self->n_threads == 0) {
      (void) pop_work(self, queue);
      key_put(self, queue);
      queue = NULL;
    }
  }
  if (queue == NULL)
    self->refused++;
  pthread_mutex_unlock(&self->lock);
  return queue != NULL;
}

/* --- refusing --- */

/* With the lock held: take out what was submitted before @before, as a list. */
static ccd_work *
take_older(pool *self, int64_t before)
{
  ccd_work *taken = NULL;
  for (size_t bucket = 0; bucket < BUCKETS && self->waiting > 0; bucket++) {
    key_queue *next = NULL;
    for (key_queue *queue = self->buckets[bucket]; queue != NULL; queue = next) {
      next = queue->chain;
      while (queue->waiting > 0 && queue->first->since < before) {
        ccd_work *work = pop_work(self, queue);
        work->next = taken;
        taken = work;
        self->refused++;
      }
      key_put(self, queue);
    }
  }
  return taken;
}

static void
refuse_older(pool *self, int64_t before)
{
  pthread_mutex_lock(&self->lock);
  ccd_work *taken = take_older(self, before);
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
  assert(options->threads > options->reserve && options->queue_max > 0);
  assert(options->batch <= CCD_BATCH_MAX);
  int at_once = options->threads * (options->batch > 0 ? options->batch : 1);
  size_t n = (size_t) (options->queue_max + at_once);
  self->keys = calloc(n, sizeof(*self->keys));
  self->threads = calloc((size_t) options->threads, sizeof(*self->threads));
  pthread_mutex_init(&self->lock, NULL);
  return self->keys != NULL && self->threads != NULL;
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
  free(self->keys);
}

void
ccd_scheduler_free(ccd_scheduler *scheduler)
{
  if (scheduler == NULL)
    return;
  ccd_scheduler_refuse(scheduler);
  for (int class = CCD_CLASS_NONE + 1; class < _CCD_CLASS_MAX; class ++)
    pool_end(&scheduler->pools[class]);
  free(scheduler);
}

void
ccd_scheduler_stats(ccd_scheduler *scheduler, ccd_class class, ccd_class_stats *ret)
{
  pool *self = &scheduler->pools[class];
  pthread_mutex_lock(&self->lock);
  *ret = (ccd_class_stats){.threads = self->n_threads,
                           .running = self->running,
                           .waiting = self->waiting,
                           .refused = self->refused};
  pthread_mutex_unlock(&self->lock);
}
