/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <time.h>

#include "ccd-queries.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-arg-text.h"
#include "server/jobs/ccd-job-run.h"
#include "server/turf/ccd-turf-ground.h"
#include "server/turf/ccd-turf.h"

/* The job that cuts turfs. The job reads the doors, computes without a transaction, and writes
 * the draft turfs in one transaction. If the job is cancelled or the server is killed, no drafts
 * are written; after a crash the job starts again from the beginning. */

#define MEMORY ((size_t) 2 << 30)
#define TEXT_MAX ((size_t) 128 << 20)
#define ONE_TURF_MAX                                                                               \
  2500 /* maximum of buildings in a turf without a target: its matrix grows by the square */
#define PRECINCT_WALL 400.0 /* metres of walking that a turf across two precincts must save */
#define CHECK_MS 700        /* milliseconds between two checks whether the cut was cancelled */
#define GIVE_UP 3           /* number of attempts after which the cut is marked as failed */

typedef struct payload {
  int64_t cut_id;
  int64_t user_id;
  char *actor;
} payload;

static const cc_field payload_fields[] = {
  CC_INT64(payload, cut_id, .flags = CC_REQUIRED),
  CC_INT64(payload, user_id),
  CC_STRING(payload, actor),
};
static const cc_type payload_type = CC_TYPE(payload, "TurfCutPayload", payload_fields);

typedef struct cutting {
  ccd_job *job;
  const payload *what;
  const char *cut_id;
  ccd_job_tx tx;
  cc_arena *arena, *scratch;
  ccd_cut_options options;
  ccd_watch watch;
  bool ended; /* the cut was cancelled, or another worker has finished it */
  int64_t checked_at;
  ccd_turf_ground ground;
  ccd_cut cut;
} cutting;

