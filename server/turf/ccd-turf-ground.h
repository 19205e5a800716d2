/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-cut.h"
#include "server/canvass/ccd-walk.h"
#include "server/engine/ccd-call.h"

/* Builds the input of server/canvass from database rows; used by ccd-turf-cut.c, ccd-turf-edit.c
 * and ccd-turf-paper.c. */

/* Doors and streets in the form that server/canvass needs. All memory is in one arena. */
typedef struct ccd_turf_ground {
  ccd_ground ground;
  ccd_point *points;
  int64_t *segment_ids; /* segment id of each point; -1: the point is on no known street */
  int64_t *
    *doors;  /* ids of each point's doors (points[i].doors of them), in the order of knocking */
  int parts; /* number of groups of points: the number of precincts, or 1 */
  double south, west, north, east;
} ccd_turf_ground;

/* Arguments for the query of the streets around the points; the last element has the name NULL. */
typedef struct ccd_turf_box {
  ccd_arg args[5];
} ccd_turf_box;

/* Read the points from rows of the query turf_points or turf_cut_points. Coordinates are
 * converted to metres from the middle of the points' bounding box. */
cc_status ccd_turf_ground_points(const ccd_rows *rows,
                                 cc_arena *arena,
                                 ccd_turf_ground *ret,
                                 cc_error *reterr) CC_MUSTCHECK;
/* Set @ret to the bounding box of the points, with a margin of about 300 m. */
cc_status ccd_turf_ground_box(const ccd_turf_ground *ground,
                              cc_arena *arena,
                              ccd_turf_box *ret,
                              cc_error *reterr) CC_MUSTCHECK;
/* Read the streets from rows of the query turf_segments, and set the segment index of each
 * point. */
cc_status ccd_turf_ground_streets(const ccd_rows *rows,
                                  cc_arena *arena,
                                  ccd_turf_ground *ground,
                                  cc_error *reterr) CC_MUSTCHECK;
/* Returns a point at this position, without a street and without doors. */
ccd_point ccd_turf_ground_place(const ccd_turf_ground *ground, double latitude, double longitude);

/* The walk of one turf: the ids of its doors in walking order. */
typedef struct ccd_turf_walk {
  int64_t *doors;
  int n;
  ccd_walk walk;
} ccd_turf_walk;

/**
 * Plan the walk through @pieces.
 *
 * @start: where the walk begins; may be NULL
 * @arena: holds the ids of the doors; @scratch is cleared
 */
cc_status ccd_turf_walk_pieces(const ccd_turf_ground *ground,
                               const ccd_piece *pieces,
                               int n,
                               const ccd_point *start,
                               cc_arena *arena,
                               cc_arena *scratch,
                               ccd_turf_walk *ret,
                               cc_error *reterr) CC_MUSTCHECK;

/* Returns the ids as a PostgreSQL array: "{1,2,3}"; NULL when out of memory. */
const char *ccd_turf_array(cc_arena *arena, const int64_t *ids, int n);

double ccd_turf_number(const ccd_rows *rows, int row, const char *column);
