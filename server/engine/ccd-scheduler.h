/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-status.h"

/* Threads that handle requests, in classes that do not wait for each other. Within a class, work
 * is done in order of arrival; but the work of one key (an organization, otherwise a client's
 * address) can delay the work of another key only by a few pieces. */

typedef enum ccd_class {
  CCD_CLASS_NONE = 0, /* no class: done at once by the caller */
  CCD_CLASS_ORDINARY,
  CCD_CLASS_READ,        /* statements that read by a key: several share a round trip */
  CCD_CLASS_PUBLIC,      /* requests of visitors, without a credential */
  CCD_CLASS_PUBLIC_READ, /* visitors' reads by a key, which share a round trip */
  CCD_CLASS_SLOW,        /* files, exports, packs, walk lists, uploads */
  CCD_CLASS_PASSWORD,    /* password hashes */
  CCD_CLASS_SELF,        /* the server's own status: health, metrics */
  _CCD_CLASS_MAX
} ccd_class;

/* Name for metrics, logs and threads; "none" for CCD_CLASS_NONE. */
const char *ccd_class_name(ccd_class class);

typedef struct ccd_class_options {
  int threads;   /* maximal number of threads, started when there is work */
  int reserve;   /* threads that a key may use only while no other work of this key runs */
  int queue_max; /* maximal number of waiting pieces of work; one key may use at most the part that
                    is free */
  int64_t wait_us; /* work that has waited longer is refused; 0: no limit */
  int batch; /* pieces of work that a thread takes at once, with .run_many; 0: one, with .run */
  int busy; /* maximal number of running pieces of work that use a core and do not wait, for example
               for a lock; 0: no limit */
  int shared; /* the same limit for one key while other keys submit work too; 0: no limit */
} ccd_class_options;

typedef struct ccd_scheduler ccd_scheduler;
typedef struct ccd_work ccd_work;

/* Do the work. @refused: do not do it, because it waited too long or the server stops. Called
 * once for each submitted piece of work on a thread of the class; a refusal may come from any
 * thread. From then on the work may be submitted again or freed. */
typedef void ccd_work_cb(ccd_work *work, bool refused);

#define CCD_BATCH_MAX 32

/* Do up to CCD_BATCH_MAX pieces of work of one class; the .run_many of the first one is called
 * for all. */
typedef void ccd_works_cb(ccd_work *const *works, size_t n);

/* A piece of work: a member of its owner's struct. It belongs to the scheduler from submit until
 * .run is called. */
struct ccd_work {
  ccd_work_cb *run;
  ccd_works_cb *run_many;
  ccd_work *next;           /* of its key */
  ccd_work *before, *after; /* neighbours in the line of its class */
  struct ccd_work_queue *queue;
  int64_t since; /* time of the submit, on the clock of cc_time_monotonic */
};

/* Start a scheduler.
 *
 * @started: called first by every thread; may be NULL
 * @options: by class; [CCD_CLASS_NONE] is ignored */
cc_status ccd_scheduler_new(const ccd_class_options options[static _CCD_CLASS_MAX],
                            void (*started)(ccd_class class),
                            ccd_scheduler **ret,
                            cc_error *reterr) CC_MUSTCHECK;

/* Submit a piece of work. False: too much work of the class or the key is waiting, or the server
 * stops; .run is not called then. */
bool ccd_scheduler_submit(ccd_scheduler *scheduler, ccd_class class, uint64_t key, ccd_work *work)
  CC_MUSTCHECK;

/* Refuse work that has waited too long. Call a few times a second. */
void ccd_scheduler_expire(ccd_scheduler *scheduler);

/* Refuse all waiting and all later work. Running work continues. */
void ccd_scheduler_refuse(ccd_scheduler *scheduler);

/* End the threads after their current work; waiting work is refused. */
void ccd_scheduler_free(ccd_scheduler *scheduler);

typedef struct ccd_class_stats {
  int threads, running, waiting;
  uint64_t refused; /* refused at the submit because the queue was full, or later because it waited
                       too long */
} ccd_class_stats;

void ccd_scheduler_stats(ccd_scheduler *scheduler, ccd_class class, ccd_class_stats *ret);
