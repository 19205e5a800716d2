/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-cut.h"

/* The input of the two methods that group stops, and the function of the first method. ccd-cut.c
 * makes the stops from points before the call, and pieces from the groups after the call. */

/* The stops that are grouped; towers are left out, because each is a turf of its own. All arrays
 * have @n elements. */
typedef struct ccd_stops {
  int n;
  const ccd_point *place; /* position; .doors is the number of doors of the whole stop */
  double *work;           /* work of each stop: doors, or minutes without walking */
  double target;          /* target of each turf, in the same unit as work */
  double per_cm;          /* work for each centimetre walked: 0 when counting doors */
  double slack;
  const ccd_segment *segments;
  double barrier; /* centimetres */
} ccd_stops;

/* Split the closed tour @order into groups.
 *
 * @ret_order: the stops in tour order, beginning where a cut costs least
 * @ret_end: for each of the @ret_n groups the index in @ret_order after its last stop; space for
 *   @s->n */
cc_status ccd_cut_split(const ccd_stops *s,
                        const int *order,
                        cc_arena *scratch,
                        int *ret_order,
                        int *ret_end,
                        int *ret_n,
                        cc_error *reterr) CC_MUSTCHECK;
