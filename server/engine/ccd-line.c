/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-line.h"

#include <assert.h>
#include <stdlib.h>

#include "common/base/cc-time.h"

/* For this time after a push, the key counts as present. */
#define PRESENT_US (CC_TIME_SECOND / 10)

bool
ccd_line_init(ccd_line *line, const ccd_class_options *options)
{
  assert(options->threads > options->reserve && options->queue_max > 0);
  assert(options->batch <= CCD_BATCH_MAX);
  size_t batch = options->batch > 0 ? (size_t) options->batch : 1;
  size_t n = (size_t) options->queue_max + (size_t) options->threads * batch;
  *line = (ccd_line){.options = options, .keys = calloc(n, sizeof(*line->keys))};
  return line->keys != NULL;
}

void
ccd_line_clear(ccd_line *line)
{
  free(line->keys);
  line->keys = NULL;
}

/* --- queues by key --- */

static ccd_work_queue **
bucket_of(ccd_line *line, uint64_t key)
{
  return &line->buckets[(key * UINT64_C(0x9e3779b97f4a7c15)) >> 56];
}

/* Find or create the queue of a key. There are as many queues as requests can wait and run, so
 * one is always free. */
static ccd_work_queue *
key_get(ccd_line *line, uint64_t key)
{
  ccd_work_queue **bucket = bucket_of(line, key);
  for (ccd_work_queue *at = *bucket; at != NULL; at = at->chain) {
    if (at->key == key)
      return at;
  }
  ccd_work_queue *made = line->free_keys;
  if (made != NULL)
    line->free_keys = made->chain;
  else
    made =
      &line->keys[line->n_keys++]; /* memory that was never touched occupies no real memory yet */
  *made = (ccd_work_queue){.chain = *bucket, .key = key};
  *bucket = made;
  return made;
}

static void
key_put(ccd_line *line, ccd_work_queue *queue)
{
  if (queue->waiting > 0 || queue->running > 0)
    return;
  ccd_work_queue **at = bucket_of(line, queue->key);
  while (*at != queue)
    at = &(*at)->chain;
  *at = queue->chain;
  queue->chain = line->free_keys;
  line->free_keys = queue;
}

static void
enter_line(ccd_line *line, ccd_work *work)
{
  work->before = line->tail;
  work->after = NULL;
  if (line->tail != NULL)
    line->tail->after = work;
  else
    line->head = work;
  line->tail = work;
  work->queue->in_line++;
}

static void
leave_line(ccd_line *line, ccd_work *work)
{
  if (work->before != NULL)
    work->before->after = work->after;
  else
    line->head = work->after;
  if (work->after != NULL)
    work->after->before = work->before;
  else
    line->tail = work->before;
  work->queue->in_line--;
}

/* Take the next piece of work of a queue. The first one of a queue is also the first of its key
 * in the line. */
static ccd_work *
pop_work(ccd_line *line, ccd_work_queue *queue)
{
  ccd_work *work = queue->first, *held = queue->held;
  queue->first = work->next;
  queue->waiting--;
  line->waiting--;
  leave_line(line, work);
  if (held != NULL) {
    queue->held = held->next;
    enter_line(line, held);
  }
  return work;
}

bool
ccd_line_push(ccd_line *line, uint64_t key, ccd_work *work)
{
  if (key != line->last_key && line->n_keys > 0)
    line->mixed_until = work->since + PRESENT_US;
  line->last_key = key;
  if (line->waiting >= line->options->queue_max)
    return false;
  /* Refuse when the key has as many waiting pieces of work as there is free space. So n keys
   * that flood the class get 1 / (n + 1) of the space each, and there is always space for one
   * more key. */
  ccd_work_queue *queue = key_get(line, key);
  if (queue->waiting >= line->options->queue_max - line->waiting)
    return false;
  work->next = NULL;
  work->queue = queue;
  if (queue->waiting == 0)
    queue->first = work;
  else
    queue->last->next = work;
  queue->last = work;
  queue->waiting++;
  line->waiting++;
  if (queue->in_line < CCD_KEY_IN_LINE)
    enter_line(line, work);
  else if (queue->held == NULL)
    queue->held = work;
  return true;
}

/* --- choosing the next request --- */

/* Number of busy runs of a key; @queue NULL: of all keys. */
static int
count_busy(const ccd_line *line, const ccd_work_queue *queue, int64_t now)
{
  int n = 0;
  for (const ccd_run *at = line->runs; at != NULL; at = at->next)
    n += (queue == NULL || at->queues[0] == queue) && now <= at->began + CCD_BUSY_US;
  return n;
}

static bool
is_eligible(const ccd_line *line, const ccd_work_queue *queue)
{
  const ccd_class_options *options = line->options;
  bool all_full = options->busy > 0 && line->running >= options->busy;
  bool key_full = options->shared > 0 && queue->running >= options->shared;
  int64_t now = all_full || key_full ? cc_time_monotonic() : 0;
  if (all_full && count_busy(line, NULL, now) >= options->busy)
    return false;
  if (queue->running == 0)
    return true;
  if (line->running >= options->threads - options->reserve)
    return false;
  return !key_full || now > line->mixed_until || count_busy(line, queue, now) < options->shared;
}

/* Return the queue whose first piece of work is next in the line and may begin. NULL: none. */
static ccd_work_queue *
next_queue(const ccd_line *line)
{
  for (const ccd_work *at = line->head; at != NULL; at = at->after) {
    if (is_eligible(line, at->queue))
      return at->queue;
  }
  return NULL;
}

bool
ccd_line_ready(const ccd_line *line)
{
  return next_queue(line) != NULL;
}

bool
ccd_line_begin(ccd_line *line, ccd_run *run)
{
  size_t most = line->options->batch > 0 ? (size_t) line->options->batch : 1;
  ccd_work_queue *queue = next_queue(line);
  run->n = 0;
  for (; queue != NULL && run->n < most; queue = run->n < most ? next_queue(line) : NULL) {
    run->queues[run->n] = queue;
    run->works[run->n++] = pop_work(line, queue);
    queue->running++;
  }
  if (run->n == 0)
    return false;
  run->began = cc_time_monotonic();
  run->next = line->runs;
  line->runs = run;
  line->running++;
  return true;
}

void
ccd_line_end(ccd_line *line, ccd_run *run)
{
  ccd_run **at = &line->runs;
  while (*at != run)
    at = &(*at)->next;
  *at = run->next;
  line->running--;
  for (size_t i = 0; i < run->n; i++) {
    run->queues[i]->running--;
    key_put(line, run->queues[i]);
  }
}

ccd_work *
ccd_line_take_older(ccd_line *line, int64_t before)
{
  ccd_work *taken = NULL;
  for (size_t bucket = 0; bucket < CCD_LINE_BUCKETS && line->waiting > 0; bucket++) {
    ccd_work_queue *next = NULL;
    for (ccd_work_queue *queue = line->buckets[bucket]; queue != NULL; queue = next) {
      next = queue->chain;
      while (queue->waiting > 0 && queue->first->since < before) {
        ccd_work *work = pop_work(line, queue);
        work->next = taken;
        taken = work;
      }
      key_put(line, queue);
    }
  }
  return taken;
}
