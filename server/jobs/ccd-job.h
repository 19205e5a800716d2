/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Work that is done later, enqueued in the transaction that causes it: it happens if and only if
 * that transaction committed. See docs/internals/jobs.md. */

typedef struct ccd_jobs ccd_jobs;
typedef struct ccd_job_run ccd_job_run;
typedef struct ccd_job_kind ccd_job_kind;

/* A job that runs. Strings and the arena live until run() returns. */
typedef struct ccd_job {
  const ccd_server *server;
  const ccd_job_kind *kind;
  cc_arena *arena;
  int64_t id;
  int64_t organization_id; /* whom it is for; 0: nobody */
  int attempt;             /* 1 at the first */
  cc_time made;
  const void *payload; /* struct of kind->payload; NULL: the kind has none */
  const char *sealed;  /* of a sealed kind: what ccd_unseal takes */
  ccd_job_run *run;    /* the worker's own */
} ccd_job;

/* The worker's threads, so that what takes minutes delays nothing that takes moments, and what
 * nobody waits for nothing that somebody waits for. Of CCD_LANE_WAITED and CCD_LANE_LONG one job of
 * an organization runs at a time, so that no organization holds all threads of a lane. */
typedef enum ccd_job_lane {
  CCD_LANE_QUICK = 0, /* moments: mails */
  CCD_LANE_TEXT,      /* moments, thousands at once: texts */
  CCD_LANE_WAITED,    /* seconds, and a person waits: cuts, lists of phone banks */
  CCD_LANE_LONG,      /* minutes: imports, geocoding */
  _CCD_LANE_MAX
} ccd_job_lane;

/* A kind of job. Features have tables of them, which main hands to ccd_jobs_start. */
struct ccd_job_kind {
  const char *name; /* "mail", "import.apply"; NULL ends a table */
  ccd_job_lane lane;

  /* Seconds after which another worker takes over from one that went away. The lease of a job on
   * the lanes WAITED and LONG is extended for as long as it runs; one on the others must be done by
   * then. */
  int lease_s;

  /* The job's payload, decoded before run() is called; fields that it does not have are ignored.
   * NULL: run() needs nothing of it. */
  const cc_type *payload;

  bool sealed; /* the payload is not plain JSON: only the kind's own enqueuing makes it */

  /* Can it run now? When not, its jobs wait in the queue. NULL: always. */
  bool (*ready)(const ccd_server *server);

  /**
   * Do it. It may have been run before, up to any of its commits, so each step first looks whether
   * it is done already.
   *
   * CC_OK: done. Otherwise it is tried again later, eight times in all, and the reason is kept in
   * jobs.last_error; a failure that trying again cannot mend belongs into a row of the feature, and
   * is CC_OK here.
   */
  cc_status (*run)(ccd_job *job, cc_error *reterr);
};

/**
 * Start the worker: the threads of the lanes, and one that extends leases, cleans up and counts.
 * Part of `serve` on a small machine, else `worker`.
 *
 * @tables: NULL-terminated; each ends with a row without a name. Must outlive the worker. Two kinds
 *   of one name, or a kind without run or lease, are CC_ERR_INTERNAL.
 */
cc_status ccd_jobs_start(ccd_server *server,
                         const ccd_job_kind *const *tables,
                         ccd_jobs **ret,
                         cc_error *reterr) CC_MUSTCHECK;

/* Both accept NULL: a server whose jobs are another process's. */
void ccd_jobs_wake(ccd_jobs *jobs);
void ccd_jobs_stop(ccd_jobs *jobs);

/* Queued and failed jobs, for /metrics; -1 when not known yet, or @jobs is NULL. */
void ccd_jobs_figures(const ccd_jobs *jobs, int64_t *ret_queued, int64_t *ret_failed);
