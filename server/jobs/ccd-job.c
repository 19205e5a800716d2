/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job worker: its lanes claim due jobs of their kinds and run them one by one. Also starts and
 * stops the threads of the worker. */
#include "server/jobs/ccd-job.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ccd-queries.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-crypto.h"
#include "server/engine/ccd-log.h"
#include "server/engine/ccd-server.h"
#include "server/jobs/ccd-job-db.h"
#include "server/jobs/ccd-job-private.h"

#define POLL_SECONDS 1
#define ARENA_MAX (16u << 20)
#define KEEPER_ARENA_MAX (1u << 20)

/* Number of jobs that a thread claims at once. The lease of each job must last until all of them
 * have run. */
#define BATCH 10

static const ccd_job_lane lane_of_thread[CCD_JOB_THREADS] =
  {CCD_LANE_QUICK, CCD_LANE_TEXT, CCD_LANE_WAITED, CCD_LANE_WAITED, CCD_LANE_LONG, CCD_LANE_LONG};

bool
ccd_lane_is_slow(ccd_job_lane lane)
{
  return lane == CCD_LANE_WAITED || lane == CCD_LANE_LONG;
}

/* A claimed job; a copy of a result row. */
typedef struct claim {
  int64_t id, made, organization_id;
  int attempts;
  const char *kind, *payload;
} claim;

typedef struct batch {
  claim claims[BATCH];
  int n, rows;
} batch;

static void
copy_batch(const ccd_rows *rows, cc_arena *arena, void *ret)
{
  batch *taken = ret;
  taken->rows = ccd_rows_n(rows);
  for (int i = 0; i < taken->rows && taken->n < BATCH; i++) {
    claim claimed = {.id = ccd_rows_int64(rows, i, "id"),
                     .made = ccd_rows_int64(rows, i, "made"),
                     .organization_id = ccd_rows_int64(rows, i, "organization_id"),
                     .attempts = (int) ccd_rows_int64(rows, i, "attempts"),
                     .kind = cc_arena_strdup(arena, ccd_rows_get(rows, i, "kind")),
                     .payload = cc_arena_strdup(arena, ccd_rows_get(rows, i, "payload"))};
    /* Without memory for its name or payload the job is skipped: it is claimed again after its
     * lease has expired. */
    if (claimed.kind != NULL && claimed.payload != NULL)
      taken->claims[taken->n++] = claimed;
  }
}

static const ccd_job_kind *
find_kind(const ccd_lane *lane, const char *name)
{
  for (size_t i = 0; i < lane->n_kinds; i++) {
    if (strcmp(lane->kinds[i]->name, name) == 0)
      return lane->kinds[i];
  }
  return NULL;
}

static const char *
plain_payload(cc_arena *arena, const char *bytea_text)
{
  uint8_t *bytes = NULL;
  size_t length = 0;
  return ccd_bytea_parse(arena, bytea_text, &bytes, &length)
           ? cc_arena_strndup(arena, (const char *) bytes, length)
           : NULL;
}

/* Decode the payload. Unknown members are ignored, so that an older server can run jobs that a
 * newer one enqueued; a missing CC_REQUIRED member is an error. */
static cc_status
read_payload(const ccd_job_kind *kind,
             cc_arena *arena,
             const char *text,
             const void **ret,
             cc_error *reterr)
{
  const cc_type *type = kind->payload;
  if (type == NULL)
    return CC_OK;
  void *payload = NULL;
  cc_present present = {0};
  cc_error_list errors = {.arena = arena};
  cc_status status =
    cc_decode(type, text, strlen(text), CC_MODE_REPLY, arena, &payload, &present, &errors);
  for (size_t i = 0; status == CC_OK && i < type->n_fields; i++) {
    if ((type->fields[i].flags & CC_REQUIRED) && !cc_present_has(&present, i))
      status = CC_ERR_INVALID;
  }
  *ret = payload;
  return status == CC_OK ? CC_OK
                         : cc_fail(reterr,
                                   CC_ERR_INTERNAL,
                                   "payload",
                                   "The payload of the job is not a valid %s",
                                   type->name);
}

