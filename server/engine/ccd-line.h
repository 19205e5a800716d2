/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/engine/ccd-scheduler.h"

/* The works of one class of the scheduler that wait: in which order they are served, and which of
 * them may begin. For one thread at a time.
 *
 * Works are served as they came, but a key has CCD_KEY_IN_LINE works in the line at most; each of
 * its further works enters when one of its works leaves. So ordinary load is served in its order,
 * and a flood of one key makes another key wait for that many works and no more. (A strict turn per
 * key makes the second of two works of a key wait for all other keys: with 256 connections of 200
 * organizations the slowest hundredth waited three times as long.) */

#define CCD_KEY_IN_LINE 4

/* A work that began longer ago waits for something, such as a lock, and does not use a core that
 * others need: it does not count as busy. */
#define CCD_BUSY_US 10000

#define CCD_LINE_BUCKETS 256 /* power of two */

/* The works of one key that wait, and how many run. Exists while there are any. */
typedef struct ccd_work_queue {
  struct ccd_work_queue *chain; /* of its bucket, or of the free ones */
  uint64_t key;
  ccd_work *first, *last;
  ccd_work *held; /* the first that is not in the line; NULL: all are */
  int waiting, in_line, running;
} ccd_work_queue;

/* What a thread does; lives on its stack. */
typedef struct ccd_run {
  struct ccd_run *next;
  ccd_work *works[CCD_BATCH_MAX];
  ccd_work_queue *queues[CCD_BATCH_MAX]; /* of each work */
  size_t n;
  int64_t began;
} ccd_run;

/* .waiting, .running and .head may be read; the rest is ccd-line.c's. */
typedef struct ccd_line {
  const ccd_class_options *options;
  ccd_work *head, *tail; /* works in the order in which they are served */
  int waiting;           /* works, those that are not in the line yet included */
  int running;           /* runs */
  ccd_work_queue *keys, *free_keys;
  size_t n_keys; /* of keys that were used ever */
  ccd_work_queue *buckets[CCD_LINE_BUCKETS];
  ccd_run *runs;
  uint64_t last_key;   /* of the last push */
  int64_t mixed_until; /* works of several keys were pushed shortly before */
} ccd_line;

/* @options: stay the caller's and must stay valid. False: memory is out. */
bool ccd_line_init(ccd_line *line, const ccd_class_options *options) CC_MUSTCHECK;

void ccd_line_clear(ccd_line *line);

/* False: the line or the key has too much waiting. @work.since is its time. */
bool ccd_line_push(ccd_line *line, uint64_t key, ccd_work *work) CC_MUSTCHECK;

/* Some work that waits may begin now. Time alone can make this true. */
bool ccd_line_ready(const ccd_line *line);

/* Takes the next work, with .batch as many as may begin, into @run. False: none may begin. */
bool ccd_line_begin(ccd_line *line, ccd_run *run);

/* The run's works are done. */
void ccd_line_end(ccd_line *line, ccd_run *run);

/* Takes out what was pushed before @before, as a list by .next. */
ccd_work *ccd_line_take_older(ccd_line *line, int64_t before);
