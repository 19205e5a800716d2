/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-cut.h"

/* The two ways to group stops; ccd-cut.c makes stops of points before and pieces of groups after.
 */

/* Ordinary stops (no towers). All arrays have @n cells. */
typedef struct ccd_stops {
  int n;
  const ccd_point *place; /* doors: of the whole stop */
  double *work;           /* doors, or minutes without walking */
  double target;          /* in the unit of work */
  double per_cm;          /* work of one centimetre walked: 0 when counting doors */
  double slack;
  const ccd_segment *segments;
  double barrier; /* centimetres */
} ccd_stops;

/* Split the closed tour @order. @ret_order: stops in tour order, begun at a good place; @ret_end:
 * behind the last stop of each of the @ret_n groups (room for @s->n). */
cc_status ccd_cut_split(const ccd_stops *s,
                        const int *order,
                        cc_arena *scratch,
                        int *ret_order,
                        int *ret_end,
                        int *ret_n,
                        cc_error *reterr) CC_MUSTCHECK;
