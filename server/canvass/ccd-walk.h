/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-streets.h"

/* The walk of one turf: the order in which its doors are visited. */

#define CCD_WALK_KICKS 2000 /* for 60 stops: usually within 0.6 % of the optimum, in about 3 ms */

typedef struct ccd_walk_options {
  int64_t kicks; /* limit of the search; 0: CCD_WALK_KICKS, or no limit if milliseconds is given */
  double milliseconds; /* CPU time; 0: only kicks is a limit, so that results are reproducible */
  uint64_t seed;
  double minutes_per_door; /* 0: 1.65 */
  double metres_a_second;  /* 0: 0.85 */
  const ccd_point *start;  /* where the walk begins, such as a meeting point; NULL: at any door */
  const ccd_watch *watch;  /* checks for cancellation; NULL: never cancelled */
} ccd_walk_options;

typedef struct ccd_walk {
  double length;    /* metres along the streets, from the first door (or @start) to the last */
  double approach;  /* metres from the street to the doors and back; not included in length */
  double minutes;   /* doors x minutes_per_door, plus the time to walk length */
  int doors, stops; /* stops: number of positions; all doors of a building are one stop */
} ccd_walk;

/**
 * Plan a short walk through the points @which.
 *
 * @which: @n indexes into the ground's points; @n >= 0. The result contains each index once.
 * @scratch: cleared by the call
 * @ret_order: the @n indexes in walking order; points at one position stay together, in the order
 *   of @which. May be the same array as @which.
 */
cc_status ccd_walk_plan(const ccd_ground *ground,
                        const int *which,
                        int n,
                        const ccd_walk_options *options,
                        cc_arena *scratch,
                        int *ret_order,
                        ccd_walk *ret,
                        cc_error *reterr) CC_MUSTCHECK;

/* Compute length and minutes of a walk in the given order, for example by street and house
 * number. */
cc_status ccd_walk_measure(const ccd_ground *ground,
                           const int *order,
                           int n,
                           const ccd_walk_options *options,
                           cc_arena *scratch,
                           ccd_walk *ret,
                           cc_error *reterr) CC_MUSTCHECK;

/* ccd_walk_sort sorts indexes of points so that points at one position are adjacent;
 * ccd_walk_together returns whether two points are at one position. A position is x, y, segment
 * and side. */
void ccd_walk_sort(const ccd_point *points, int *which, int n);
bool ccd_walk_together(const ccd_point *p, const ccd_point *q);
