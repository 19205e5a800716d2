/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-status.h"

/* Threads that answer requests, in classes that do not wait for each other. Inside a class
 * works are served as they came, but the works of one key (an organization, else a client's
 * address) cannot make those of another key wait for more than a few of them. */

typedef enum ccd_class {
  CCD_CLASS_NONE = 0, /* no thread of a class: done at once by the caller */
  CCD_CLASS_ORDINARY,
  CCD_CLASS_READ,        /* statements that read by a key: several share a round trip */
  CCD_CLASS_PUBLIC,      /* visitors without a credential */
  CCD_CLASS_PUBLIC_READ, /* likewise, by a key */
  CCD_CLASS_SLOW,        /* files, exports, packs, drawings, uploads */
  CCD_CLASS_PASSWORD,    /* hashes of passwords */
  CCD_CLASS_SELF,        /* what the server says about itself: health, metrics */
  _CCD_CLASS_MAX
} ccd_class;

/* For metrics, logs and names of threads; "none" for CCD_CLASS_NONE. */
const char *ccd_class_name(ccd_class class);

typedef struct ccd_class_options {
  int threads;     /* started when there is work for them */
  int reserve;     /* threads that a key may use only while nothing else of it runs */
  int queue_max;   /* works that wait; a key at most as many as there is room left */
  int64_t wait_us; /* works that wait longer are refused; 0: no limit */
  int batch;       /* works that a thread takes at once, with .run_many; 0: one, with .run */
  int busy;        /* works that run and do not wait (for a lock, say); 0: no limit */
  int shared;      /* such works of one key while other keys submit works, too; 0: no limit */
} ccd_class_options;

typedef struct ccd_scheduler ccd_scheduler;
typedef struct ccd_work ccd_work;

/* @refused: the work is not to be done: its time is up, or the server stops. Called once for each
 * work that was submitted, on a thread of the class; when refused, on any thread. The work may be
 * submitted again or freed from here on. */
typedef void ccd_work_cb(ccd_work *work, bool refused);

#define CCD_BATCH_MAX 32

/* Up to CCD_BATCH_MAX works of one class, which share the .run_many of the first. */
typedef void ccd_works_cb(ccd_work *const *works, size_t n);

/* Part of its owner's own struct; the scheduler's from submit until .run is called. */
struct ccd_work {
  ccd_work_cb *run;
  ccd_works_cb *run_many;
  ccd_work *next;           /* of its key */
  ccd_work *before, *after; /* in the line of its class */
  struct ccd_work_queue *queue;
  int64_t since; /* cc_time_monotonic of the submit */
};

/* @started: called first by every thread; may be NULL. @options: by class; [CCD_CLASS_NONE] is not
 * looked at. */
cc_status ccd_scheduler_new(const ccd_class_options options[static _CCD_CLASS_MAX],
                            void (*started)(ccd_class class),
                            ccd_scheduler **ret,
                            cc_error *reterr) CC_MUSTCHECK;

/* False: the class or the key has too much waiting, or the server stops; .run is not called. */
bool ccd_scheduler_submit(ccd_scheduler *scheduler, ccd_class class, uint64_t key, ccd_work *work)
  CC_MUSTCHECK;

/* Refuse what has waited for too long. To be called a few times a second. */
void ccd_scheduler_expire(ccd_scheduler *scheduler);

/* Refuse what waits and what will be submitted. What runs goes on. */
void ccd_scheduler_refuse(ccd_scheduler *scheduler);

/* Ends the threads after what they are doing; refuses what waits. */
void ccd_scheduler_free(ccd_scheduler *scheduler);

typedef struct ccd_class_stats {
  int threads, running, waiting;
  uint64_t refused; /* submits that found the queue full, and works that waited for too long */
} ccd_class_stats;

void ccd_scheduler_stats(ccd_scheduler *scheduler, ccd_class class, ccd_class_stats *ret);
