/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of tours, street distances, cutting and walks; results are compared with brute force
 * where possible. */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "server/canvass/ccd-cut.h"
#include "server/canvass/ccd-tour-exact.h"
#include "server/canvass/ccd-tour.h"
#include "server/canvass/ccd-walk.h"

#define CEILING ((size_t) 256 << 20)

static int32_t *
random_matrix(uint64_t *random, int n, int most)
{
  int32_t *matrix = g_new0(int32_t, n * n);
  for (int a = 0; a < n; a++)
    for (int b = 0; b < a; b++)
      matrix[a * n + b] = matrix[b * n + a] = 1 + ccd_random_below(random, most);
  return matrix;
}

/* The length of a closed tour, computed independently of the code under test. */
static int64_t
length_of(const ccd_tour_problem *p, const int *order)
{
  int64_t length = 0;
  for (int i = 0; i < p->n; i++) {
    int from = order[i], to = order[(i + 1) % p->n];
    length += p->matrix != NULL ? p->matrix[from * p->n + to] : p->length(p->data, from, to);
  }
  return length;
}

/* Find the best order by trying all orders of the places except place 0, which stays first. */
static int64_t
brute_force(const ccd_tour_problem *p, int *order, int fixed)
{
  if (fixed == p->n)
    return length_of(p, order);
  int64_t best = INT64_MAX;
  for (int i = fixed; i < p->n; i++) {
    int swap = order[fixed];
    order[fixed] = order[i];
    order[i] = swap;
    best = MIN(best, brute_force(p, order, fixed + 1));
    order[i] = order[fixed];
    order[fixed] = swap;
  }
  return best;
}

static void
assert_permutation(const int *order, int n)
{
  g_autofree bool *seen = g_new0(bool, n + 1);
  for (int i = 0; i < n; i++) {
    g_assert_cmpint(order[i], >=, 0);
    g_assert_cmpint(order[i], <, n);
    g_assert_false(seen[order[i]]);
    seen[order[i]] = true;
  }
}

static int64_t
solve(const ccd_tour_problem *p, int64_t kicks, uint64_t seed, int *order)
{
  cc_arena *scratch = cc_arena_new(CEILING);
  ccd_tour_budget budget = {.kicks = kicks, .seed = seed};
  int64_t length = -1;
  cc_error error = {0};
  g_assert_cmpint(ccd_tour_solve(p, &budget, NULL, scratch, order, &length, &error), ==, CC_OK);
  assert_permutation(order, p->n);
  g_assert_cmpint(length, ==, length_of(p, order));
  cc_arena_free(scratch);
  return length;
}

static void
test_exact_is_brute_force(void)
{
  uint64_t random = ccd_random_seed(1);
  for (int n = 1; n <= 9; n++) {
    for (int round = 0; round < 10; round++) {
      g_autofree int32_t *matrix = random_matrix(&random, n, 100);
      ccd_tour_problem p = {.n = n, .matrix = matrix};
      int order[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
      int64_t shortest = brute_force(&p, order, 1);
      g_assert_cmpint(solve(&p, 10, 1, order), ==, shortest);
    }
  }
}

static int32_t
straight(const void *data, int a, int b)
{
  const double *xy = data;
  return (int32_t) (hypot(xy[2 * a] - xy[2 * b], xy[2 * a + 1] - xy[2 * b + 1]) + 0.5);
}

/* With 13 places the search is used instead of the exact algorithm, whose limit is 12; the exact
 * algorithm can still compute the reference. */
static void
test_search_is_exact(void)
{
  uint64_t random = ccd_random_seed(2);
  for (int round = 0; round < 20; round++) {
    double xy[26];
    int order[13], other[13];
    int64_t shortest = 0;
    cc_error error = {0};
    cc_arena *scratch = cc_arena_new(CEILING);
    for (int i = 0; i < 26; i++)
      xy[i] = ccd_random_below(&random, 1000);
    ccd_tour_problem p = {.n = 13, .length = straight, .data = xy};
    g_assert_cmpint(ccd_tour_exact(&p, scratch, order, &shortest, &error), ==, CC_OK);
    assert_permutation(order, 13);
    g_assert_cmpint(length_of(&p, order), ==, shortest);
    g_assert_cmpint(solve(&p, 500, 1, other), ==, shortest);
    cc_arena_free(scratch);
  }
}

/* For places on a ring the shortest tour is known for every size: once around. */
static void
test_search_on_a_ring(void)
{
  static const int sizes[] = {13, 29, 30, 79, 80, 200, 800, 2000};
  for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
    int n = sizes[s];
    g_autofree double *xy = g_new(double, 2 * n);
    g_autofree double *x = g_new(double, n);
    g_autofree double *y = g_new(double, n);
    g_autofree int *order = g_new(int, n);
    int64_t around = 0;
    for (int i = 0; i < n; i++) {
      int at = (int) ((int64_t) i * 7919 % n); /* shuffles the places: 7919 is prime */
      x[at] = xy[2 * at] = 1e5 * cos(2 * G_PI * i / n);
      y[at] = xy[2 * at + 1] = 1e5 * sin(2 * G_PI * i / n);
      order[i] = at;
    }
    ccd_tour_problem p = {.n = n, .length = straight, .data = xy, .x = x, .y = y};
    around = length_of(&p, order);
    g_assert_cmpint(solve(&p, 10 * n, 3, order), <=, around);
  }
}

