/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-streets.h"

/* Cuts doors into turfs of about equal work.
 *
 * CCD_CUT_ROUTE, "route first, cut second" (Beasley 1983): computes one short tour over all
 * stops by the street metric, and splits the tour by dynamic programming so that every turf is
 * near the target. Cuts are preferred at long edges and avoided within one side of a block.
 * CCD_CUT_COMPACT: halves the stops repeatedly (Berger and Bokhari 1987), then balances
 * neighbouring turfs; such turfs are compact on a map, but need more walking.
 *
 * In both methods, all doors at one position are one stop. A building with at least tower_share
 * x target doors is a turf of its own, or several turfs when it has far more doors than the
 * target. Every door of a point with doors > 0 is in exactly one turf. The same input and seed
 * give the same turfs. */

typedef enum ccd_cut_mode {
  CCD_CUT_ROUTE = 0,
  CCD_CUT_COMPACT,
} ccd_cut_mode;

typedef struct ccd_cut_options {
  ccd_cut_mode mode;
  double target_doors; /* doors per turf; set either target_doors or target_minutes, and the other
                          to 0 */
  double
    target_minutes; /* minutes per turf: doors x minutes_per_door, and the walking between doors */
  double minutes_per_door; /* 0: 1.65 */
  double metres_a_second;  /* 0: 0.85 */
  double slack;       /* permitted deviation from the target, as a share of the target; 0: 0.15 */
  double tower_share; /* 0: 0.75 */
  double
    barrier; /* a turf may span two groups only if it saves this many metres; 0: no condition */
  int64_t
    kicks; /* kicks of the tour search; 0: CCD_CUT_KICKS per stop, at most CCD_CUT_KICKS_MAX */
  double milliseconds; /* CPU time of the tour search; 0: only kicks is a limit, so that results are
                          reproducible */
  uint64_t seed;
  const ccd_watch *watch; /* checks for cancellation; NULL: never cancelled */
} ccd_cut_options;

#define CCD_CUT_KICKS 16
#define CCD_CUT_KICKS_MAX 320000

/* The doors first .. first + doors - 1 of a point, in the order in which the caller lists the
 * point's doors (by floor and unit). These are all doors of the point unless the point is part
 * of a tower. */
typedef struct ccd_piece {
  int point, first, doors;
} ccd_piece;

typedef struct ccd_turf {
  int first, n; /* the pieces pieces[first] .. pieces[first + n - 1], roughly in walking order */
  int doors;
  bool tower; /* the turf is one building, or a part of one building */
} ccd_turf;

typedef struct ccd_cut {
  ccd_turf *turfs;
  int n_turfs;
  ccd_piece *pieces;
  int n_pieces;
} ccd_cut;

/**
 * Cut all doors of @ground into turfs.
 *
 * @ground: the streets member is not used
 * @arena: holds @ret, about 30 bytes per point
 * @scratch: about 500 bytes per point
 *
 * Time O(n log n) for n points plus the kicks; the split takes O(n d) for d stops in the largest
 * turf. Returns CC_ERR_INVALID when no target or both targets are given; CC_ERR_UNAVAILABLE when
 * cancelled.
 */
cc_status ccd_cut_turfs(const ccd_ground *ground,
                        const ccd_cut_options *options,
                        cc_arena *arena,
                        cc_arena *scratch,
                        ccd_cut *ret,
                        cc_error *reterr) CC_MUSTCHECK;

/**
 * Find the free doors nearest to the position @from by the street metric: points are taken until
 * they have @doors doors together. The last point may exceed this number. The points are returned
 * nearest first; to get the order of knocking, pass them to ccd_walk_plan with @from as the start.
 *
 * @taken: a flag per point, true: the point is assigned to another person; NULL: all points are
 *   free
 * @ret_which: indexes of the points; space for as many indexes as the ground has points
 *
 * Time O(n log n).
 */
cc_status ccd_cut_nearest(const ccd_ground *ground,
                          const bool *taken,
                          const ccd_point *from,
                          int doors,
                          cc_arena *scratch,
                          int *ret_which,
                          int *ret_n,
                          cc_error *reterr) CC_MUSTCHECK;