static int64_t
now_ms(void)
{
  struct timespec now = {0};
  (void) clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static cc_status
run_once(cutting *c,
         const ccd_query *query,
         const ccd_arg *more,
         const ccd_rows **ret,
         cc_error *reterr)
{
  ccd_arg args[8] = {{"cut_id", c->cut_id}};
  for (size_t i = 0; more != NULL && more[i].name != NULL && i + 2 < CC_N(args); i++)
    args[i + 1] = more[i];
  return ccd_job_once(c->job, &c->tx, query, args, ret, reterr);
}

/* ccd_watch.cancelled: at most every CHECK_MS, read from the database whether the cut was
 * cancelled. Called while no transaction is open. */
static bool
is_cancelled(void *data)
{
  cutting *c = data;
  int64_t now = now_ms();
  if (ccd_job_stopping(c->job) || ccd_job_lost(c->job))
    return true;
  if (now - c->checked_at < CHECK_MS)
    return c->ended;
  c->checked_at = now;
  const ccd_rows *rows = NULL;
  cc_error ignored = {0};
  if (run_once(c, &ccd_q_turf_cut_wanted, NULL, &rows, &ignored) == CC_OK)
    c->ended = !ccd_rows_bool(rows, 0, "wanted");
  return c->ended;
}

static cc_status
report_step(cutting *c, const char *name, double progress, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {
    {"step", name},
    {"progress", cc_arena_printf(c->job->arena, "%.3f", progress)},
    {0},
  };
  cc_status status = run_once(c, &ccd_q_turf_cut_step, args, &rows, reterr);
  if (status == CC_OK)
    c->ended = !ccd_rows_bool(rows, 0, "goes_on");
  return status;
}

static cc_status
read_request(cutting *c, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  cc_status status = run_once(c, &ccd_q_turf_cut_read, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  const char *state = ccd_rows_get(rows, 0, "state");
  const char *mode = ccd_rows_get(rows, 0, "mode");
  const char *method = ccd_rows_get(rows, 0, "method");
  c->ended = state == NULL || (strcmp(state, "queued") != 0 && strcmp(state, "running") != 0);
  if (c->ended)
    return CC_OK;
  bool parted = ccd_rows_bool(rows, 0, "by_precinct") || strcmp(method, "precinct") == 0;
  c->options = (ccd_cut_options){
    .mode = strcmp(mode, "compact") == 0 ? CCD_CUT_COMPACT : CCD_CUT_ROUTE,
    .target_doors = ccd_turf_number(rows, 0, "target_doors"),
    .target_minutes = ccd_turf_number(rows, 0, "target_minutes"),
    .barrier = parted ? PRECINCT_WALL : 0,
    .seed = 1,
  };
  return CC_OK;
}

/* Read the doors and streets of the cut into c->ground. The rows are copied, because they are
 * freed with the next transaction. */
static cc_status
read_ground(cutting *c, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  ccd_turf_box box;
  cc_status status = run_once(c, &ccd_q_turf_cut_snap, NULL, NULL, reterr);
  if (status == CC_OK)
    status = run_once(c, &ccd_q_turf_cut_points, NULL, &rows, reterr);
  if (status == CC_OK)
    status = ccd_turf_ground_points(rows, c->arena, &c->ground, reterr);
  if (status == CC_OK)
    status = ccd_turf_ground_box(&c->ground, c->arena, &box, reterr);
  if (status == CC_OK)
    status = run_once(c, &ccd_q_turf_segments, box.args, &rows, reterr);
  return status == CC_OK ? ccd_turf_ground_streets(rows, c->arena, &c->ground, reterr) : status;
}

/* Make one turf of each group of points (each precinct, or the whole area). Used when the cut
 * has no target. */
static cc_status
one_turf_each(cutting *c, cc_error *reterr)
{
  int n = c->ground.ground.n, parts = c->ground.parts;
  ccd_cut *cut = &c->cut;
  cut->turfs = cc_arena_alloc(c->arena, ((size_t) parts + 1) * sizeof(*cut->turfs));
  cut->pieces = cc_arena_alloc(c->arena, ((size_t) n + 1) * sizeof(*cut->pieces));
  if (cut->turfs == NULL || cut->pieces == NULL)
    return cc_fail_memory(reterr);
  for (int part = 0; part < parts; part++) {
    ccd_turf *turf = &cut->turfs[cut->n_turfs];
    *turf = (ccd_turf){.first = cut->n_pieces};
    for (int i = 0; i < n; i++) {
      const ccd_point *point = &c->ground.points[i];
      if (point->group != part)
        continue;
      cut->pieces[cut->n_pieces++] = (ccd_piece){i, 0, point->doors};
      turf->doors += point->doors;
      turf->n++;
    }
    cut->n_turfs += turf->n > 0;
    if (turf->n > ONE_TURF_MAX)
      return cc_fail(reterr,
                     CC_ERR_INVALID,
                     "too_large",
                     "%d buildings are too many for one turf. Set a target in doors or minutes.",
                     turf->n);
  }
  return CC_OK;
}

static cc_status
cut_pieces(cutting *c, cc_error *reterr)
{
  c->watch = (ccd_watch){is_cancelled, c};
  c->options.watch = &c->watch;
  if (c->ground.ground.n == 0)
    return CC_OK;
  if (c->options.target_doors <= 0 && c->options.target_minutes <= 0)
    return one_turf_each(c, reterr);
  return ccd_cut_turfs(&c->ground.ground, &c->options, c->arena, c->scratch, &c->cut, reterr);
}

static void
add_turf(cc_str *out, const ccd_turf *turf, const ccd_turf_walk *walk)
{
  cc_str_printf(out,
                "%s{\"tower\":%s,\"length\":%.1f,\"minutes\":%.1f,\"doors\":[",
                out->length > 1 ? "," : "",
                turf->tower ? "true" : "false",
                walk->walk.length,
                walk->walk.minutes);
  for (int i = 0; i < walk->n; i++) {
    if (i > 0)
      cc_str_add_char(out, ',');
    cc_str_add_int(out, walk->doors[i]);
  }
  cc_str_add(out, "]}");
}

static cc_status
walk_turfs(cutting *c, cc_str *out, cc_error *reterr)
{
  cc_status status = CC_OK;
  cc_arena *piece = cc_arena_new(MEMORY);
  if (piece == NULL)
    return cc_fail_memory(reterr);
  cc_str_add_char(out, '[');
  int64_t reported_at = now_ms();
  for (int i = 0; status == CC_OK && !c->ended && i < c->cut.n_turfs; i++) {
    const ccd_turf *turf = &c->cut.turfs[i];
    ccd_turf_walk made = {0};
    cc_arena_clear(piece);
    status = ccd_turf_walk_pieces(&c->ground,
                                  c->cut.pieces + turf->first,
                                  turf->n,
                                  /* start= */ NULL,
                                  piece,
                                  c->scratch,
                                  &made,
                                  reterr);
    if (status == CC_OK)
      add_turf(out, turf, &made);
    if (status == CC_OK && now_ms() - reported_at > CHECK_MS) {
      reported_at = now_ms();
      status = report_step(c, "walk", 0.4 + 0.5 * i / c->cut.n_turfs, reterr);
      c->ended = c->ended || ccd_job_stopping(c->job);
    }
  }
  cc_str_add_char(out, ']');
  cc_arena_free(piece);
  return status == CC_OK && out->failed ? cc_fail_memory(reterr) : status;
}

static cc_status
store_turfs(cutting *c, const cc_str *turfs, int64_t since, cc_error *reterr)
{
  const ccd_arg args[] = {
    {"turfs", turfs->text},
    {"seconds", cc_arena_printf(c->job->arena, "%.2f", (double) (now_ms() - since) / 1000)},
    {0},
  };
  return run_once(c, &ccd_q_turf_cut_store, args, NULL, reterr);
}

static cc_status
run_steps(cutting *c, cc_error *reterr)
{
  int64_t since = now_ms();
  cc_str turfs = CC_STR_INIT(TEXT_MAX);
  cc_status status = read_request(c, reterr);
  if (status == CC_OK && !c->ended)
    status = report_step(c, "read", 0.02, reterr);
  if (status == CC_OK && !c->ended)
    status = read_ground(c, reterr);
  if (status == CC_OK && !c->ended)
    status = report_step(c, "cut", 0.15, reterr);
  if (status == CC_OK && !c->ended)
    status = cut_pieces(c, reterr);
  if (status == CC_OK && !c->ended)
    status = report_step(c, "walk", 0.4, reterr);
  if (status == CC_OK && !c->ended)
    status = walk_turfs(c, &turfs, reterr);
  if (status == CC_OK && !c->ended)
    status = report_step(c, "write", 0.9, reterr);
  if (status == CC_OK && !c->ended)
    status = store_turfs(c, &turfs, since, reterr);
  cc_str_done(&turfs);
  return status;
}

/* Write a failure into the row of the cut, so that the job is not repeated. */
static cc_status
record_cut_failure(cutting *c, cc_status status, cc_error *reterr)
{
  if (status == CC_OK && !ccd_job_stopping(c->job))
    return CC_OK;
  if (ccd_job_stopping(c->job))
    return ccd_job_again(c->job, 0, reterr);
  if (c->ended)
    return CC_OK;
  bool ours = status == CC_ERR_INVALID || c->job->attempt >= GIVE_UP;
  if (ccd_job_lost(c->job) || !ours)
    return status;
  const ccd_arg args[] = {
    {"error",
     reterr->message[0] != '\0' ? cc_arena_strdup(c->job->arena, reterr->message)
                                : "The cut failed for an unknown reason."},
    {0},
  };
  return run_once(c, &ccd_q_turf_cut_fail, args, NULL, reterr);
}

static cc_status
run_cut(ccd_job *job, cc_error *reterr)
{
  cc_error error = {0};
  const payload *what = job->payload;
  CC_AUTO(cc_arena) arena = cc_arena_new(MEMORY);
  CC_AUTO(cc_arena) scratch = cc_arena_new(MEMORY);
  if (arena == NULL || scratch == NULL)
    return cc_fail_memory(reterr);
  cutting c = {
    .job = job,
    .what = what,
    .cut_id = ccd_text_int64(job->arena, what->cut_id),
    .tx = {.action = "turf.cut", .actor = what->actor, .user_id = what->user_id},
    .arena = arena,
    .scratch = scratch,
    .checked_at = now_ms(),
  };
  cc_status status = record_cut_failure(&c, run_steps(&c, &error), &error);
  if (reterr != NULL && status != CC_OK)
    *reterr = error;
  return status;
}

static cc_status
run_expire(ccd_job *job, cc_error *reterr)
{
  const ccd_job_tx tx = {.action = "turf.expire"};
  return ccd_job_once(job, &tx, &ccd_q_turf_expire, NULL, NULL, reterr);
}

const ccd_job_kind ccd_turf_jobs[] = {
  {.name = "turf.cut",
   .lane = CCD_LANE_WAITED,
   .lease_s = 30,
   .payload = &payload_type,
   .run = run_cut},
  {.name = "turf.expire", .lane = CCD_LANE_QUICK, .lease_s = 120, .run = run_expire},
  {0},
};
