/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-near.h"

/* Finds a short closed tour through n places (travelling salesman problem), for 1 to about
 * 200,000 places.
 *
 * Method: The search starts from a tour along the Hilbert curve, a nearest-neighbour tour, or a
 * tour given by the caller. A local search exchanges two or three edges (including 2-opt, Or-opt
 * and or-3opt), using lists of near neighbours and a queue of places to examine. Then the tour
 * is changed by kicks: a double bridge swaps two pieces near each other, and the same local
 * search repairs the tour. A kick is kept or undone (by a journal of reversals) with annealed
 * acceptance (Lin and Kernighan 1973; Bentley 1992; Johnson and McGeoch 1997). Up to
 * CCD_TOUR_EXACT places the tour is optimal (Held and Karp 1962, O(n^2 2^n)).
 *
 * An open walk is solved as a closed tour with an additional place at distance 0 from every
 * other place. Lengths are whole numbers in the caller's unit, symmetric, at most 2^30 each. */

#define CCD_TOUR_EXACT 12

/* Returns the length between the places @a and @b. */
typedef int32_t ccd_length_fn(const void *data, int a, int b);

typedef struct ccd_tour_problem {
  int n;
  const int32_t *matrix; /* the n * n lengths; NULL: the function @length is called instead */
  ccd_length_fn *length;
  const void *data;
  const double *x, *y; /* coordinates of the places; may be NULL for up to some thousand places */
  bool given;          /* the argument @order of ccd_tour_solve contains the tour to start from */
} ccd_tour_problem;

/* Limits of the search, which ends when one of them is reached; 0 means no limit. When both are
 * 0, only the local search is done, without kicks. Results are reproducible only when
 * milliseconds is 0. */
typedef struct ccd_tour_budget {
  int64_t kicks;
  double
    milliseconds; /* CPU time of this thread, including the starting tour and the neighbour lists */
  uint64_t seed;
} ccd_tour_budget;

/**
 * Find a short tour.
 *
 * @scratch: needs about (100 + 4 * CCD_NEAR_MAX) bytes per place; without a matrix, also 4 n^2
 *   bytes for up to 700 places
 * @order: set to the places in tour order; the starting tour when @problem->given. @problem->n
 *   elements
 * @ret_length: length of the closed tour; may be NULL
 *
 * Returns CC_ERR_NO_MEMORY when @scratch is at its limit, CC_ERR_UNAVAILABLE when cancelled.
 */
cc_status ccd_tour_solve(const ccd_tour_problem *problem,
                         const ccd_tour_budget *budget,
                         const ccd_watch *watch,
                         cc_arena *scratch,
                         int *order,
                         int64_t *ret_length,
                         cc_error *reterr) CC_MUSTCHECK;
