/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/canvass/ccd-walk.h"

#include <stdlib.h>
#include <string.h>

#include "server/canvass/ccd-tour.h"

/* Plans the walk of one turf: groups its doors into stops, computes the matrix of walking
 * distances and solves it as a tour. */

#define MINUTES_PER_DOOR 1.65
#define METRES_A_SECOND 0.85
#define FORCED (1 << 29) /* longer than any walk: keeps the start next to the dummy place */

static int
compare_double(double a, double b)
{
  return a < b ? -1 : a > b;
}

static int
compare_places(const ccd_point *p, const ccd_point *q)
{
  int by = compare_double(p->x, q->x);
  if (by == 0)
    by = compare_double(p->y, q->y);
  if (by == 0)
    by = p->segment < q->segment ? -1 : p->segment > q->segment;
  if (by == 0)
    by = p->side < q->side ? -1 : p->side > q->side;
  return by;
}

bool
ccd_walk_together(const ccd_point *p, const ccd_point *q)
{
  return compare_places(p, q) == 0;
}

static int
compare_indexes(const void *a, const void *b, void *points)
{
  int i = *(const int *) a, j = *(const int *) b;
  int by = compare_places((const ccd_point *) points + i, (const ccd_point *) points + j);
  return by != 0 ? by : i < j ? -1 : i > j;
}

void
ccd_walk_sort(const ccd_point *points, int *which, int n)
{
  qsort_r(which, (size_t) n, sizeof(*which), compare_indexes, (void *) points);
}

/* The stops of the turf. Element i of @sorted belongs to stop s when first[s] <= i < first[s +
 * 1]. */
typedef struct stops {
  int n;
  int *sorted, *first;
  int *at; /* index of a point at the position of stop s: points[at[s]] */
} stops;

static bool
stops_find(const ccd_point *points, const int *which, int n, cc_arena *scratch, stops *s)
{
  s->sorted = cc_arena_alloc(scratch, ((size_t) n + 1) * sizeof(int));
  s->first = cc_arena_alloc(scratch, ((size_t) n + 2) * sizeof(int));
  s->at = cc_arena_alloc(scratch, ((size_t) n + 2) * sizeof(int));
  if (s->sorted == NULL || s->first == NULL || s->at == NULL)
    return false;
  memcpy(s->sorted, which, (size_t) n * sizeof(int));
  ccd_walk_sort(points, s->sorted, n);
  s->n = 0;
  for (int i = 0; i < n; i++) {
    if (i > 0 && ccd_walk_together(&points[s->sorted[i - 1]], &points[s->sorted[i]]))
      continue;
    s->first[s->n] = i;
    s->at[s->n++] = s->sorted[i];
  }
  s->first[s->n] = n;
  return true;
}

static double
or_default(double value, double otherwise)
{
  return value > 0 ? value : otherwise;
}

static void
sum_up(const ccd_point *points,
       const int *order,
       int n,
       int64_t length,
       const ccd_walk_options *options,
       ccd_walk *ret)
{
  *ret = (ccd_walk){.length = (double) length / CCD_CM};
  for (int i = 0; i < n; i++) {
    const ccd_point *p = &points[order[i]];
    ret->doors += p->doors;
    if (i > 0 && ccd_walk_together(&points[order[i - 1]], p))
      continue;
    ret->stops++;
    ret->approach += 2 * (double) p->setback;
  }
  ret->minutes = ret->doors * or_default(options->minutes_per_door, MINUTES_PER_DOOR) +
                 ret->length / or_default(options->metres_a_second, METRES_A_SECOND) / 60;
}

/* Make the length matrix. Its places are the stops, then the start if there is one, then a dummy
 * place that turns an open walk into a closed tour. The dummy has distance 0 from every stop;
 * with a start, it has distance 0 only from the start. */