static void
test_tour_repeats(void)
{
  uint64_t random = ccd_random_seed(4);
  g_autofree int32_t *matrix = random_matrix(&random, 60, 1000);
  ccd_tour_problem p = {.n = 60, .matrix = matrix};
  int first[60], second[60];
  int64_t length = solve(&p, 1000, 42, first);
  g_assert_cmpint(solve(&p, 1000, 42, second), ==, length);
  g_assert_cmpmem(first, sizeof(first), second, sizeof(second));
  g_assert_cmpint(length, <=, solve(&p, 0, 42, second));
}

static void
test_all_at_one_place(void)
{
  double xy[80] = {0}, x[40] = {0};
  int order[40];
  ccd_tour_problem p = {.n = 40, .length = straight, .data = xy, .x = x, .y = x};
  g_assert_cmpint(solve(&p, 100, 1, order), ==, 0);
}

/* --- streets --- */

/* Nodes 0 --100 m-- 1 --200 m-- 2, and a separate street 3 -- 4 that is connected to neither. */
static const ccd_segment line[] = {{0, 1, 100, 20}, {1, 2, 200, 60}, {3, 4, 50, 20}};

static void
test_street_distances(void)
{
  const ccd_point points[] = {
    {.x = 10, .doors = 1, .segment = 0, .side = 0, .measure = 10},
    {.x = 70, .doors = 1, .segment = 0, .side = 0, .measure = 70},
    {.x = 70, .y = 5, .doors = 1, .segment = 0, .side = 1, .measure = 70},
    {.x = 150, .doors = 1, .segment = 1, .side = 0, .measure = 50},
    {.x = 150, .y = 100, .doors = 1, .segment = 2, .side = 0, .measure = 5},
    {.x = 10, .y = 100, .doors = 1, .segment = -1},
  };
  const int which[] = {0, 1, 2, 3, 4, 5};
  int32_t m[36];
  cc_error error = {0};
  cc_arena *arena = cc_arena_new(CEILING), *scratch = cc_arena_new(CEILING);
  ccd_streets *streets = NULL;
  g_assert_cmpint(ccd_streets_new(line, 3, arena, &streets, &error), ==, CC_OK);
  g_assert_cmpint(ccd_streets_matrix(streets, points, which, 6, 6, scratch, m, &error), ==, CC_OK);
  g_assert_cmpint(m[0 * 6 + 1], ==, 6000);
  g_assert_cmpint(m[0 * 6 + 2], ==, 6000 + 2000);
  g_assert_cmpint(m[1 * 6 + 3], ==, 3000 + 5000 + 2000); /* half the mean of 20 and 60 */
  g_assert_cmpint(m[3 * 6 + 4],
                  ==,
                  11500 + 1500); /* not connected: 1.15 times the straight distance + 15 m */
  g_assert_cmpint(m[0 * 6 + 5], ==, 11500 + 1500);
  for (int i = 0; i < 6; i++)
    for (int j = 0; j < 6; j++)
      g_assert_cmpint(m[i * 6 + j], ==, m[j * 6 + i]);
  const ccd_segment bad = {-1, 0, 10, 0};
  g_assert_cmpint(ccd_streets_new(&bad, 1, arena, &streets, &error), ==, CC_ERR_INVALID);
  cc_arena_free(scratch);
  cc_arena_free(arena);
}

