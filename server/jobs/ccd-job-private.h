/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "server/jobs/ccd-job.h"

/* What the worker (ccd-job.c), its housekeeping (ccd-job-keeper.c) and running jobs (ccd-job-run.c)
 * share. */

#define CCD_JOB_ATTEMPTS_MAX "8"
#define CCD_JOB_ARGS_MAX 32

/* A job in the hands of a lane. The keeper looks at it under the worker's lock. */
struct ccd_job_run {
  ccd_jobs *jobs;
  const ccd_job_kind *kind;
  int64_t organization_id; /* 0: none */
  int64_t id;
  int attempts;      /* the fence: whoever holds another number holds nothing */
  atomic_bool lost;  /* another worker has it */
  int64_t extend_at; /* cc_time_monotonic; the keeper's */
  bool again;        /* ccd_job_again was called */
  int again_s;       /* due after */
  ccd_db_conn *conn; /* borrowed at the first transaction, until the job ends */
  bool in_transaction, reads;
};

/* Threads of all lanes: one each of QUICK and TEXT, two each of WAITED and LONG. */
#define CCD_JOB_THREADS 6

/* One thread of a lane. */
typedef struct ccd_lane {
  ccd_jobs *jobs;
  ccd_job_lane which;
  pthread_t thread;
  bool started;
  bool woken;           /* under the worker's lock */
  ccd_job_run *running; /* under the worker's lock; NULL: none */
  cc_arena *arena;      /* from here on the lane's own */
  const ccd_job_kind **kinds;
  size_t n_kinds;
} ccd_lane;

struct ccd_jobs {
  const ccd_server *server;
  pthread_mutex_t lock;
  pthread_cond_t changed; /* monotonic */
  atomic_bool stopping;   /* set under the lock */
  _Atomic int64_t queued, failed;
  ccd_lane lanes[CCD_JOB_THREADS];
  pthread_t keeper;
  bool keeper_started;
  atomic_bool keeper_ends; /* set under the lock */
  cc_arena *keeper_arena;
};

/* Of the lanes WAITED and LONG: one job at a time, and its lease is extended. */
bool ccd_lane_is_slow(ccd_job_lane lane);

/* Give back what a job that ended still holds (ccd-job-run.c). */
void ccd_job_run_done(ccd_job_run *run);

/* The thread of ccd-job-keeper.c; @data is the ccd_jobs. */
void *ccd_job_keeper(void *data);
