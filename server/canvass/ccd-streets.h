/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-near.h"

/* Streets as a graph, and doors along them: how far it is to walk from one door to another.
 * Coordinates and what callers give are metres in a plane; lengths inside are whole centimetres. */

#define CCD_CM 100 /* centimetres a metre */

/* One stretch of street between two nodes. */
typedef struct ccd_segment {
  int node_a, node_b; /* 0 .. nodes - 1 */
  double length;      /* metres */
  double crossing;    /* what crossing it costs, in metres of walking (20 local to 100 arterial) */
} ccd_segment;

/* One place with doors: a house, or a building with many. */
typedef struct ccd_point {
  double x, y;     /* metres */
  int32_t doors;   /* >= 0; 0 is left out of every cut */
  int32_t segment; /* index of a ccd_segment, or -1: not on a known street */
  int32_t side;    /* 0 or 1, as the segment was drawn */
  float measure;   /* metres along the segment from node_a */
  float setback;   /* metres from the street to the door */
  int32_t street;  /* the street's name as a number; -1 when unknown */
  int32_t number;  /* first house number, for its parity; -1 when unknown */
  int32_t group;   /* precinct, or what else a turf should not straddle */
} ccd_point;

/* Nodes, segments and room for searches. One thread at a time: searches write in it. */
typedef struct ccd_streets ccd_streets;

/* Where turfs lie: what the cut and the walk work on. Borrowed, all of it. */
typedef struct ccd_ground {
  const ccd_point *points;
  int n;                       /* points */
  const ccd_segment *segments; /* for the cost of crossing; NULL: 20 m. Points index into it. */
  ccd_streets *streets;        /* for walks; NULL: by straight lines */
} ccd_ground;

/**
 * @segments: borrowed, and must outlive the result
 * @arena: holds the result: about 50 bytes a segment
 *
 * Returns CC_ERR_INVALID when a segment has a node below 0 or a length that is not a number >= 0.
 */
cc_status ccd_streets_new(const ccd_segment *segments,
                          int n,
                          cc_arena *arena,
                          ccd_streets **ret,
                          cc_error *reterr) CC_MUSTCHECK;

/**
 * Walking distances between doors, in centimetres, symmetric:
 *  - same segment, same side: along it;
 *  - same segment, other side: along it, and the cost of crossing it;
 *  - other segments: along their ends and the shortest way through the graph, and half the mean of
 *    the two crossing costs for the change of block;
 *  - a door without a segment, or no way through the graph: 1.15 x straight + 15 m.
 * Setbacks are not in it: they are the same in every order.
 * One bounded search a node at an end of the doors' segments: O(s m log m) for s segments and the
 * m nodes around them.
 *
 * @streets: may be NULL: then every pair is 1.15 x straight + 15 m
 * @which: indexes into @points of the @n doors
 * @stride: of the matrix, >= @n (room for more rows that the caller adds)
 * @ret: cell (i, j) is @ret[i * @stride + j]
 */
cc_status ccd_streets_matrix(ccd_streets *streets,
                             const ccd_point *points,
                             const int *which,
                             int n,
                             int stride,
                             cc_arena *scratch,
                             int32_t *ret,
                             cc_error *reterr) CC_MUSTCHECK;

/* What ccd_streets_near needs to know. */
typedef struct ccd_street_metric {
  const ccd_point *points;
  const ccd_segment *segments; /* NULL: crossing costs 20 m */
  int32_t barrier;             /* centimetres added between two groups */
} ccd_street_metric;

/* The cheap distance for a tour through a whole town (ccd_length_fn): exact on one segment,
 * otherwise 1.15 x straight + 15 m, which is less along one side of one street (told by name and
 * parity, because sides are named anew in every segment). Centimetres. */
int32_t ccd_streets_near(const void *metric, int a, int b);
