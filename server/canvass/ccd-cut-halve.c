/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/canvass/ccd-cut-halve.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "server/canvass/ccd-cut-split.h"

/* The method CCD_CUT_COMPACT: halves the set of stops repeatedly, then moves stops between
 * neighbouring groups until the groups have about equal work. Called by ccd-cut.c. */

#define NEAR 6
#define PASSES 8
#define PULL                                                                                       \
  0.6 /* weight of spread (square metres) against unevenness (work squared) in gain_of() */

typedef struct halve {
  const ccd_stops *s;
  int *order;
  int *group;
  int groups;
} halve;

static int
compare_x(const void *a, const void *b, void *place)
{
  int i = *(const int *) a, j = *(const int *) b;
  double x = ((const ccd_point *) place)[i].x, y = ((const ccd_point *) place)[j].x;
  return x < y ? -1 : x > y ? 1 : i < j ? -1 : i > j;
}

static int
compare_y(const void *a, const void *b, void *place)
{
  int i = *(const int *) a, j = *(const int *) b;
  double x = ((const ccd_point *) place)[i].y, y = ((const ccd_point *) place)[j].y;
  return x < y ? -1 : x > y ? 1 : i < j ? -1 : i > j;
}

static bool
wider_than_high(const halve *h, int from, int to)
{
  double x0 = DBL_MAX, x1 = -DBL_MAX, y0 = DBL_MAX, y1 = -DBL_MAX;
  for (int i = from; i < to; i++) {
    const ccd_point *p = &h->s->place[h->order[i]];
    x0 = fmin(x0, p->x);
    x1 = fmax(x1, p->x);
    y0 = fmin(y0, p->y);
    y1 = fmax(y1, p->y);
  }
  return x1 - x0 >= y1 - y0;
}

static double
work_of(const halve *h, int from, int to)
{
  double work = 0;
  for (int i = from; i < to; i++)
    work += h->s->work[h->order[i]];
  return work;
}

/* Divide the stops h->order[@from] .. h->order[@to - 1] into @parts groups. Recursive; the depth
 * is the logarithm of @parts. */
static void
halve_range(halve *h, int from, int to, int parts)
{
  if (parts <= 1 || to - from <= 1) {
    for (int i = from; i < to; i++)
      h->group[h->order[i]] = h->groups;
    h->groups += to > from;
    return;
  }
  qsort_r(h->order + from,
          (size_t) (to - from),
          sizeof(int),
          wider_than_high(h, from, to) ? compare_x : compare_y,
          (void *) h->s->place);
  int left = parts / 2, middle = from;
  double share = work_of(h, from, to) * left / parts, sum = 0;
  while (middle < to && sum + h->s->work[h->order[middle]] / 2 < share)
    sum += h->s->work[h->order[middle++]];
  halve_range(h, from, middle, left);
  halve_range(h, middle, to, parts - left);
}

/* --- balancing neighbouring groups --- */

typedef struct sums {
  double work, x, y;
  int n;
} sums;

static double
spread_of(const sums *g, const ccd_point *p)
{
  double dx = p->x - g->x / g->n, dy = p->y - g->y / g->n;
  return dx * dx + dy * dy;
}

/* Improvement of the cost when a stop moves from group @from to @to: less unevenness and less
 * spread, weighted by PULL. Negative: the cost rises. */
static double
gain_of(const ccd_stops *s, int stop, const sums *from, const sums *to)
{
  double work = s->work[stop], t = s->target;
  double before = (from->work - t) * (from->work - t) + (to->work - t) * (to->work - t);
  double after = (from->work - work - t) * (from->work - work - t) +
                 (to->work + work - t) * (to->work + work - t);
  const ccd_point *p = &s->place[stop];
  double unit = (spread_of(from, p) + 1) / (t * t) *
                8; /* turns doors^2 into metres^2, so that both terms can be added */
  return (before - after) * unit + PULL * (spread_of(from, p) - spread_of(to, p)) * work / t * 8;
}

