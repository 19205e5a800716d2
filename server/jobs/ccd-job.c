/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/jobs/ccd-job.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ccd-queries.h"
#include "server/engine/ccd-log.h"
#include "server/jobs/ccd-mail-job.h"

#define BATCH 10
#define LEASE_SECONDS "60"
#define ATTEMPTS_MAX "8"
#define POLL_SECONDS 1
#define FIGURES_EVERY (5 * CC_TIME_SECOND)
#define CLEAN_EVERY (3600 * CC_TIME_SECOND)
#define ARENA_MAX (16u << 20)
#define ARGS_MAX 6

struct ccd_jobs {
  const ccd_server *server;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed; /* monotonic */
  bool woken, stopping;   /* under the lock */
  _Atomic int64_t queued, failed;
  cc_arena *arena; /* from here on the worker's own */
  int64_t figures_at, clean_at;
};

/* A claimed job, copied out of the result it came in. */
typedef struct job {
  int64_t id, made;
  const char *kind, *payload, *attempts;
} job;

cc_status
ccd_mail_enqueue(ccd_call *call,
                 const char *to,
                 const char *subject,
                 const char *text,
                 cc_error *reterr)
{
  char *payload = ccd_mail_job_seal(call->arena, ccd_call_keys(call), to, subject, text);
  if (payload == NULL)
    return cc_fail(reterr, CC_ERR_NO_MEMORY, "no_memory", "The server is out of memory.");
  const ccd_arg args[] = {{"kind", CCD_JOB_MAIL}, {"payload", payload}, {0}};
  cc_status status = ccd_call_query(call, &ccd_q_job_enqueue, args, NULL, reterr);
  if (status == CC_OK)
    ccd_call_wake_jobs(call);
  return status;
}

/* Copies what it needs of the rows, before their connection goes back. */
typedef void take_rows(const ccd_rows *rows, cc_arena *arena, void *ret);

