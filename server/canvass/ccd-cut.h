/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-streets.h"

/* Doors into turfs of about the same work.
 *
 * CCD_CUT_ROUTE, "route first, cut second" (Beasley 1983): one short tour over all stops under the
 * street metric, split by dynamic programming so that every turf is near the target, the edges that
 * are cut are long ones, and a side of a block is not cut. CCD_CUT_COMPACT: halved again and again
 * (Berger and Bokhari 1987), then evened out between neighbours; tidier on a map, more to walk.
 *
 * In both, what stands at one position is one stop; a building of at least tower_share x target is
 * a turf of its own, and several when it is far above the target. Every door of a point with
 * doors > 0 is in exactly one turf. Same input, same seed, same turfs. */

typedef enum ccd_cut_mode {
  CCD_CUT_ROUTE = 0,
  CCD_CUT_COMPACT,
} ccd_cut_mode;

typedef struct ccd_cut_options {
  ccd_cut_mode mode;
  double target_doors;     /* this, or target_minutes: the other is 0 */
  double target_minutes;   /* doors x minutes per door, and walking between them */
  double minutes_per_door; /* 0: 1.65 */
  double metres_a_second;  /* 0: 0.85 */
  double slack;            /* 0: 0.15, turfs within +-15 % of the target wherever it can be */
  double tower_share;      /* 0: 0.75 */
  double barrier;          /* metres that a turf across two groups has to be worth; 0: none */
  int64_t kicks;           /* of the tour; 0: CCD_CUT_KICKS a stop, at most CCD_CUT_KICKS_MAX */
  double milliseconds;     /* CPU of the tour; 0: by kicks alone, and so the same every time */
  uint64_t seed;
  const ccd_watch *watch; /* NULL: never cancelled */
} ccd_cut_options;

#define CCD_CUT_KICKS 16
#define CCD_CUT_KICKS_MAX 320000

/* Doors first .. first + doors - 1 of a point (by the caller's own order of its doors: floor and
 * unit); all of them unless the point is a tower. */
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
 * @arena: holds @ret, about 30 bytes a point
 * @scratch: about 500 bytes a point
 *
 * O(n log n) and the kicks; the split O(n d) for d stops in the largest turf.
 * Returns CC_ERR_INVALID when there is no target, or both; CC_ERR_UNAVAILABLE when cancelled.
 */
cc_status ccd_cut_turfs(const ccd_ground *ground,
                        const ccd_cut_options *options,
                        cc_arena *arena,
                        cc_arena *scratch,
                        ccd_cut *ret,
                        cc_error *reterr) CC_MUSTCHECK;

/**
 * The nearest free doors to where somebody stands: the points nearest by the street metric until
 * @doors doors are reached (the last one may go over). Nearest first; for the order in which to
 * knock them give them to ccd_walk_plan with @from as start.
 *
 * @taken: a flag a point: somebody else has it; NULL: none
 * @ret_which: room for as many indexes as the ground has points
 *
 * O(n log n).
 */
cc_status ccd_cut_nearest(const ccd_ground *ground,
                          const bool *taken,
                          const ccd_point *from,
                          int doors,
                          cc_arena *scratch,
                          int *ret_which,
                          int *ret_n,
                          cc_error *reterr) CC_MUSTCHECK;
