/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/canvass/ccd-cut.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/canvass/ccd-cut-halve.h"
#include "server/canvass/ccd-cut-split.h"
#include "server/canvass/ccd-tour.h"
#include "server/canvass/ccd-walk.h"

/* Cuts doors into turfs: makes stops from points, separates towers (buildings with enough doors
 * for a turf of their own), groups the other stops by one of the two methods, and makes pieces
 * from the groups. Pure computation, without I/O. */

#define MINUTES_PER_DOOR 1.65
#define METRES_A_SECOND 0.85
#define SLACK 0.15
#define TOWER_SHARE 0.75

/* The input as stops, sorted along the Hilbert curve so that neighbours are also near in memory.
 * Stop s contains the points sorted[first[s]] .. sorted[first[s + 1] - 1]. */
typedef struct work {
  const ccd_point *points;
  const ccd_cut_options *options;
  int *sorted, *first;
  int n;         /* number of stops, towers included */
  int *ordinary; /* the stops that are not towers, in curve order */
  ccd_point *place;
  double minutes_per_door;
  double
    target_doors; /* target in doors; used for towers even if the target was given in minutes */
  ccd_stops stops;
} work;

static double
or_default(double value, double otherwise)
{
  return value > 0 ? value : otherwise;
}

static cc_status
check_options(const ccd_cut_options *o, cc_error *reterr)
{
  bool doors = o->target_doors >= 1, minutes = o->target_minutes >= 1;
  if (doors != minutes && isfinite(o->target_doors) && isfinite(o->target_minutes))
    return CC_OK;
  return cc_fail_field(reterr,
                       CC_ERR_INVALID,
                       "target",
                       "/target_doors",
                       "Set either a target in doors or a target in minutes, at least 1.");
}

static bool
find_stops(work *w, int n, cc_arena *scratch)
{
  w->sorted = cc_arena_alloc(scratch, ((size_t) n + 1) * sizeof(int));
  w->first = cc_arena_alloc(scratch, ((size_t) n + 2) * sizeof(int));
  w->ordinary = cc_arena_alloc(scratch, ((size_t) n + 1) * sizeof(int));
  w->place = cc_arena_alloc(scratch, ((size_t) n + 1) * sizeof(ccd_point));
  w->stops.work = cc_arena_alloc(scratch, ((size_t) n + 1) * sizeof(double));
  if (w->sorted == NULL || w->first == NULL || w->ordinary == NULL || w->place == NULL ||
      w->stops.work == NULL)
    return false;
  int count = 0;
  for (int i = 0; i < n; i++)
    if (w->points[i].doors > 0)
      w->sorted[count++] = i;
  ccd_walk_sort(w->points, w->sorted, count);
  for (int i = 0; i < count; i++) {
    if (i == 0 || !ccd_walk_together(&w->points[w->sorted[i - 1]], &w->points[w->sorted[i]]))
      w->first[w->n++] = i;
  }
  w->first[w->n] = count;
  return true;
}

static int
doors_of(const work *w, int stop)
{
  int doors = 0;
  for (int i = w->first[stop]; i < w->first[stop + 1]; i++)
    doors += w->points[w->sorted[i]].doors;
  return doors;
}

static bool
is_tower(const work *w, int doors)
{
  return doors >= or_default(w->options->tower_share, TOWER_SHARE) * w->target_doors;
}

/* Collect the stops that are not towers in w->ordinary, along the curve. */
static cc_status
find_ordinary(work *w, cc_arena *scratch, cc_error *reterr)
{
  size_t room = (size_t) w->n + 1;
  double *x = cc_arena_alloc(scratch, 2 * room * sizeof(double));
  int *curve = cc_arena_alloc(scratch, 2 * room * sizeof(int));
  if (x == NULL || curve == NULL)
    return cc_fail_memory(reterr);
  double *y = x + room;
  int *stop = curve + room, n = 0;
  for (int i = 0; i < w->n; i++) {
    if (is_tower(w, doors_of(w, i)))
      continue;
    x[n] = w->points[w->sorted[w->first[i]]].x;
    y[n] = w->points[w->sorted[w->first[i]]].y;
    stop[n++] = i;
  }
  cc_status status = ccd_near_hilbert(x, y, n, scratch, curve, reterr);
  if (status != CC_OK)
    return status;
  for (int i = 0; i < n; i++) {
    int s = w->ordinary[i] = stop[curve[i]];
    w->place[i] = w->points[w->sorted[w->first[s]]];
    w->place[i].doors = doors_of(w, s);
    w->stops.work[i] = w->place[i].doors * w->minutes_per_door;
  }
  w->stops.n = n;
  w->stops.place = w->place;
  return CC_OK;
}

