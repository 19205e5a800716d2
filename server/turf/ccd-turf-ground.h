/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-cut.h"
#include "server/canvass/ccd-walk.h"
#include "server/engine/ccd-call.h"

/* The input of server/canvass, made from rows. */

/* The input of server/canvass, made from rows. Everything is in one arena. */
typedef struct ccd_turf_ground {
  ccd_ground ground;
  ccd_point *points;
  int64_t *segment_ids; /* segment id of each point; -1: none */
  int64_t *
    *doors;  /* ids of each point's doors (points[i].doors of them), in the order of knocking */
  int parts; /* number of groups of points: precincts, or one */
  double south, west, north, east;
} ccd_turf_ground;

/* Query arguments for the streets around the points; ends with a row whose name is NULL. */
typedef struct ccd_turf_box {
  ccd_arg args[5];
} ccd_turf_box;

/* Read rows of turf_points or turf_cut_points. Metres are measured from the middle of the box. */
cc_status ccd_turf_ground_points(const ccd_rows *rows,
                                 cc_arena *arena,
                                 ccd_turf_ground *ret,
                                 cc_error *reterr) CC_MUSTCHECK;
/* The bounding box of the points with a margin of about 300 m. */
cc_status ccd_turf_ground_box(const ccd_turf_ground *ground,
                              cc_arena *arena,
                              ccd_turf_box *ret,
                              cc_error *reterr) CC_MUSTCHECK;
/* Read rows of turf_segments; points then refer to segments by index. */
cc_status ccd_turf_ground_streets(const ccd_rows *rows,
                                  cc_arena *arena,
                                  ccd_turf_ground *ground,
                                  cc_error *reterr) CC_MUSTCHECK;
/* A position as a point without a street. */
ccd_point ccd_turf_ground_place(const ccd_turf_ground *ground, double latitude, double longitude);

/* The walk of one turf: its pieces in walking order. */
typedef struct ccd_turf_walk {
  int64_t *doors;
  int n;
  ccd_walk walk;
} ccd_turf_walk;

/**
 * @start: may be NULL
 * @arena: holds the doors; @scratch is cleared
 */
cc_status ccd_turf_walk_pieces(const ccd_turf_ground *ground,
                               const ccd_piece *pieces,
                               int n,
                               const ccd_point *start,
                               cc_arena *arena,
                               cc_arena *scratch,
                               ccd_turf_walk *ret,
                               cc_error *reterr) CC_MUSTCHECK;

/* {1,2,3}: a PostgreSQL array. NULL: memory is exhausted. */
const char *ccd_turf_array(cc_arena *arena, const int64_t *ids, int n);

double ccd_turf_number(const ccd_rows *rows, int row, const char *column);