/* One statement in a transaction of its own. */
static cc_status
query(ccd_jobs *jobs,
      const ccd_query *statement,
      const ccd_arg *named,
      take_rows *take,
      void *ret,
      cc_error *reterr)
{
  static const ccd_context context = {.tx = CCD_WRITE, .actor = "system", .action = "job.run"};
  const char *args[ARGS_MAX] = {NULL};
  ccd_db_conn *conn = NULL;
  const ccd_rows *rows = NULL;

  for (int i = 0; i < statement->n_params && i < ARGS_MAX; i++)
    for (const ccd_arg *at = named; at->name != NULL; at++)
      if (strcmp(at->name, statement->params[i]) == 0)
        args[i] = at->text;
  cc_status status = ccd_db_borrow(jobs->server->db, &conn, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_db_query_once(conn, &context, statement, args, &rows, reterr);
  if (status == CC_OK && take != NULL)
    take(rows, jobs->arena, ret);
  ccd_db_return(jobs->server->db, conn);
  return status;
}

typedef struct batch {
  job jobs[BATCH];
  int n;
} batch;

static void
take_batch(const ccd_rows *rows, cc_arena *arena, void *ret)
{
  batch *taken = ret;

  for (int i = 0; i < ccd_rows_n(rows) && taken->n < BATCH; i++) {
    job claimed = {.id = ccd_rows_int64(rows, i, "id"),
                   .made = ccd_rows_int64(rows, i, "made"),
                   .kind = cc_arena_strdup(arena, ccd_rows_get(rows, i, "kind")),
                   .payload = cc_arena_strdup(arena, ccd_rows_get(rows, i, "payload")),
                   .attempts = cc_arena_strdup(arena, ccd_rows_get(rows, i, "attempts"))};
    /* Without memory for it, its lease runs out and somebody else runs it. */
    if (claimed.kind != NULL && claimed.payload != NULL && claimed.attempts != NULL)
      taken->jobs[taken->n++] = claimed;
  }
}

static cc_status
run(ccd_jobs *jobs, const job *claimed, cc_error *reterr)
{
  if (strcmp(claimed->kind, CCD_JOB_MAIL) == 0)
    return ccd_mail_job_run(jobs->server,
                            jobs->arena,
                            claimed->payload,
                            claimed->id,
                            claimed->made,
                            reterr);
  return cc_fail(reterr, CC_ERR_INTERNAL, "kind", "This server knows no jobs of this kind");
}

static void
run_and_settle(ccd_jobs *jobs, const job *claimed)
{
  cc_error error = {0}, settle = {0};

  cc_status status = run(jobs, claimed, &error);
  if (status != CC_OK)
    ccd_log(CCD_WARNING,
            "job.failed",
            CCD_TEXT("kind", claimed->kind),
            CCD_NUMBER("job", claimed->id),
            CCD_TEXT("attempt", claimed->attempts),
            CCD_TEXT("code", error.code));
  const ccd_arg args[] = {
    {"id", ccd_text_int64(jobs->arena, claimed->id)},
    {"attempts", claimed->attempts},
    {"attempts_max", ATTEMPTS_MAX},
    {"error", error.message},
    {0},
  };
  const ccd_query *outcome = status == CC_OK ? &ccd_q_job_done : &ccd_q_job_retry;
  if (query(jobs, outcome, args, NULL, NULL, &settle) != CC_OK)
    ccd_log(CCD_WARNING,
            "job.unsettled",
            CCD_NUMBER("job", claimed->id),
            CCD_TEXT("code", settle.code));
}

static bool
is_stopping(ccd_jobs *jobs)
{
  pthread_mutex_lock(&jobs->lock);
  bool stopping = jobs->stopping;
  pthread_mutex_unlock(&jobs->lock);
  return stopping;
}

/* Whatever is due, batch by batch. */
static void
run_due(ccd_jobs *jobs)
{
  static const ccd_arg args[] = {{"lease_s", LEASE_SECONDS}, {"n", "10"}, {0}};
  cc_error error = {0};
  batch claimed = {.n = BATCH};

  while (claimed.n == BATCH && !is_stopping(jobs)) {
    cc_arena_clear(jobs->arena);
    claimed.n = 0;
    if (query(jobs, &ccd_q_job_claim, args, take_batch, &claimed, &error) != CC_OK)
      return;
    for (int i = 0; i < claimed.n; i++)
      run_and_settle(jobs, &claimed.jobs[i]);
  }
}

static void
take_figures(const ccd_rows *rows, cc_arena *arena, void *ret)
{
  ccd_jobs *jobs = ret;

  jobs->queued = ccd_rows_int64(rows, 0, "queued");
  jobs->failed = ccd_rows_int64(rows, 0, "failed");
}

/* What is old enough to be nobody's business any more. */
static void
clean(ccd_jobs *jobs)
{
  static const ccd_query *const statements[] = {
    &ccd_q_job_clean_jobs,
    &ccd_q_job_clean_sessions,
    &ccd_q_job_clean_email_tokens,
    &ccd_q_job_clean_idempotency_keys,
  };
  static const ccd_arg none[] = {{0}};

  for (size_t i = 0; i < CC_N(statements); i++) {
    cc_error error = {0};
    if (query(jobs, statements[i], none, NULL, NULL, &error) != CC_OK)
      ccd_log(CCD_WARNING,
              "job.clean_failed",
              CCD_TEXT("query", statements[i]->name),
              CCD_TEXT("code", error.code));
  }
}

static void
round_of_work(ccd_jobs *jobs)
{
  static const ccd_arg none[] = {{0}};
  cc_error error = {0};

  if (!ccd_db_up(jobs->server->db))
    return;
  /* Mails are the only jobs so far. */
  if (ccd_mail_job_ready(jobs->server))
    run_due(jobs);
  int64_t now = cc_time_monotonic();
  if (now >= jobs->figures_at &&
      query(jobs, &ccd_q_job_figures, none, take_figures, jobs, &error) == CC_OK)
    jobs->figures_at = now + FIGURES_EVERY;
  if (now >= jobs->clean_at) {
    clean(jobs);
    jobs->clean_at = now + CLEAN_EVERY;
  }
}

/* False: stop. */
static bool
wait_for_work(ccd_jobs *jobs)
{
  struct timespec until;

  (void) clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += POLL_SECONDS;
  pthread_mutex_lock(&jobs->lock);
  int waited = 0;
  while (!jobs->woken && !jobs->stopping && waited == 0)
    waited = pthread_cond_timedwait(&jobs->changed, &jobs->lock, &until);
  jobs->woken = false;
  bool go_on = !jobs->stopping;
  pthread_mutex_unlock(&jobs->lock);
  return go_on;
}

static void *
worker(void *data)
{
  ccd_jobs *jobs = data;

  while (wait_for_work(jobs))
    round_of_work(jobs);
  return NULL;
}

static void
jobs_free(ccd_jobs *jobs)
{
  cc_arena_free(jobs->arena);
  pthread_cond_destroy(&jobs->changed);
  pthread_mutex_destroy(&jobs->lock);
  free(jobs);
}

cc_status
ccd_jobs_start(ccd_server *server, ccd_jobs **ret, cc_error *reterr)
{
  ccd_jobs *jobs = calloc(1, sizeof(*jobs));
  if (jobs == NULL)
    return cc_fail(reterr, CC_ERR_NO_MEMORY, "no_memory", "The server is out of memory.");
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&jobs->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  pthread_mutex_init(&jobs->lock, NULL);
  jobs->server = server;
  jobs->queued = jobs->failed = -1;
  /* Not at once: a server that starts has better things to do. */
  jobs->clean_at = cc_time_monotonic() + 60 * CC_TIME_SECOND;
  jobs->arena = cc_arena_new(ARENA_MAX);
  if (jobs->arena == NULL || pthread_create(&jobs->thread, NULL, worker, jobs) != 0) {
    jobs_free(jobs);
    return cc_fail(reterr, CC_ERR_NO_MEMORY, "no_memory", "The job worker could not be started.");
  }
  *ret = jobs;
  return CC_OK;
}

void
ccd_jobs_wake(ccd_jobs *jobs)
{
  pthread_mutex_lock(&jobs->lock);
  jobs->woken = true;
  pthread_cond_signal(&jobs->changed);
  pthread_mutex_unlock(&jobs->lock);
}

void
ccd_jobs_stop(ccd_jobs *jobs)
{
  if (jobs == NULL)
    return;
  pthread_mutex_lock(&jobs->lock);
  jobs->stopping = true;
  pthread_cond_signal(&jobs->changed);
  pthread_mutex_unlock(&jobs->lock);
  pthread_join(jobs->thread, NULL);
  jobs_free(jobs);
}

void
ccd_jobs_figures(const ccd_jobs *jobs, int64_t *ret_queued, int64_t *ret_failed)
{
  *ret_queued = jobs->queued;
  *ret_failed = jobs->failed;
}