/* --- the tour --- */

static cc_status
tour_of(const work *w, cc_arena *scratch, int *order, cc_error *reterr)
{
  const ccd_stops *s = &w->stops;
  const ccd_cut_options *o = w->options;
  ccd_street_metric metric = {.points = s->place,
                              .segments = s->segments,
                              .barrier = (int32_t) fmin(s->barrier, 1e7)};
  double *x = cc_arena_alloc(scratch, 2 * (size_t) s->n * sizeof(double));
  if (x == NULL)
    return cc_fail_memory(reterr);
  double *y = x + s->n;
  for (int i = 0; i < s->n; i++) {
    x[i] = s->place[i].x;
    y[i] = s->place[i].y;
    order[i] = i; /* the stops are already in curve order */
  }
  ccd_tour_problem problem =
    {.n = s->n, .length = ccd_streets_near, .data = &metric, .x = x, .y = y, .given = true};
  ccd_tour_budget budget = {.kicks = o->kicks, .milliseconds = o->milliseconds, .seed = o->seed};
  if (budget.kicks == 0 && budget.milliseconds <= 0)
    budget.kicks = (int64_t) fmin((double) CCD_CUT_KICKS * s->n, CCD_CUT_KICKS_MAX);
  return ccd_tour_solve(&problem, &budget, o->watch, scratch, order, NULL, reterr);
}

/* --- the result --- */

/* Number of parts into which a tower is cut: doors / target, rounded; at least 1. */
static int
tower_parts(const work *w, int doors)
{
  int parts = (int) lround(doors / w->target_doors);
  return parts < 1 ? 1 : parts;
}

static void
add_pieces(const work *w, int stop, ccd_cut *ret)
{
  for (int i = w->first[stop]; i < w->first[stop + 1]; i++) {
    int point = w->sorted[i];
    ret->pieces[ret->n_pieces++] =
      (ccd_piece){.point = point, .first = 0, .doors = w->points[point].doors};
  }
}

/* Append one turf to @ret for each part of a tower. The parts differ by at most one door. */
static void
add_tower(const work *w, int stop, ccd_cut *ret)
{
  int doors = doors_of(w, stop), parts = tower_parts(w, doors);
  int at = w->first[stop],
      used = 0; /* the point that is being cut, and how many of its doors are already in a part */
  for (int part = 0; part < parts; part++) {
    int left = (int) ((int64_t) doors * (part + 1) / parts - (int64_t) doors * part / parts);
    ccd_turf *turf = &ret->turfs[ret->n_turfs++];
    *turf = (ccd_turf){.first = ret->n_pieces, .doors = left, .tower = true};
    while (left > 0) {
      int point = w->sorted[at], here = w->points[point].doors - used;
      int taken = here < left ? here : left;
      ret->pieces[ret->n_pieces++] = (ccd_piece){.point = point, .first = used, .doors = taken};
      left -= taken;
      used += taken;
      if (used == w->points[point].doors) {
        at++;
        used = 0;
      }
    }
    turf->n = ret->n_pieces - turf->first;
  }
}

static void
add_groups(const work *w, const int *order, const int *end, int n, ccd_cut *ret)
{
  for (int group = 0, i = 0; group < n; group++) {
    ccd_turf *turf = &ret->turfs[ret->n_turfs++];
    *turf = (ccd_turf){.first = ret->n_pieces};
    for (; i < end[group]; i++) {
      add_pieces(w, w->ordinary[order[i]], ret);
      turf->doors += w->place[order[i]].doors;
    }
    turf->n = ret->n_pieces - turf->first;
  }
}

static cc_status
make_result(const work *w, int groups, cc_arena *arena, ccd_cut *ret, cc_error *reterr)
{
  int turfs = groups, pieces = w->first[w->n];
  for (int i = 0; i < w->n; i++) {
    int doors = doors_of(w, i);
    if (!is_tower(w, doors))
      continue;
    turfs += tower_parts(w, doors);
    pieces += tower_parts(w, doors);
  }
  *ret = (ccd_cut){0};
  ret->turfs = cc_arena_alloc(arena, ((size_t) turfs + 1) * sizeof(ccd_turf));
  ret->pieces = cc_arena_alloc(arena, ((size_t) pieces + 1) * sizeof(ccd_piece));
  if (ret->turfs == NULL || ret->pieces == NULL)
    return cc_fail_memory(reterr);
  return CC_OK;
}