/* --- cutting --- */

/* Make points along the streets of an invented town; some share a position, some have many
 * doors, some have none. */
static ccd_point *
made_up_town(uint64_t seed, int n)
{
  uint64_t random = ccd_random_seed(seed);
  ccd_point *points = g_new0(ccd_point, n);
  for (int i = 0; i < n; i++) {
    int kind = ccd_random_below(&random, 100);
    points[i] = (ccd_point){.x = ccd_random_below(&random, 2000),
                            .y = 50.0 * ccd_random_below(&random, 20),
                            .doors = 1 + ccd_random_below(&random, 4),
                            .segment = -1,
                            .street = -1,
                            .number = -1,
                            .group = ccd_random_below(&random, 2)};
    if (kind < 10 && i > 0) {
      points[i].x = points[i - 1].x;
      points[i].y = points[i - 1].y;
    } else if (kind < 12) {
      points[i].doors = 40 + ccd_random_below(&random, 200);
    } else if (kind < 14) {
      points[i].doors = 0;
    }
  }
  return points;
}

static void
assert_whole(const ccd_point *points, int n, const ccd_cut *cut)
{
  g_autofree int *next = g_new0(int, n + 1);
  int pieces = 0;
  for (int i = 0; i < cut->n_turfs; i++) {
    const ccd_turf *turf = &cut->turfs[i];
    int doors = 0;
    g_assert_cmpint(turf->n, >, 0);
    g_assert_cmpint(turf->first, ==, pieces);
    pieces += turf->n;
    for (int j = turf->first; j < pieces; j++) {
      const ccd_piece *piece = &cut->pieces[j];
      g_assert_cmpint(piece->doors, >, 0);
      g_assert_cmpint(piece->first,
                      ==,
                      next[piece->point]); /* each door is assigned exactly once, in order */
      next[piece->point] += piece->doors;
      doors += piece->doors;
    }
    g_assert_cmpint(doors, ==, turf->doors);
  }
  g_assert_cmpint(pieces, ==, cut->n_pieces);
  for (int i = 0; i < n; i++)
    g_assert_cmpint(next[i], ==, points[i].doors);
}

static void
cut_into(cc_arena *arena, const ccd_point *points, int n, ccd_cut_options options, ccd_cut *ret)
{
  const ccd_ground ground = {.points = points, .n = n};
  cc_arena *scratch = cc_arena_new(CEILING);
  cc_error error = {0};
  g_assert_cmpint(ccd_cut_turfs(&ground, &options, arena, scratch, ret, &error), ==, CC_OK);
  assert_whole(points, n, ret);
  cc_arena_free(scratch);
}

static void
test_no_door_lost(void)
{
  static const int sizes[] = {0, 1, 2, 3, 12, 13, 40, 300, 3000, 6000};
  for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
    for (int mode = CCD_CUT_ROUTE; mode <= CCD_CUT_COMPACT; mode++) {
      cc_arena *arena = cc_arena_new(CEILING);
      g_autofree ccd_point *points = made_up_town(s, sizes[s]);
      ccd_cut cut, again;
      ccd_cut_options options = {.mode = (ccd_cut_mode) mode,
                                 .target_doors = 30,
                                 .barrier = 500,
                                 .seed = 5};
      cut_into(arena, points, sizes[s], options, &cut);
      cut_into(arena, points, sizes[s], options, &again);
      g_assert_cmpint(cut.n_turfs, ==, again.n_turfs);
      g_assert_cmpmem(cut.pieces,
                      (size_t) cut.n_pieces * sizeof(ccd_piece),
                      again.pieces,
                      (size_t) again.n_pieces * sizeof(ccd_piece));
      cut_into(arena,
               points,
               sizes[s],
               (ccd_cut_options){.mode = (ccd_cut_mode) mode, .target_minutes = 90},
               &cut);
      cc_arena_free(arena);
    }
  }
}