static cc_status
lane_run_claim(ccd_lane *lane, const claim *claimed, ccd_job_run *run, cc_error *reterr)
{
  ccd_job job = {.server = lane->jobs->server,
                 .kind = run->kind,
                 .arena = lane->arena,
                 .id = claimed->id,
                 .organization_id = claimed->organization_id,
                 .attempt = claimed->attempts,
                 .made = claimed->made,
                 .run = run};
  if (run->kind->sealed) {
    job.sealed = claimed->payload;
    return run->kind->run(&job, reterr);
  }
  const char *text = plain_payload(lane->arena, claimed->payload);
  if (text == NULL)
    return cc_fail_memory(reterr);
  cc_status status = read_payload(run->kind, lane->arena, text, &job.payload, reterr);
  return status == CC_OK ? run->kind->run(&job, reterr) : status;
}

static void
set_running(ccd_lane *lane, ccd_job_run *run)
{
  pthread_mutex_lock(&lane->jobs->lock);
  lane->running = run;
  pthread_mutex_unlock(&lane->jobs->lock);
}

/* Write the result of the attempt to the job's row: done, put back, or to be tried again. The
 * statements compare the attempt's number, so a worker that has lost the job changes nothing. */
static void
settle_job(ccd_lane *lane, const ccd_job_run *run, cc_status status, const cc_error *error)
{
  cc_error failure = {0};
  const ccd_arg args[] = {
    {"organization", ccd_text_int64(lane->arena, run->organization_id)},
    {"id", ccd_text_int64(lane->arena, run->id)},
    {"attempts", ccd_text_int64(lane->arena, run->attempts)},
    {"attempts_max", CCD_JOB_ATTEMPTS_MAX},
    {"after_s", ccd_text_int64(lane->arena, run->again_s)},
    {"error", error->message},
    {0},
  };
  const ccd_query *outcome = status == CC_OK ? &ccd_q_job_done
                             : run->again    ? &ccd_q_job_again
                                             : &ccd_q_job_retry;
  if (ccd_jobs_query(lane->jobs, lane->arena, outcome, args, NULL, NULL, &failure) != CC_OK)
    ccd_log(CCD_WARNING,
            "job.unsettled",
            CCD_NUMBER("job", run->id),
            CCD_TEXT("code", failure.code));
}

static void
lane_run_and_settle(ccd_lane *lane, const claim *claimed)
{
  cc_error error = {0};
  ccd_job_run run = {.jobs = lane->jobs,
                     .kind = find_kind(lane, claimed->kind),
                     .organization_id = claimed->organization_id,
                     .id = claimed->id,
                     .attempts = claimed->attempts};
  if (run.kind == NULL)
    return; /* cannot happen: only kinds of this lane are claimed */
  run.extend_at = cc_time_monotonic() + run.kind->lease_s * CC_TIME_SECOND / 3;
  set_running(lane, &run);
  cc_status status = lane_run_claim(lane, claimed, &run, &error);
  ccd_job_run_done(&run);
  set_running(lane, NULL);
  if (status != CC_OK && !run.again)
    ccd_log(CCD_WARNING,
            "job.failed",
            CCD_TEXT("kind", claimed->kind),
            CCD_NUMBER("job", claimed->id),
            CCD_NUMBER("attempt", claimed->attempts),
            CCD_TEXT("code", error.code));
  settle_job(lane, &run, status, &error);
}

/* Build the array parameters of job_claim: names and leases of the lane's kinds that are ready.
 * Returns false when no kind is ready, or when out of memory. */
static bool
ready_kinds(const ccd_lane *lane, const char **ret_names, const char **ret_leases)
{
  cc_str names = CC_STR_INIT(8192), leases = CC_STR_INIT(8192);
  size_t n = 0;
  for (size_t i = 0; i < lane->n_kinds; i++) {
    const ccd_job_kind *kind = lane->kinds[i];
    if (kind->ready != NULL && !kind->ready(lane->jobs->server))
      continue;
    cc_str_printf(&names, "%s%s", n == 0 ? "{" : ",", kind->name);
    cc_str_printf(&leases, "%s%d", n == 0 ? "{" : ",", kind->lease_s);
    n++;
  }
  cc_str_add_char(&names, '}');
  cc_str_add_char(&leases, '}');
  *ret_names = names.failed ? NULL : cc_arena_strdup(lane->arena, names.text);
  *ret_leases = leases.failed ? NULL : cc_arena_strdup(lane->arena, leases.text);
  cc_str_done(&names);
  cc_str_done(&leases);
  return n > 0 && *ret_names != NULL && *ret_leases != NULL;
}