/* --- ccd_cut_turfs --- */

static void
set_targets(work *w, const ccd_segment *segments)
{
  const ccd_cut_options *o = w->options;
  bool minutes = o->target_minutes > 0;
  double each = or_default(o->minutes_per_door, MINUTES_PER_DOOR);
  w->minutes_per_door = minutes ? each : 1;
  w->target_doors = minutes ? o->target_minutes / each : o->target_doors;
  w->stops.target = minutes ? o->target_minutes : o->target_doors;
  w->stops.per_cm =
    minutes ? 1 / (or_default(o->metres_a_second, METRES_A_SECOND) * 60 * CCD_CM) : 0;
  w->stops.slack = or_default(o->slack, SLACK);
  w->stops.segments = segments;
  w->stops.barrier = o->barrier > 0 ? o->barrier * CCD_CM : 0;
}

static cc_status
group_stops(const work *w,
            cc_arena *scratch,
            int *ret_order,
            int *ret_end,
            int *ret_n,
            cc_error *reterr)
{
  if (w->stops.n == 0)
    return CC_OK;
  if (w->options->mode == CCD_CUT_COMPACT)
    return ccd_cut_halve(&w->stops, w->options->watch, scratch, ret_order, ret_end, ret_n, reterr);
  int *tour = cc_arena_alloc(scratch, (size_t) w->stops.n * sizeof(int));
  if (tour == NULL)
    return cc_fail_memory(reterr);
  cc_status status = tour_of(w, scratch, tour, reterr);
  if (status != CC_OK)
    return status;
  return ccd_cut_split(&w->stops, tour, scratch, ret_order, ret_end, ret_n, reterr);
}

cc_status
ccd_cut_turfs(const ccd_ground *ground,
              const ccd_cut_options *options,
              cc_arena *arena,
              cc_arena *scratch,
              ccd_cut *ret,
              cc_error *reterr)
{
  work w = {.points = ground->points, .options = options};
  cc_status status = check_options(options, reterr);
  if (status != CC_OK)
    return status;
  set_targets(&w, ground->segments);
  if (!find_stops(&w, ground->n, scratch))
    return cc_fail_memory(reterr);
  status = find_ordinary(&w, scratch, reterr);
  if (status != CC_OK)
    return status;
  int groups = 0;
  int *order = cc_arena_alloc(scratch, 2 * ((size_t) w.stops.n + 1) * sizeof(int));
  if (order == NULL)
    return cc_fail_memory(reterr);
  int *end = order + w.stops.n + 1;
  status = group_stops(&w, scratch, order, end, &groups, reterr);
  if (status == CC_OK)
    status = make_result(&w, groups, arena, ret, reterr);
  if (status != CC_OK)
    return status;
  add_groups(&w, order, end, groups, ret);
  for (int i = 0; i < w.n; i++)
    if (is_tower(&w, doors_of(&w, i)))
      add_tower(&w, i, ret);
  return CC_OK;
}

/* --- the nearest free doors --- */

typedef struct away {
  int32_t length;
  int point;
} away;

static int
compare_away(const void *a, const void *b)
{
  const away *left = a, *right = b;
  if (left->length != right->length)
    return left->length < right->length ? -1 : 1;
  return left->point < right->point ? -1 : 1;
}

cc_status
ccd_cut_nearest(const ccd_ground *ground,
                const bool *taken,
                const ccd_point *from,
                int doors,
                cc_arena *scratch,
                int *ret_which,
                int *ret_n,
                cc_error *reterr)
{
  away *all = cc_arena_alloc(scratch, ((size_t) ground->n + 1) * sizeof(away));
  if (all == NULL)
    return cc_fail_memory(reterr);
  int free_points = 0;
  for (int i = 0; i < ground->n; i++) {
    if (ground->points[i].doors <= 0 || (taken != NULL && taken[i]))
      continue;
    ccd_point pair[2] = {*from, ground->points[i]};
    ccd_street_metric metric = {.points = pair, .segments = ground->segments};
    all[free_points++] = (away){.length = ccd_streets_near(&metric, 0, 1), .point = i};
  }
  qsort(all, (size_t) free_points, sizeof(*all), compare_away);
  int count = 0;
  for (int sum = 0; count < free_points && sum < doors; count++) {
    ret_which[count] = all[count].point;
    sum += ground->points[all[count].point].doors;
  }
  *ret_n = count;
  return CC_OK;
}
