/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-near.h"

/* Finds a short closed tour through n places (travelling salesman problem), for 1 to some
 * 200,000 places.
 *
 * Method: neighbour lists; a start along the Hilbert curve, by nearest neighbour, or given;
 * local search by sequential exchanges of two and three edges (including 2-opt, Or-opt and
 * or-3opt) with a queue of places to look at; then kicks: a double bridge of nearby pieces,
 * repaired by the same search, kept or undone by a journal of reversals, with annealed
 * acceptance (Lin and Kernighan 1973; Bentley 1992; Johnson and McGeoch 1997). Up to
 * CCD_TOUR_EXACT places the tour is optimal (Held and Karp 1962, O(n^2 2^n)).
 *
 * An open walk is a closed tour with an additional place at distance 0 from every other. Lengths
 * are whole numbers in the caller's unit, symmetric, at most 2^30 each. */

#define CCD_TOUR_EXACT 12

/* Length between the places @a and @b. */
typedef int32_t ccd_length_fn(const void *data, int a, int b);

typedef struct ccd_tour_problem {
  int n;
  const int32_t *matrix; /* n * n lengths, or NULL: then @length is called */
  ccd_length_fn *length;
  const void *data;
  const double *x, *y; /* places in the plane; may be NULL for up to some thousand places */
  bool given;          /* @order contains the tour to start from */
} ccd_tour_problem;

/* The search ends when one of the limits is reached; 0 means no limit; both 0: local search
 * only. Results are reproducible only when milliseconds is 0. */
typedef struct ccd_tour_budget {
  int64_t kicks;
  double milliseconds; /* CPU time of this thread, including start and neighbour lists */
  uint64_t seed;
} ccd_tour_budget;

/**
 * @scratch: needs about (100 + 4 * CCD_NEAR_MAX) bytes per place, and 4 n^2 bytes up to 700 places
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
