/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/canvass/ccd-cut-split.h"

#include <float.h>
#include <math.h>

/* The method CCD_CUT_ROUTE: splits a tour over all stops into turfs by dynamic programming.
 * Called by ccd-cut.c. */

/* Costs are in metres of walking, so that they can be compared with the length of the edge that
 * a cut removes. */
#define EDGE_MAX                                                                                   \
  150.0 /* most metres credited to a cut, so that very long edges do not make turfs uneven */
#define BLOCK_SPLIT 60.0 /* cost of cutting between two stops on the same side of one segment */
#define UNEVEN 20.0      /* cost of a turf that is 10 % off the target; grows with the square */
#define OUTSIDE 5000.0   /* per 100 % of the target beyond the slack; a tenth is added at once */

typedef struct split {
  const ccd_stops *s;
  const int *order;
  double *work; /* sum of the work of the stops before stop i of the tour */
  double *walk; /* length of the walk from stop 0 to stop i, in units of work */
  double *cut;  /* cost of a cut between the stops i - 1 and i */
  double *best;
  int *from;
} split;

static double
uneven_cost(const ccd_stops *s, double work)
{
  double off = fabs(work - s->target) / s->target;
  double cost = UNEVEN * (off * 10) * (off * 10);
  return off > s->slack ? cost + OUTSIDE * (off - s->slack) + OUTSIDE / 10 : cost;
}

static int32_t
edge_length(const ccd_stops *s, int a, int b)
{
  ccd_street_metric metric = {.points = s->place, .segments = s->segments};
  return ccd_streets_near(&metric, a, b);
}

/* Returns the cost of a cut between the stops @a and @b, minus the walking that the cut saves.
 * Negative when the cut is useful. */
static double
cut_cost(const ccd_stops *s, int a, int b)
{
  const ccd_point *p = &s->place[a], *q = &s->place[b];
  double cost = -fmin((double) edge_length(s, a, b) / CCD_CM, EDGE_MAX);
  if (p->group != q->group)
    cost -= s->barrier / CCD_CM;
  if (p->segment >= 0 && p->segment == q->segment)
    cost += p->side == q->side ? BLOCK_SPLIT : BLOCK_SPLIT / 2;
  return cost;
}

/* Begin the tour at the cut with the lowest cost. */
static int
best_begin(const ccd_stops *s, const int *order)
{
  int begin = 0;
  double least = DBL_MAX;
  for (int i = 0; i < s->n; i++) {
    double cost = cut_cost(s, order[i == 0 ? s->n - 1 : i - 1], order[i]);
    if (cost < least) {
      least = cost;
      begin = i;
    }
  }
  return begin;
}

static void
fill_costs(split *d)
{
  const ccd_stops *s = d->s;
  for (int i = 0; i < s->n; i++) {
    d->work[i + 1] = d->work[i] + s->work[d->order[i]];
    if (i == 0)
      continue;
    d->walk[i] = d->walk[i - 1] + s->per_cm * edge_length(s, d->order[i - 1], d->order[i]);
    d->cut[i] = cut_cost(s, d->order[i - 1], d->order[i]);
  }
}

static void
solve_split(split *d)
{
  const ccd_stops *s = d->s;
  double most = s->target * (1 + s->slack);
  for (int end = 1; end <= s->n; end++) {
    d->best[end] = DBL_MAX;
    for (int begin = end - 1; begin >= 0; begin--) {
      double work = d->work[end] - d->work[begin] + d->walk[end - 1] - d->walk[begin];
      if (work > most && begin < end - 1)
        break;
      double cost = d->best[begin] + d->cut[begin] + uneven_cost(s, work);
      if (cost < d->best[end]) {
        d->best[end] = cost;
        d->from[end] = begin;
      }
    }
  }
}

cc_status
ccd_cut_split(const ccd_stops *s,
              const int *order,
              cc_arena *scratch,
              int *ret_order,
              int *ret_end,
              int *ret_n,
              cc_error *reterr)
{
  size_t cells = (size_t) s->n + 1;
  double *doubles = cc_arena_alloc(scratch, 4 * cells * sizeof(double));
  int *from = cc_arena_alloc(scratch, cells * sizeof(int));
  if (doubles == NULL || from == NULL)
    return cc_fail_memory(reterr);
  split d = {.s = s,
             .order = ret_order,
             .work = doubles,
             .walk = doubles + cells,
             .cut = doubles + 2 * cells,
             .best = doubles + 3 * cells,
             .from = from};
  int begin = best_begin(s, order);
  for (int i = 0; i < s->n; i++)
    ret_order[i] = order[(begin + i) % s->n];
  fill_costs(&d);
  solve_split(&d);
  int n = 0;
  for (int end = s->n; end > 0; end = d.from[end])
    ret_end[n++] = end;
  for (int i = 0; i < n / 2; i++) {
    int swap = ret_end[i];
    ret_end[i] = ret_end[n - 1 - i];
    ret_end[n - 1 - i] = swap;
  }
  *ret_n = n;
  return CC_OK;
}
