/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-cut.h"

/* The two methods of grouping stops; ccd-cut.c makes stops from points before, and pieces from
 * groups afterwards. */

/* Stops without towers. All arrays have @n elements. */
typedef struct ccd_stops {
  int n;
  const ccd_point *place; /* position; .doors counts the whole stop */
  double *work;           /* doors, or minutes without walking */
  double target;          /* target work per turf, in the unit of work */
  double per_cm;          /* work for each centimetre walked: 0 when counting doors */
  double slack;
  const ccd_segment *segments;
  double barrier; /* centimetres */
} ccd_stops;

/* Split the closed tour @order. @ret_order: stops in tour order, beginning at a good place;
 * @ret_end: index after the last stop of each of the @ret_n groups (space for @s->n). */
cc_status ccd_cut_split(const ccd_stops *s,
                        const int *order,
                        cc_arena *scratch,
                        int *ret_order,
                        int *ret_end,
                        int *ret_n,
                        cc_error *reterr) CC_MUSTCHECK;