static cc_status
make_matrix(const ccd_ground *ground,
            const stops *s,
            const ccd_walk_options *options,
            cc_arena *scratch,
            ccd_tour_problem *problem,
            cc_error *reterr)
{
  int starts = options->start != NULL, doors = s->n + starts, n = doors + 1;
  int32_t *matrix = cc_arena_alloc(scratch, (size_t) n * (size_t) n * sizeof(int32_t));
  ccd_point *own = cc_arena_alloc(scratch, (size_t) doors * sizeof(ccd_point));
  int *which = cc_arena_alloc(scratch, (size_t) doors * sizeof(int));
  if (matrix == NULL || own == NULL || which == NULL)
    return cc_fail_memory(reterr);
  for (int i = 0; i < doors; i++) {
    which[i] = i;
    own[i] = i < s->n ? ground->points[s->at[i]] : *options->start;
  }
  cc_status status =
    ccd_streets_matrix(ground->streets, own, which, doors, n, scratch, matrix, reterr);
  if (status != CC_OK)
    return status;
  for (int i = 0; i < doors; i++) {
    int32_t length = starts && i < s->n ? FORCED : 0;
    matrix[(size_t) i * (size_t) n + (size_t) doors] = length;
    matrix[(size_t) doors * (size_t) n + (size_t) i] = length;
  }
  *problem = (ccd_tour_problem){.n = n, .matrix = matrix};
  return CC_OK;
}

/* Read the closed tour from the place after the dummy; with a start, in the direction away from
 * the start. */
static void
unroll_tour(const stops *s, const int *tour, int n, bool starts, int *ret_order)
{
  int dummy = 0, written = 0, direction = 1;
  while (tour[dummy] != n - 1)
    dummy++;
  if (starts && tour[(dummy + 1) % n] != n - 2)
    direction = -1;
  for (int i = 1; i < n; i++) {
    int stop = tour[(dummy + direction * i + n) % n];
    if (stop >= s->n)
      continue;
    for (int at = s->first[stop]; at < s->first[stop + 1]; at++)
      ret_order[written++] = s->sorted[at];
  }
}

static int64_t
path_length(const ccd_tour_problem *problem, const int *tour)
{
  int n = problem->n, dummy = 0;
  int64_t length = 0;
  while (tour[dummy] != n - 1)
    dummy++;
  for (int i = 1; i < n - 1; i++)
    length +=
      problem
        ->matrix[(size_t) tour[(dummy + i) % n] * (size_t) n + (size_t) tour[(dummy + i + 1) % n]];
  return length;
}

cc_status
ccd_walk_plan(const ccd_ground *ground,
              const int *which,
              int n,
              const ccd_walk_options *options,
              cc_arena *scratch,
              int *ret_order,
              ccd_walk *ret,
              cc_error *reterr)
{
  cc_arena_clear(scratch);
  stops s = {0};
  ccd_tour_problem problem = {0};
  ccd_tour_budget budget = {.kicks = options->kicks,
                            .milliseconds = options->milliseconds,
                            .seed = options->seed};
  if (budget.kicks == 0 && budget.milliseconds <= 0)
    budget.kicks = CCD_WALK_KICKS;
  if (!stops_find(ground->points, which, n, scratch, &s))
    return cc_fail_memory(reterr);
  if (s.n == 0) {
    *ret = (ccd_walk){0};
    return CC_OK;
  }
  cc_status status = make_matrix(ground, &s, options, scratch, &problem, reterr);
  if (status != CC_OK)
    return status;
  int *tour = cc_arena_alloc(scratch, (size_t) problem.n * sizeof(int));
  if (tour == NULL)
    return cc_fail_memory(reterr);
  status = ccd_tour_solve(&problem, &budget, options->watch, scratch, tour, NULL, reterr);
  if (status != CC_OK)
    return status;
  unroll_tour(&s, tour, problem.n, options->start != NULL, ret_order);
  sum_up(ground->points, ret_order, n, path_length(&problem, tour), options, ret);
  return CC_OK;
}

cc_status
ccd_walk_measure(const ccd_ground *ground,
                 const int *order,
                 int n,
                 const ccd_walk_options *options,
                 cc_arena *scratch,
                 ccd_walk *ret,
                 cc_error *reterr)
{
  cc_arena_clear(scratch);
  size_t cells = (size_t) n * (size_t) n;
  int32_t *matrix = cc_arena_alloc(scratch, (cells + 1) * sizeof(int32_t));
  if (matrix == NULL)
    return cc_fail_memory(reterr);
  cc_status status =
    ccd_streets_matrix(ground->streets, ground->points, order, n, n, scratch, matrix, reterr);
  if (status != CC_OK)
    return status;
  int64_t length = 0;
  for (int i = 0; i + 1 < n; i++)
    length += matrix[(size_t) i * (size_t) n + (size_t) i + 1];
  sum_up(ground->points, order, n, length, options, ret);
  return CC_OK;
}
