/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-streets.h"

/* Cuts doors into turfs of about equal work.
 *
 * CCD_CUT_ROUTE, "route first, cut second" (Beasley 1983): one short tour over all stops by the
 * street metric, split by dynamic programming so that every turf is near the target, cuts are at
 * long edges, and a side of a block is not cut. CCD_CUT_COMPACT: repeated halving (Berger and
 * Bokhari 1987), then balancing between neighbours; compact on a map, but more to walk.
 *
 * In both, all doors at one position are one stop; a building of at least tower_share x target
 * is a turf of its own, or several when it is far above the target. Every door of a point with
 * doors > 0 is in exactly one turf. The same input and seed give the same turfs. */

typedef enum ccd_cut_mode {
  CCD_CUT_ROUTE = 0,
  CCD_CUT_COMPACT,
} ccd_cut_mode;

typedef struct ccd_cut_options {
  ccd_cut_mode mode;
  double target_doors;   /* doors per turf; either this or target_minutes is set, the other is 0 */
  double target_minutes; /* minutes per turf: doors x minutes per door, and walking between them */
  double minutes_per_door; /* 0: 1.65 */
  double metres_a_second;  /* 0: 0.85 */
  double slack;            /* permitted deviation from the target where possible; 0: 0.15 */
  double tower_share;      /* 0: 0.75 */
  double barrier;      /* a turf across two groups must save this many metres; 0: no condition */
  int64_t kicks;       /* kicks of the tour; 0: CCD_CUT_KICKS per stop, at most CCD_CUT_KICKS_MAX */
  double milliseconds; /* CPU time of the tour; 0: limited by kicks alone, so that results are
                          reproducible */
  uint64_t seed;
  const ccd_watch *watch; /* NULL: never cancelled */
} ccd_cut_options;

#define CCD_CUT_KICKS 16
#define CCD_CUT_KICKS_MAX 320000

/* Doors first .. first + doors - 1 of a point (in the caller's order of its doors: floor and
 * unit); all doors of the point unless it is part of a tower. */
typedef struct ccd_piece {
  int point, first, doors;
} ccd_piece;

typedef struct ccd_turf {
  int first, n; /* pieces[first] .. pieces[first + n - 1]; roughly in walking order */
  int doors;
  bool tower; /* one building, or a part of one */
} ccd_turf;

typedef struct ccd_cut {
  ccd_turf *turfs;
  int n_turfs;
  ccd_piece *pieces;
  int n_pieces;
} ccd_cut;

/**
 * @ground: streets are not used
 * @arena: holds @ret, about 30 bytes per point
 * @scratch: about 500 bytes per point
 *
 * Time O(n log n) plus the kicks; the split takes O(n d) for d stops in the largest turf. Returns
 * CC_ERR_INVALID when no target or both are given; CC_ERR_UNAVAILABLE when cancelled.
 */
cc_status ccd_cut_turfs(const ccd_ground *ground,
                        const ccd_cut_options *options,
                        cc_arena *arena,
                        cc_arena *scratch,
                        ccd_cut *ret,
                        cc_error *reterr) CC_MUSTCHECK;

/**
 * The free doors nearest to a position: the nearest points by the street metric until
 * @doors doors are reached (the last point may exceed the number). Nearest first; to get the order
 * of knocking pass them to ccd_walk_plan with @from as start.
 *
 * @taken: a flag per point: another person has it; NULL: none
 * @ret_which: space for as many indexes as the ground has points
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
