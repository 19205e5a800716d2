/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-streets.h"

/* The walk of one turf: its doors in the order in which to knock them. */

#define CCD_WALK_KICKS 2000 /* 60 stops: as a rule within 0.6 % of the shortest, about 3 ms */

typedef struct ccd_walk_options {
  int64_t kicks;       /* 0: CCD_WALK_KICKS, unless milliseconds are given */
  double milliseconds; /* CPU; 0: by kicks alone, and so the same every time */
  uint64_t seed;
  double minutes_per_door; /* 0: 1.65 */
  double metres_a_second;  /* 0: 0.85 */
  const ccd_point *start;  /* where the walk begins, such as the meeting point; NULL: anywhere */
  const ccd_watch *watch;  /* NULL: never cancelled */
} ccd_walk_options;

typedef struct ccd_walk {
  double length;    /* metres along the streets, from the first door (or @start) to the last */
  double approach;  /* metres from the street to the doors and back, not in length */
  double minutes;   /* doors x minutes per door, and length at the walking speed */
  int doors, stops; /* stops: places with one position; all doors of a building are one */
} ccd_walk;

/**
 * @which: indexes into the ground's points of the turf's places; @n >= 0. Each is in the result
 * once.
 * @scratch: cleared by the call
 * @ret_order: @n indexes into the ground's points in walking order; what stands at one position
 * stays together in the order of @which. May be @which itself.
 */
cc_status ccd_walk_plan(const ccd_ground *ground,
                        const int *which,
                        int n,
                        const ccd_walk_options *options,
                        cc_arena *scratch,
                        int *ret_order,
                        ccd_walk *ret,
                        cc_error *reterr) CC_MUSTCHECK;

/* Length and minutes of a walk in the order given, such as by street and number. */
cc_status ccd_walk_measure(const ccd_ground *ground,
                           const int *order,
                           int n,
                           const ccd_walk_options *options,
                           cc_arena *scratch,
                           ccd_walk *ret,
                           cc_error *reterr) CC_MUSTCHECK;

/* Indexes sorted so that what stands at one position (x, y, segment, side) is together. */
void ccd_walk_sort(const ccd_point *points, int *which, int n);
bool ccd_walk_together(const ccd_point *p, const ccd_point *q);