static void
test_balance(void)
{
  cc_arena *arena = cc_arena_new(CEILING);
  g_autofree ccd_point *points = g_new0(ccd_point, 5000);
  uint64_t random = ccd_random_seed(9);
  for (int i = 0; i < 5000; i++)
    points[i] = (ccd_point){.x = ccd_random_below(&random, 100000) / 50.0,
                            .y = ccd_random_below(&random, 100000) / 50.0,
                            .doors = 1,
                            .segment = -1,
                            .street = -1};
  for (int mode = CCD_CUT_ROUTE; mode <= CCD_CUT_COMPACT; mode++) {
    ccd_cut cut;
    int within = 0;
    cut_into(arena,
             points,
             5000,
             (ccd_cut_options){.mode = (ccd_cut_mode) mode, .target_doors = 50, .seed = 1},
             &cut);
    for (int i = 0; i < cut.n_turfs; i++) {
      g_assert_cmpint(cut.turfs[i].doors, >=, 42);
      g_assert_cmpint(cut.turfs[i].doors, <=, 58);
      within += ABS(cut.turfs[i].doors - 50) <= 5;
    }
    g_assert_cmpint(within * 10, >=, cut.n_turfs * 8);
  }
  cc_arena_free(arena);
}

static void
test_towers_apart(void)
{
  ccd_point points[] = {
    {.x = 0, .doors = 431, .segment = -1},
    {.x = 10, .doors = 20, .segment = -1},
    {.x = 20, .doors = 20, .segment = -1},
    {.x = 30,
     .doors = 30,
     .segment = -1}, /* at the position of the next point: one building of 60 doors */
    {.x = 30, .doors = 30, .segment = -1},
  };
  ccd_cut cut;
  cc_arena *arena = cc_arena_new(CEILING);
  cut_into(arena, points, 5, (ccd_cut_options){.target_doors = 50}, &cut);
  int towers = 0;
  for (int i = 0; i < cut.n_turfs; i++) {
    const ccd_turf *turf = &cut.turfs[i];
    towers += turf->tower;
    if (turf->tower && cut.pieces[turf->first].point == 0)
      g_assert_cmpint(ABS(turf->doors - 48), <=, 1);
  }
  g_assert_cmpint(towers, ==, 9 + 1);
  g_assert_cmpint(cut.n_turfs, ==, 9 + 1 + 1);
  cc_arena_free(arena);
}

/* Two groups of points next to each other, each with half a target too many doors: with a
 * barrier between them no turf contains points of both. */
static void
test_barrier(void)
{
  ccd_point points[90];
  cc_arena *arena = cc_arena_new(CEILING);
  ccd_cut cut;
  for (int i = 0; i < 90; i++)
    points[i] =
      (ccd_point){.x = 10.0 * i, .doors = 1, .segment = -1, .street = -1, .group = i >= 45};
  cut_into(arena, points, 90, (ccd_cut_options){.target_doors = 50, .barrier = 100000}, &cut);
  for (int i = 0; i < cut.n_turfs; i++)
    for (int j = 1; j < cut.turfs[i].n; j++) {
      const ccd_piece *piece = &cut.pieces[cut.turfs[i].first + j];
      g_assert_cmpint(points[piece->point].group, ==, points[piece[-1].point].group);
    }
  cc_arena_free(arena);
}

static void
test_nearest_free(void)
{
  ccd_point points[10];
  bool taken[10] = {false};
  const ccd_point from = {.x = 0, .segment = -1};
  int which[10], n = 0;
  cc_error error = {0};
  cc_arena *scratch = cc_arena_new(CEILING);
  for (int i = 0; i < 10; i++)
    points[i] = (ccd_point){.x = 10.0 * (10 - i), .doors = 2, .segment = -1, .street = -1};
  const ccd_ground ground = {.points = points, .n = 10};
  taken[9] = true;
  points[8].doors = 0;
  g_assert_cmpint(ccd_cut_nearest(&ground, taken, &from, 5, scratch, which, &n, &error), ==, CC_OK);
  g_assert_cmpint(n, ==, 3);
  g_assert_cmpint(which[0], ==, 7);
  g_assert_cmpint(which[1], ==, 6);
  g_assert_cmpint(which[2], ==, 5);
  cc_arena_free(scratch);
}