/* Claim and run due jobs. Returns false when none was due, or the worker is stopping. */
static bool
lane_run_batch(ccd_lane *lane)
{
  cc_error error = {0};
  batch claimed = {0};
  const char *names = NULL, *leases = NULL;

  cc_arena_clear(lane->arena);
  if (atomic_load(&lane->jobs->stopping) || !ccd_db_up(lane->jobs->server->db) ||
      !ready_kinds(lane, &names, &leases))
    return false;
  const ccd_arg args[] = {
    {"kinds", names},
    {"leases", leases},
    {"attempts_max", CCD_JOB_ATTEMPTS_MAX},
    {"n", "10"},
    {0},
  };
  const ccd_query *asked = ccd_lane_is_slow(lane->which) ? &ccd_q_job_claim_slow : &ccd_q_job_claim;
  cc_status status =
    ccd_jobs_query(lane->jobs, lane->arena, asked, args, copy_batch, &claimed, &error);
  for (int i = 0; status == CC_OK && i < claimed.n; i++)
    lane_run_and_settle(lane, &claimed.claims[i]);
  return status == CC_OK && claimed.n > 0;
}

/* Wait until the lane is woken, or POLL_SECONDS have passed. Returns false when the worker stops.
 */
static bool
wait_for_work(ccd_lane *lane)
{
  ccd_jobs *jobs = lane->jobs;
  struct timespec until;

  (void) clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += POLL_SECONDS;
  pthread_mutex_lock(&jobs->lock);
  int waited = 0;
  while (!lane->woken && !atomic_load(&jobs->stopping) && waited == 0)
    waited = pthread_cond_timedwait(&jobs->changed, &jobs->lock, &until);
  lane->woken = false;
  bool go_on = !atomic_load(&jobs->stopping);
  pthread_mutex_unlock(&jobs->lock);
  return go_on;
}

static void *
lane_thread(void *data)
{
  ccd_lane *lane = data;

  while (wait_for_work(lane)) {
    while (lane_run_batch(lane))
      ccd_jobs_wake(lane->jobs); /* the jobs that ran may have enqueued jobs for other lanes */
  }
  return NULL;
}

/* --- start and stop --- */

static const ccd_job_kind *
kind_named(const ccd_jobs *jobs, const char *name)
{
  for (size_t i = 0; i < CC_N(jobs->lanes); i++) {
    const ccd_job_kind *kind = find_kind(&jobs->lanes[i], name);
    if (kind != NULL)
      return kind;
  }
  return NULL;
}

static cc_status
add_kind(ccd_jobs *jobs, const ccd_job_kind *kind, cc_error *reterr)
{
  if (kind->run == NULL || kind->lease_s <= 0 || kind->lane >= _CCD_LANE_MAX ||
      (kind->sealed && kind->payload != NULL) || strpbrk(kind->name, "{},\"\\ ") != NULL ||
      kind_named(jobs, kind->name) != NULL)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "job_kind",
                   "The job kind %s is incomplete, or its name is used twice",
                   kind->name);
  for (size_t i = 0; i < CC_N(jobs->lanes); i++) {
    ccd_lane *lane = &jobs->lanes[i];
    if (lane->which != kind->lane)
      continue;
    const ccd_job_kind **grown = realloc(lane->kinds, (lane->n_kinds + 1) * sizeof(*lane->kinds));
    if (grown == NULL)
      return cc_fail_memory(reterr);
    lane->kinds = grown;
    lane->kinds[lane->n_kinds++] = kind;
  }
  return CC_OK;
}

