/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-near.h"

/* Streets as a graph with doors along them: the walking distance between doors. Coordinates and
 * arguments are metres in a plane; internal lengths are whole centimetres. */

#define CCD_CM 100 /* centimetres per metre */

/* A stretch of street between two nodes. */
typedef struct ccd_segment {
  int node_a, node_b; /* numbers of the two end nodes, from 0 */
  double length;      /* metres */
  double crossing;    /* cost of crossing in metres of walking (20 for local streets to 100 for
                         arterial ones) */
} ccd_segment;

/* One position with doors: a house, or a building with many doors. */
typedef struct ccd_point {
  double x, y;     /* metres */
  int32_t doors;   /* number of doors, >= 0; points with 0 doors are left out of turfs */
  int32_t segment; /* index of a ccd_segment, or -1: not on a known street */
  int32_t side;    /* side of the street, 0 or 1, seen in the direction of the segment */
  float measure;   /* position of the door along the segment: metres from node_a */
  float setback;   /* metres from the street to the door */
  int32_t street;  /* number that identifies the street's name; -1: unknown */
  int32_t number;  /* first house number (only its parity is used); -1: unknown */
  int32_t group;   /* number of the precinct, or of another group that a turf should not span */
} ccd_point;

/* Nodes, segments and buffers for searches. Not thread-safe, because searches write to the
 * buffers. */
typedef struct ccd_streets ccd_streets;

/* The input of cutting and walking. The pointers are borrowed. */
typedef struct ccd_ground {
  const ccd_point *points;
  int n; /* points */
  /* Segments to which points refer by index, for the cost of crossing. NULL: every crossing
   * costs 20 m. */
  const ccd_segment *segments;
  ccd_streets *streets; /* for walking distances; NULL: straight lines are used */
} ccd_ground;

/**
 * Build the street graph.
 *
 * @segments: borrowed; must outlive the result
 * @arena: holds the result: about 50 bytes per segment
 *
 * Returns CC_ERR_INVALID when a segment has a node number below 0, or a length that is negative or
 * not a number.
 */
cc_status ccd_streets_new(const ccd_segment *segments,
                          int n,
                          cc_arena *arena,
                          ccd_streets **ret,
                          cc_error *reterr) CC_MUSTCHECK;

/**
 * Compute the walking distances between doors, in centimetres, symmetric:
 * - two doors on the same side of the same segment: the distance along the segment;
 * - on different sides of the same segment: the distance along the segment, plus the cost of
 *   crossing the segment;
 * - on different segments: the shortest way through the graph between the ends of the segments,
 *   including the parts of the segments up to the doors, plus half the mean of the two crossing
 *   costs for the change of block;
 * - if a door has no segment, or there is no way through the graph: 1.15 x straight line + 15 m.
 *
 * Setbacks are not included, because they are the same in every order of the doors. One bounded
 * search for each end node of the doors' segments: O(s m log m) for s segments and the m nodes
 * around them.
 *
 * @streets: may be NULL: then every pair is 1.15 x straight line + 15 m
 * @which: indexes into @points of the @n doors
 * @stride: length of a row of the matrix, >= @n (space for columns that the caller adds)
 * @ret: element (i, j) is @ret[i * @stride + j]
 */
cc_status ccd_streets_matrix(ccd_streets *streets,
                             const ccd_point *points,
                             const int *which,
                             int n,
                             int stride,
                             cc_arena *scratch,
                             int32_t *ret,
                             cc_error *reterr) CC_MUSTCHECK;

/* The argument @metric of ccd_streets_near. */
typedef struct ccd_street_metric {
  const ccd_point *points;
  const ccd_segment *segments; /* NULL: every crossing costs 20 m */
  int32_t barrier;             /* centimetres added when the two doors are in different groups */
} ccd_street_metric;

/* Returns an approximate walking distance in centimetres (a ccd_length_fn), fast enough for
 * tours through a whole town. The distance is exact for two doors on one segment, otherwise 1.15
 * x straight line + 15 m, or less for two doors on the same side of one street. Sides of one
 * street are recognized by the street name and the parity of the house numbers, because each
 * segment numbers its sides separately. */
int32_t ccd_streets_near(const void *metric, int a, int b);
