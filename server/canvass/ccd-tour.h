/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-near.h"

/* A short closed tour through n places (the travelling salesman), for 1 to some 200,000 places.
 *
 * Method: neighbour lists; a start on the Hilbert curve, by nearest neighbour, or given; local
 * search by sequential exchanges of two and three edges (2-opt, Or-opt and or-3opt are among them)
 * with a queue of places to look at; then kicks: a double bridge whose pieces are near one another,
 * repaired by the same search, kept or undone by the journal of reversals, with annealed
 * acceptance (Lin and Kernighan 1973; Bentley 1992; Johnson and McGeoch 1997). Up to
 * CCD_TOUR_EXACT places the tour is the shortest there is (Held and Karp 1962, O(n^2 2^n)).
 *
 * An open walk is a closed tour with one more place that is 0 from every other.
 * Lengths are whole numbers in the caller's unit, symmetric, at most 2^30 each. */

#define CCD_TOUR_EXACT 12

/* Length between the places @a and @b. */
typedef int32_t ccd_length_fn(const void *data, int a, int b);

typedef struct ccd_tour_problem {
  int n;
  const int32_t *matrix; /* n * n lengths, or NULL: then @length is asked */
  ccd_length_fn *length;
  const void *data;
  const double *x, *y; /* places in the plane; may be NULL up to some thousand places */
  bool given;          /* @order holds a tour to start from */
} ccd_tour_problem;

/* Ends when either is used up; 0 means "not limited by this", both 0: local search alone. What a
 * seed gives is the same every time only when milliseconds is 0. */
typedef struct ccd_tour_budget {
  int64_t kicks;
  double milliseconds; /* CPU time of this thread, start and neighbour lists included */
  uint64_t seed;
} ccd_tour_budget;

/**
 * @scratch: takes about (100 + 4 * CCD_NEAR_MAX) bytes a place, and 4 n^2 bytes up to 700 places
 *   without a matrix
 * @order: @problem->n places; read when @problem->given
 * @ret_length: of the closed tour; may be NULL
 *
 * Returns CC_ERR_NO_MEMORY at the ceiling of @scratch, CC_ERR_UNAVAILABLE when cancelled.
 */
cc_status ccd_tour_solve(const ccd_tour_problem *problem,
                         const ccd_tour_budget *budget,
                         const ccd_watch *watch,
                         cc_arena *scratch,
                         int *order,
                         int64_t *ret_length,
                         cc_error *reterr) CC_MUSTCHECK;
