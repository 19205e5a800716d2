/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/canvass/ccd-tour-exact.h"

#include "server/canvass/ccd-tour.h"

#include <assert.h>

/* Computes the optimal tour through a few places by dynamic programming. Called by ccd-tour.c
 * for small problems. */

/* The table of Held and Karp's algorithm: best[set][last] is the length of the shortest way that
 * begins at the home place, visits every place of the set, and ends at the place last. The home
 * is the last place of the problem; no set contains the home. */
typedef struct table {
  const ccd_tour_problem *problem;
  int places; /* number of places without the home */
  int64_t *best;
} table;

static int64_t
length_of(const ccd_tour_problem *p, int a, int b)
{
  if (p->matrix != NULL)
    return p->matrix[(size_t) a * (size_t) p->n + (size_t) b];
  return p->length(p->data, a, b);
}

static int64_t *
table_cell(const table *t, unsigned set, int last)
{
  return &t->best[(size_t) set * (size_t) t->places + (size_t) last];
}

/* Returns the length of the shortest way from the home through @set to @last, and in @ret_before
 * the place before @last on this way. */
static int64_t
best_before(const table *t, unsigned set, int last, int *ret_before)
{
  unsigned rest = set & ~(1u << last);
  int64_t best = INT64_MAX;
  for (int before = 0; before < t->places; before++) {
    if ((rest & (1u << before)) == 0)
      continue;
    int64_t length = *table_cell(t, rest, before) + length_of(t->problem, before, last);
    if (length < best) {
      best = length;
      *ret_before = before;
    }
  }
  return best;
}

static void
fill_table(const table *t)
{
  for (unsigned set = 1; set < 1u << t->places; set++) {
    for (int last = 0; last < t->places; last++) {
      if ((set & (1u << last)) == 0)
        continue;
      int before = -1;
      *table_cell(t, set, last) = set == 1u << last ? length_of(t->problem, t->places, last)
                                                    : best_before(t, set, last, &before);
    }
  }
}

static int64_t
read_back(const table *t, int *ret_order)
{
  unsigned set = (1u << t->places) - 1;
  int64_t shortest = INT64_MAX;
  int last = 0;
  for (int i = 0; i < t->places; i++) {
    int64_t length = *table_cell(t, set, i) + length_of(t->problem, i, t->places);
    if (length < shortest) {
      shortest = length;
      last = i;
    }
  }
  ret_order[0] = t->places;
  for (int at = t->places; at > 0; at--) {
    int before = 0;
    ret_order[at] = last;
    (void) best_before(t, set, last, &before);
    set &= ~(1u << last);
    last = before;
  }
  return shortest;
}

cc_status
ccd_tour_exact(const ccd_tour_problem *problem,
               cc_arena *scratch,
               int *ret_order,
               int64_t *ret_length,
               cc_error *reterr)
{
  assert(problem->n <= CCD_TOUR_EXACT + 1);
  table t = {.problem = problem, .places = problem->n - 1};
  int64_t length = 0;
  if (problem->n == 1)
    ret_order[0] = 0;
  if (problem->n > 1) {
    size_t cells = ((size_t) 1 << t.places) * (size_t) t.places;
    t.best = cc_arena_alloc(scratch, cells * sizeof(*t.best));
    if (t.best == NULL)
      return cc_fail_memory(reterr);
    fill_table(&t);
    length = read_back(&t, ret_order);
  }
  if (ret_length != NULL)
    *ret_length = length;
  return CC_OK;
}
