/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "server/jobs/ccd-job.h"

/* Structures shared by the worker (ccd-job.c), its housekeeping thread (ccd-job-keeper.c) and the
 * functions for running jobs (ccd-job-run.c). Private to server/jobs. */

#define CCD_JOB_ATTEMPTS_MAX "8"
#define CCD_JOB_ARGS_MAX 32

/* A job that a thread of a lane is running. The keeper reads it and sets lost and extend_at while
 * it holds ccd_jobs.lock. */
struct ccd_job_run {
  ccd_jobs *jobs;
  const ccd_job_kind *kind;
  int64_t organization_id; /* 0: none */
  int64_t id;
  int attempts;      /* number of this attempt; the job is ours only while jobs.attempts has it */
  atomic_bool lost;  /* another worker has taken the job over */
  int64_t extend_at; /* cc_time_monotonic() at which the keeper extends the lease */
  bool again;        /* ccd_job_again was called */
  int again_s;       /* seconds until the job is due again */
  ccd_db_conn *conn; /* borrowed at the first transaction, until the job ends */
  bool in_transaction, reads;
};

/* Number of threads of all lanes: one each for QUICK and TEXT, two each for WAITED and LONG. */
#define CCD_JOB_THREADS 6

/* One thread of a lane. */
typedef struct ccd_lane {
  ccd_jobs *jobs;
  ccd_job_lane which;
  pthread_t thread;
  bool started;
  bool woken;           /* guarded by jobs->lock */
  ccd_job_run *running; /* guarded by jobs->lock; NULL: no job is running */
  cc_arena *arena;      /* this and the following members are used by the lane's thread only */
  const ccd_job_kind **kinds;
  size_t n_kinds;
} ccd_lane;

struct ccd_jobs {
  const ccd_server *server;
  pthread_mutex_t lock;
  pthread_cond_t changed; /* signalled on wake and stop; uses CLOCK_MONOTONIC */
  atomic_bool stopping;   /* set while holding lock */
  _Atomic int64_t queued, failed;
  ccd_lane lanes[CCD_JOB_THREADS];
  pthread_t keeper;
  bool keeper_started;
  atomic_bool keeper_ends; /* set while holding lock */
  cc_arena *keeper_arena;
};

/* True for the lanes WAITED and LONG. Their threads claim one job at a time, of an organization
 * that has no running job in the lane, and the keeper extends its lease. */
bool ccd_lane_is_slow(ccd_job_lane lane);

/* Roll back the open transaction of a job that has ended, and return its connection to the pool. */
void ccd_job_run_done(ccd_job_run *run);

/* Main function of the housekeeping thread; @data is the ccd_jobs. */
void *ccd_job_keeper(void *data);
