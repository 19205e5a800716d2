/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Background jobs: work that is done after a request. A job is enqueued in the transaction that
 * causes it, so it runs if and only if that transaction commits. See docs/internals/jobs.md. */

typedef struct ccd_jobs ccd_jobs;
typedef struct ccd_job_run ccd_job_run;
typedef struct ccd_job_kind ccd_job_kind;

/* A running job, as passed to run(). Strings and the arena are valid until run() returns. */
typedef struct ccd_job {
  const ccd_server *server;
  const ccd_job_kind *kind;
  cc_arena *arena;
  int64_t id;
  int64_t organization_id; /* organization that the job belongs to; 0: none */
  int attempt;             /* 1 for the first attempt */
  cc_time made;            /* when the job was enqueued */
  const void *payload;     /* struct of the type kind->payload; NULL: the kind has no payload */
  const char *sealed;      /* for a sealed kind: the payload to pass to ccd_unseal */
  ccd_job_run *run;        /* private to the worker */
} ccd_job;

/* Lanes: groups of worker threads. They keep long jobs from delaying short ones, and jobs that
 * nobody waits for from delaying jobs that a person waits for. In CCD_LANE_WAITED and CCD_LANE_LONG
 * only one job per organization runs at a time, so that no organization occupies all threads of a
 * lane. */
typedef enum ccd_job_lane {
  CCD_LANE_QUICK = 0, /* less than a second: mails */
  CCD_LANE_TEXT,      /* less than a second each, but thousands at once: text messages */
  CCD_LANE_WAITED,    /* seconds, and a person waits: turf cuts, queues of phone banks */
  CCD_LANE_LONG,      /* minutes: imports, geocoding */
  _CCD_LANE_MAX
} ccd_job_lane;

/* A kind of job. Each feature has a table of its kinds; server/tables.c lists the tables. */
struct ccd_job_kind {
  const char *name; /* "mail", "import.apply"; NULL ends a table */
  ccd_job_lane lane;

  /* Seconds after which another worker may take the job over from a worker that has died. In the
   * lanes WAITED and LONG the lease is extended for as long as the job runs; in the other lanes the
   * job must end before its lease does. */
  int lease_s;

  /* Type of the payload, which is decoded before run() is called. Members of the payload that the
   * type does not have are ignored. NULL: the kind has no payload. */
  const cc_type *payload;

  bool sealed; /* the payload is encrypted (ccd_seal) by the function that enqueues the job */

  /* Returns whether jobs of this kind can run now; if not, they wait in the queue. NULL: always. */
  bool (*ready)(const ccd_server *server);

  /**
   * Run the job. An earlier attempt may have been interrupted after any of its commits, so each
   * step must first check whether it has already been done.
   *
   * Returns CC_OK when the job is done. After any other status the job is tried again later, at
   * most eight times in all, and the message is stored in jobs.last_error. A failure that another
   * attempt cannot fix must be written to the feature's own row; run() then returns CC_OK.
   */
  cc_status (*run)(ccd_job *job, cc_error *reterr);
};

/**
 * Start the worker: the threads of the lanes, and the keeper, a thread that extends leases, deletes
 * expired rows and counts jobs. The worker runs in the process of `serve`, or in a separate process
 * (`campaign-centerd worker`).
 *
 * @tables: NULL-terminated list of tables; each table ends with a row without a name. The tables
 * must outlive the worker. Two kinds with the same name, or a kind without run or lease, are
 *   CC_ERR_INTERNAL.
 * @ret: set on CC_OK only; stop it with ccd_jobs_stop
 */
cc_status ccd_jobs_start(ccd_server *server,
                         const ccd_job_kind *const *tables,
                         ccd_jobs **ret,
                         cc_error *reterr) CC_MUSTCHECK;

/* Make the lanes look for due jobs now. @jobs may be NULL (jobs run in another process). */
void ccd_jobs_wake(ccd_jobs *jobs);

/* Wait for the running jobs to end, stop all threads and free @jobs, which may be NULL. */
void ccd_jobs_stop(ccd_jobs *jobs);

/* Get the numbers of queued and failed jobs for /metrics; -1 while they are unknown, or when @jobs
 * is NULL. */
void ccd_jobs_figures(const ccd_jobs *jobs, int64_t *ret_queued, int64_t *ret_failed);
