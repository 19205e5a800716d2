/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The housekeeping thread of the job worker. It extends the leases of long jobs, counts jobs for
 * /metrics, marks jobs as failed whose workers died in every attempt, and deletes expired rows. The
 * lanes never wait for it. */
#include <time.h>

#include "ccd-queries.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-log.h"
#include "server/engine/ccd-server.h"
#include "server/jobs/ccd-job-db.h"
#include "server/jobs/ccd-job-private.h"

#define TICK_SECONDS 1
#define FIGURES_EVERY (5 * CC_TIME_SECOND)
#define CLEAN_EVERY (3600 * CC_TIME_SECOND)
#define CLEAN_FIRST (60 * CC_TIME_SECOND) /* delay of the first deletion: keeps the start fast */

/* A copy of the values of a lease to extend, so that the statement can run without the lock. */
typedef struct lease {
  int64_t organization_id, id;
  int attempts, lease_s;
  bool held;
} lease;

static void
lease_copy_held(const ccd_rows *rows, cc_arena *arena, void *ret)
{
  lease *asked = ret;
  asked->held = ccd_rows_n(rows) == 1;
}

/* If the lane's running job needs its lease extended now, copy the lease to @ret, set the time of
 * the next extension and return true. */
static bool
lease_take_due(ccd_jobs *jobs, ccd_lane *lane, lease *ret)
{
  bool due = false;
  pthread_mutex_lock(&jobs->lock);
  ccd_job_run *run = lane->running;
  if (run != NULL && !atomic_load(&run->lost) && cc_time_monotonic() >= run->extend_at) {
    *ret = (lease){.organization_id = run->organization_id,
                   .id = run->id,
                   .attempts = run->attempts,
                   .lease_s = run->kind->lease_s};
    run->extend_at = cc_time_monotonic() + run->kind->lease_s * CC_TIME_SECOND / 3;
    due = true;
  }
  pthread_mutex_unlock(&jobs->lock);
  return due;
}

/* Extend the lease of the lane's running job if it is due. If the job is no longer ours, mark it as
 * lost. If the statement fails, nothing is marked: the next commit of the job checks it again. */
static void
extend_lease(ccd_jobs *jobs, ccd_lane *lane)
{
  lease asked = {0};
  cc_error error = {0};
  if (!lease_take_due(jobs, lane, &asked))
    return;
  const ccd_arg args[] = {
    {"organization", ccd_text_int64(jobs->keeper_arena, asked.organization_id)},
    {"id", ccd_text_int64(jobs->keeper_arena, asked.id)},
    {"attempts", ccd_text_int64(jobs->keeper_arena, asked.attempts)},
    {"lease_s", ccd_text_int64(jobs->keeper_arena, asked.lease_s)},
    {0},
  };
  cc_status status = ccd_jobs_query(jobs,
                                    jobs->keeper_arena,
                                    &ccd_q_job_extend,
                                    args,
                                    lease_copy_held,
                                    &asked,
                                    &error);
  if (status != CC_OK || asked.held)
    return;
  pthread_mutex_lock(&jobs->lock);
  if (lane->running != NULL && lane->running->id == asked.id &&
      lane->running->attempts == asked.attempts)
    atomic_store(&lane->running->lost, true);
  pthread_mutex_unlock(&jobs->lock);
}

static void
copy_figures(const ccd_rows *rows, cc_arena *arena, void *ret)
{
  ccd_jobs *jobs = ret;
  jobs->queued = ccd_rows_int64(rows, 0, "queued");
  jobs->failed = ccd_rows_int64(rows, 0, "failed");
}

static void
count_jobs(ccd_jobs *jobs)
{
  static const ccd_arg limit[] = {{"attempts_max", CCD_JOB_ATTEMPTS_MAX}, {0}};
  static const ccd_arg none[] = {{0}};
  cc_error error = {0};
  cc_status status =
    ccd_jobs_query(jobs, jobs->keeper_arena, &ccd_q_job_give_up, limit, NULL, NULL, &error);
  if (status == CC_OK)
    status = ccd_jobs_query(jobs,
                            jobs->keeper_arena,
                            &ccd_q_job_figures,
                            none,
                            copy_figures,
                            jobs,
                            &error);
  if (status != CC_OK)
    ccd_log(CCD_WARNING, "job.not_counted", CCD_TEXT("code", error.code));
}

/* Delete rows whose retention time is over: jobs, sessions, tokens, keys and daily counts. */
static void
clean_expired(ccd_jobs *jobs)
{
  static const ccd_query *const statements[] = {
    &ccd_q_job_clean_jobs,
    &ccd_q_job_clean_sessions,
    &ccd_q_job_clean_email_tokens,
    &ccd_q_job_clean_idempotency_keys,
    &ccd_q_job_clean_daily_counts,
  };
  static const ccd_arg none[] = {{0}};

  for (size_t i = 0; i < CC_N(statements); i++) {
    cc_error error = {0};
    if (ccd_jobs_query(jobs, jobs->keeper_arena, statements[i], none, NULL, NULL, &error) != CC_OK)
      ccd_log(CCD_WARNING,
              "job.clean_failed",
              CCD_TEXT("query", statements[i]->name),
              CCD_TEXT("code", error.code));
  }
}

static void
keeper_wait(ccd_jobs *jobs)
{
  struct timespec until;
  (void) clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += TICK_SECONDS;
  pthread_mutex_lock(&jobs->lock);
  int waited = 0;
  while (!atomic_load(&jobs->keeper_ends) && waited == 0)
    waited = pthread_cond_timedwait(&jobs->changed, &jobs->lock, &until);
  pthread_mutex_unlock(&jobs->lock);
}

void *
ccd_job_keeper(void *data)
{
  ccd_jobs *jobs = data;
  int64_t figures_at = 0;
  int64_t clean_at = cc_time_monotonic() + CLEAN_FIRST;

  /* The keeper ends after the lanes, so that jobs that are still ending keep their leases. */
  while (!atomic_load(&jobs->keeper_ends)) {
    int64_t now = cc_time_monotonic();
    cc_arena_clear(jobs->keeper_arena);
    if (ccd_db_up(jobs->server->db)) {
      for (size_t i = 0; i < CC_N(jobs->lanes); i++) {
        if (ccd_lane_is_slow(jobs->lanes[i].which))
          extend_lease(jobs, &jobs->lanes[i]);
      }
      if (now >= figures_at) {
        count_jobs(jobs);
        figures_at = now + FIGURES_EVERY;
      }
      if (now >= clean_at) {
        clean_expired(jobs);
        clean_at = now + CLEAN_EVERY;
      }
    }
    keeper_wait(jobs);
  }
  return NULL;
}
