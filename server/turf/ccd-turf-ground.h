/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-cut.h"
#include "server/canvass/ccd-walk.h"
#include "server/engine/ccd-call.h"

/* What the cutting works on, from rows. */

/* What the engine works on, from rows. Everything in one arena. */
typedef struct ccd_turf_ground {
  ccd_ground ground;
  ccd_point *points;
  int64_t *segment_ids; /* of each point; -1: none */
  int64_t **doors;      /* of each point, points[i].doors of them, in the order to knock */
  int parts;            /* groups of points: precincts, or one */
  double south, west, north, east;
} ccd_turf_ground;

/* Query arguments for the streets around; ended by a NULL name. */
typedef struct ccd_turf_box {
  ccd_arg args[5];
} ccd_turf_box;

/* Rows of turf_points or turf_cut_points. Metres are counted from the middle of the box. */
cc_status ccd_turf_ground_points(const ccd_rows *rows,
                                 cc_arena *arena,
                                 ccd_turf_ground *ret,
                                 cc_error *reterr) CC_MUSTCHECK;
/* The box of the points and some 300 m around it. */
cc_status ccd_turf_ground_box(const ccd_turf_ground *ground,
                              cc_arena *arena,
                              ccd_turf_box *ret,
                              cc_error *reterr) CC_MUSTCHECK;
/* Rows of turf_segments; points then name segments by index. */
cc_status ccd_turf_ground_streets(const ccd_rows *rows,
                                  cc_arena *arena,
                                  ccd_turf_ground *ground,
                                  cc_error *reterr) CC_MUSTCHECK;
/* A place as a point without a street. */
ccd_point ccd_turf_ground_place(const ccd_turf_ground *ground, double latitude, double longitude);

/* One turf: its pieces in walking order. */
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

/* {1,2,3}: an array as PostgreSQL reads it. NULL: no memory. */
const char *ccd_turf_array(cc_arena *arena, const int64_t *ids, int n);

double ccd_turf_number(const ccd_rows *rows, int row, const char *column);
