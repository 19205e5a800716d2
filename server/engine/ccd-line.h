/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/engine/ccd-scheduler.h"

/* The waiting work of one class of the scheduler: its order, and which piece of work may begin.
 * Not thread-safe.
 *
 * Work is served in order of arrival, but a key has at most CCD_KEY_IN_LINE pieces of work in
 * the line; each further piece enters when one of these leaves. So ordinary load is served in
 * order, and a flood of one key delays another key by that many pieces at most. (With a strict
 * turn for each key, the second piece of a key would wait for all other keys: with 256
 * connections of 200 organizations, the slowest hundredth waited three times as long.) */

#define CCD_KEY_IN_LINE 4

/* Work that has run for longer than this is assumed to wait, for example for a lock. It does not
 * count as busy, because it uses no core. */
#define CCD_BUSY_US 10000

#define CCD_LINE_BUCKETS 256 /* power of two */

/* Queue of one key: its waiting requests, and the number of running ones. Exists while the key
 * has waiting or running requests. */
typedef struct ccd_work_queue {
  struct ccd_work_queue *chain; /* next in the hash bucket, or in the list of free queues */
  uint64_t key;
  ccd_work *first, *last;
  ccd_work *held; /* the key's first piece of work that is not in the line yet; NULL: none */
  int waiting, in_line, running;
} ccd_work_queue;

/* The work that one thread runs; allocated on the thread's stack. */
typedef struct ccd_run {
  struct ccd_run *next;
  ccd_work *works[CCD_BATCH_MAX];
  ccd_work_queue *queues[CCD_BATCH_MAX]; /* of each work */
  size_t n;
  int64_t began;
} ccd_run;

/* A line. Other files may read .waiting, .running and .head; the rest is private to ccd-line.c. */
typedef struct ccd_line {
  const ccd_class_options *options;
  ccd_work *head, *tail; /* works in the order in which they are served */
  int waiting; /* number of pieces of work, including those that are not in the line yet */
  int running; /* number of runs that have begun and not ended */
  ccd_work_queue *keys, *free_keys;
  size_t n_keys; /* number of queues that were ever used */
  ccd_work_queue *buckets[CCD_LINE_BUCKETS];
  ccd_run *runs;
  uint64_t last_key;   /* key of the last push */
  int64_t mixed_until; /* until this time work of several keys counts as arriving mixed */
} ccd_line;

/* @options: owned by the caller and must stay valid. False: memory is exhausted. */
bool ccd_line_init(ccd_line *line, const ccd_class_options *options) CC_MUSTCHECK;

void ccd_line_clear(ccd_line *line);

/* Append work to the queue of its key; @work.since must be the current time. False: too many
 * pieces of work of the line or of the key are waiting. */
bool ccd_line_push(ccd_line *line, uint64_t key, ccd_work *work) CC_MUSTCHECK;

/* May a waiting piece of work begin now? The answer can become true by the passing of time
 * alone. */
bool ccd_line_ready(const ccd_line *line);

/* Move the next piece of work, and as many of its .batch as may begin, into @run. False: none
 * may begin. */
bool ccd_line_begin(ccd_line *line, ccd_run *run);

/* Report that the work of a run is done. */
void ccd_line_end(ccd_line *line, ccd_run *run);

/* Remove the work that was pushed before @before; returns it as a list linked by .next. */
ccd_work *ccd_line_take_older(ccd_line *line, int64_t before);