static void
test_wrong_target(void)
{
  ccd_cut cut;
  cc_arena *arena = cc_arena_new(CEILING);
  const ccd_ground nowhere = {0};
  const ccd_cut_options none = {0}, both = {.target_doors = 50, .target_minutes = 60};
  cc_error error = {0};
  g_assert_cmpint(ccd_cut_turfs(&nowhere, &none, arena, arena, &cut, &error), ==, CC_ERR_INVALID);
  g_assert_cmpint(ccd_cut_turfs(&nowhere, &both, arena, arena, &cut, &error), ==, CC_ERR_INVALID);
  g_assert_cmpstr(error.code, ==, "target");
  cc_arena_free(arena);
}

/* --- walks --- */

static void
test_walk(void)
{
  ccd_point points[40];
  int which[40], order[40];
  for (int i = 0; i < 40; i++) { /* 20 houses up one side of the street and 20 down the other */
    int at = i * 17 % 40;
    points[at] = (ccd_point){.doors = 1,
                             .segment = 1,
                             .side = i / 20,
                             .measure = (float) (i % 20) * 10,
                             .setback = 3,
                             .x = i % 20 * 10,
                             .y = i / 20 * 12};
    which[i] = i;
  }
  ccd_walk walk;
  cc_error error = {0};
  cc_arena *arena = cc_arena_new(CEILING), *scratch = cc_arena_new(CEILING);
  ccd_streets *streets = NULL;
  ccd_walk_options options = {.minutes_per_door = 2, .metres_a_second = 1};
  g_assert_cmpint(ccd_streets_new(line, 3, arena, &streets, &error), ==, CC_OK);
  const ccd_ground ground = {points, 40, line, streets};
  g_assert_cmpint(ccd_walk_plan(&ground, which, 40, &options, scratch, order, &walk, &error),
                  ==,
                  CC_OK);
  assert_permutation(order, 40);
  g_assert_cmpfloat_with_epsilon(walk.length, 190 + 60 + 190, 0.01);
  g_assert_cmpfloat_with_epsilon(walk.minutes, 80 + 440 / 60.0, 0.01);
  g_assert_cmpfloat_with_epsilon(walk.approach, 240, 0.01);
  g_assert_cmpint(walk.doors, ==, 40);
  ccd_walk measured;
  g_assert_cmpint(ccd_walk_measure(&ground, order, 40, &options, scratch, &measured, &error),
                  ==,
                  CC_OK);
  g_assert_cmpfloat_with_epsilon(measured.length, walk.length, 0.01);
  const ccd_point start = {.segment = 0, .measure = 90, .x = -10};
  options.start = &start;
  g_assert_cmpint(ccd_walk_plan(&ground, which, 40, &options, scratch, order, &walk, &error),
                  ==,
                  CC_OK);
  assert_permutation(order, 40);
  g_assert_cmpfloat_with_epsilon((double) points[order[0]].measure, 0, 0.01);
  g_assert_cmpfloat_with_epsilon(walk.length, 10 + 20 + 440, 0.01);
  cc_arena_free(scratch);
  cc_arena_free(arena);
}

/* A building with 30 doors as separate points is one stop, and stays together. */
static void
test_walk_units_together(void)
{
  ccd_point points[50];
  int which[50], first = -1, last = -1;
  for (int i = 0; i < 50; i++) {
    which[i] = i;
    points[i] = (ccd_point){.doors = 1, .segment = -1, .x = i % 5 < 3 ? 0 : 10 * i};
  }
  ccd_walk walk;
  const ccd_ground ground = {.points = points, .n = 50};
  ccd_walk_options options = {0};
  cc_error error = {0};
  cc_arena *scratch = cc_arena_new(CEILING);
  g_assert_cmpint(ccd_walk_plan(&ground, which, 50, &options, scratch, which, &walk, &error),
                  ==,
                  CC_OK);
  assert_permutation(which, 50);
  g_assert_cmpint(walk.stops, ==, 21);
  for (int i = 0; i < 50; i++) {
    if (which[i] % 5 >= 3)
      continue;
    first = first < 0 ? i : first;
    last = i;
  }
  g_assert_cmpint(last - first, ==, 29);
  for (int n = 0; n <= 3; n++) { /* no point, one, and few */
    g_assert_cmpint(ccd_walk_plan(&ground, which, n, &options, scratch, which, &walk, &error),
                    ==,
                    CC_OK);
    g_assert_cmpint(walk.doors, ==, n);
  }
  cc_arena_free(scratch);
}