static void
jobs_free(ccd_jobs *jobs)
{
  for (size_t i = 0; i < CC_N(jobs->lanes); i++) {
    cc_arena_free(jobs->lanes[i].arena);
    free(jobs->lanes[i].kinds);
  }
  cc_arena_free(jobs->keeper_arena);
  pthread_cond_destroy(&jobs->changed);
  pthread_mutex_destroy(&jobs->lock);
  free(jobs);
}

static ccd_jobs *
jobs_new(const ccd_server *server)
{
  ccd_jobs *jobs = calloc(1, sizeof(*jobs));
  if (jobs == NULL)
    return NULL;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&jobs->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  pthread_mutex_init(&jobs->lock, NULL);
  jobs->server = server;
  jobs->queued = jobs->failed = -1;
  for (size_t i = 0; i < CC_N(jobs->lanes); i++) {
    jobs->lanes[i].jobs = jobs;
    jobs->lanes[i].which = lane_of_thread[i];
  }
  return jobs;
}

static cc_status
start_threads(ccd_jobs *jobs, cc_error *reterr)
{
  bool good = true;
  jobs->keeper_arena = cc_arena_new(KEEPER_ARENA_MAX);
  for (size_t i = 0; good && i < CC_N(jobs->lanes); i++) {
    ccd_lane *lane = &jobs->lanes[i];
    if (lane->n_kinds == 0)
      continue;
    lane->arena = cc_arena_new(ARENA_MAX);
    lane->started =
      lane->arena != NULL && pthread_create(&lane->thread, NULL, lane_thread, lane) == 0;
    good = lane->started;
  }
  if (good && jobs->keeper_arena != NULL)
    jobs->keeper_started = pthread_create(&jobs->keeper, NULL, ccd_job_keeper, jobs) == 0;
  if (jobs->keeper_started)
    return CC_OK;
  return cc_fail(reterr, CC_ERR_NO_MEMORY, "no_memory", "The job worker could not be started.");
}

cc_status
ccd_jobs_start(ccd_server *server,
               const ccd_job_kind *const *tables,
               ccd_jobs **ret,
               cc_error *reterr)
{
  ccd_jobs *jobs = jobs_new(server);
  if (jobs == NULL)
    return cc_fail_memory(reterr);
  cc_status status = CC_OK;
  for (; status == CC_OK && *tables != NULL; tables++) {
    for (const ccd_job_kind *kind = *tables; status == CC_OK && kind->name != NULL; kind++)
      status = add_kind(jobs, kind, reterr);
  }
  if (status == CC_OK)
    status = start_threads(jobs, reterr);
  if (status == CC_OK)
    *ret = jobs;
  else
    ccd_jobs_stop(jobs);
  return status;
}

void
ccd_jobs_wake(ccd_jobs *jobs)
{
  if (jobs == NULL)
    return;
  pthread_mutex_lock(&jobs->lock);
  for (size_t i = 0; i < CC_N(jobs->lanes); i++)
    jobs->lanes[i].woken = true;
  pthread_cond_broadcast(&jobs->changed);
  pthread_mutex_unlock(&jobs->lock);
}

static void
set_stop_flag(ccd_jobs *jobs, atomic_bool *flag)
{
  pthread_mutex_lock(&jobs->lock);
  atomic_store(flag, true);
  pthread_cond_broadcast(&jobs->changed);
  pthread_mutex_unlock(&jobs->lock);
}

/* The keeper is stopped last, so that jobs which are still ending keep their leases. */
void
ccd_jobs_stop(ccd_jobs *jobs)
{
  if (jobs == NULL)
    return;
  set_stop_flag(jobs, &jobs->stopping);
  for (size_t i = 0; i < CC_N(jobs->lanes); i++) {
    if (jobs->lanes[i].started)
      pthread_join(jobs->lanes[i].thread, NULL);
  }
  set_stop_flag(jobs, &jobs->keeper_ends);
  if (jobs->keeper_started)
    pthread_join(jobs->keeper, NULL);
  jobs_free(jobs);
}

void
ccd_jobs_figures(const ccd_jobs *jobs, int64_t *ret_queued, int64_t *ret_failed)
{
  *ret_queued = jobs == NULL ? -1 : jobs->queued;
  *ret_failed = jobs == NULL ? -1 : jobs->failed;
}