static void
move_stop(const ccd_stops *s, int stop, sums *from, sums *to)
{
  const ccd_point *p = &s->place[stop];
  *from = (sums){from->work - s->work[stop], from->x - p->x, from->y - p->y, from->n - 1};
  *to = (sums){to->work + s->work[stop], to->x + p->x, to->y + p->y, to->n + 1};
}

static int
best_group(const halve *h, int stop, const int *near, int k, const sums *groups)
{
  int own = h->group[stop], best = own;
  double most = 1e-9;
  double highest = h->s->target * (1 + h->s->slack), lowest = h->s->target * (1 - h->s->slack);
  for (int j = 0; j < k; j++) {
    int other = h->group[near[j]];
    const sums *from = &groups[own], *to = &groups[other];
    double work = h->s->work[stop];
    if (other == own || from->n == 1 || to->work + work > fmax(highest, from->work) ||
        from->work - work < fmin(lowest, to->work))
      continue;
    double gain = gain_of(h->s, stop, from, to);
    if (gain > most) {
      most = gain;
      best = other;
    }
  }
  return best;
}

static void
even_out(halve *h, const int *near, int k, sums *groups)
{
  const ccd_stops *s = h->s;
  for (int i = 0; i < s->n; i++) {
    sums *g = &groups[h->group[i]];
    *g = (sums){g->work + s->work[i], g->x + s->place[i].x, g->y + s->place[i].y, g->n + 1};
  }
  for (int pass = 0, moved = 1; pass < PASSES && moved > 0; pass++) {
    moved = 0;
    for (int i = 0; i < s->n; i++) {
      int to = best_group(h, i, near + (size_t) i * (size_t) k, k, groups);
      if (to == h->group[i])
        continue;
      move_stop(s, i, &groups[h->group[i]], &groups[to]);
      h->group[i] = to;
      moved++;
    }
  }
}

/* Write the stops to @ret_order group by group, in curve order within a group. No group is
 * empty. */
static void
gather_groups(const halve *h, const sums *groups, int *ret_order, int *ret_end)
{
  int end = 0;
  for (int g = 0; g < h->groups; g++) {
    ret_end[g] = end;
    end += groups[g].n;
  }
  for (int i = 0; i < h->s->n; i++)
    ret_order[ret_end[h->group[i]]++] = i;
}

cc_status
ccd_cut_halve(const ccd_stops *s,
              const ccd_watch *watch,
              cc_arena *scratch,
              int *ret_order,
              int *ret_end,
              int *ret_n,
              cc_error *reterr)
{
  size_t n = (size_t) s->n;
  int k = s->n - 1 < NEAR ? s->n - 1 : NEAR;
  halve h = {.s = s, .order = ret_order};
  double *x = cc_arena_alloc(scratch, 2 * n * sizeof(double));
  int *near = cc_arena_alloc(scratch, (n * (size_t) k + 1) * sizeof(int));
  sums *groups = cc_arena_alloc(scratch, n * sizeof(sums));
  h.group = cc_arena_alloc(scratch, n * sizeof(int));
  if (x == NULL || near == NULL || groups == NULL || h.group == NULL)
    return cc_fail_memory(reterr);
  double *y = x + n;
  for (int i = 0; i < s->n; i++) {
    h.order[i] = i;
    x[i] = s->place[i].x;
    y[i] = s->place[i].y;
  }
  int parts = (int) lround(work_of(&h, 0, s->n) / s->target);
  halve_range(&h, 0, s->n, parts < 1 ? 1 : parts);
  cc_status status = ccd_watch_check(watch, reterr);
  if (status == CC_OK)
    status = ccd_near_find(x, y, s->n, k, scratch, near, reterr);
  if (status != CC_OK)
    return status;
  even_out(&h, near, k, groups);
  gather_groups(&h, groups, ret_order, ret_end);
  *ret_n = h.groups;
  return CC_OK;
}