/* --- cancelling --- */

static bool
stop_after(void *data)
{
  int *left = data;
  return --*left < 0;
}

static void
test_cancelled(void)
{
  g_autofree ccd_point *points = made_up_town(3, 3000);
  const ccd_ground ground = {.points = points, .n = 3000};
  ccd_cut_options options = {.target_doors = 50};
  for (int looks = 0; looks < 40; looks += 13) {
    for (int mode = CCD_CUT_ROUTE; mode <= CCD_CUT_COMPACT; mode++) {
      int left = mode == CCD_CUT_ROUTE ? looks : 0;
      const ccd_watch watch = {stop_after, &left};
      cc_arena *arena = cc_arena_new(CEILING), *scratch = cc_arena_new(CEILING);
      ccd_cut cut;
      cc_error error = {0};
      options.mode = (ccd_cut_mode) mode;
      options.watch = &watch;
      g_assert_cmpint(ccd_cut_turfs(&ground, &options, arena, scratch, &cut, &error),
                      ==,
                      CC_ERR_UNAVAILABLE);
      g_assert_cmpstr(error.code, ==, "cancelled");
      cc_arena_free(arena);
      cc_arena_free(scratch);
    }
  }
}

/* With every memory ceiling, planning either succeeds or reports that memory is exhausted. */
static void
test_out_of_memory(void)
{
  g_autofree ccd_point *points = made_up_town(3, 500);
  const ccd_ground ground = {.points = points, .n = 500};
  ccd_cut_options options = {.target_doors = 50, .kicks = 1};
  int refused = 0;
  for (size_t ceiling = 0; ceiling < 1 << 20; ceiling += 8192) {
    cc_arena *arena = cc_arena_new(CEILING), *scratch = cc_arena_new(ceiling);
    ccd_cut cut;
    cc_error error = {0};
    cc_status status = ccd_cut_turfs(&ground, &options, arena, scratch, &cut, &error);
    g_assert_true(status == CC_OK || status == CC_ERR_NO_MEMORY);
    refused += status != CC_OK;
    cc_arena_free(arena);
    cc_arena_free(scratch);
  }
  g_assert_cmpint(refused, >, 3);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/canvass/tour/exact-is-brute-force", test_exact_is_brute_force);
  g_test_add_func("/canvass/tour/search-is-exact", test_search_is_exact);
  g_test_add_func("/canvass/tour/search-on-a-ring", test_search_on_a_ring);
  g_test_add_func("/canvass/tour/repeats", test_tour_repeats);
  g_test_add_func("/canvass/tour/all-at-one-place", test_all_at_one_place);
  g_test_add_func("/canvass/streets/distances", test_street_distances);
  g_test_add_func("/canvass/cut/no-door-lost", test_no_door_lost);
  g_test_add_func("/canvass/cut/balance", test_balance);
  g_test_add_func("/canvass/cut/towers-apart", test_towers_apart);
  g_test_add_func("/canvass/cut/barrier", test_barrier);
  g_test_add_func("/canvass/cut/nearest-free", test_nearest_free);
  g_test_add_func("/canvass/cut/wrong-target", test_wrong_target);
  g_test_add_func("/canvass/walk/order-and-length", test_walk);
  g_test_add_func("/canvass/walk/units-together", test_walk_units_together);
  g_test_add_func("/canvass/cancelled", test_cancelled);
  g_test_add_func("/canvass/out-of-memory", test_out_of_memory);
  return g_test_run();
}
