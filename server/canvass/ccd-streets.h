/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-near.h"

/* Streets as a graph with doors along them: the walking distance between doors. Coordinates and
 * arguments are metres in a plane; internal lengths are whole centimetres. */

#define CCD_CM 100 /* centimetres per metre */

/* A stretch of street between two nodes. */
typedef struct ccd_segment {
  int node_a, node_b; /* 0 .. nodes - 1 */
  double length;      /* metres */
  double crossing;    /* cost of crossing in metres of walking (20 for local streets to 100 for
                         arterial ones) */
} ccd_segment;

/* One position with doors: a house, or a building with many doors. */
typedef struct ccd_point {
  double x, y;     /* metres */
  int32_t doors;   /* >= 0; points with 0 are not cut */
  int32_t segment; /* index of a ccd_segment, or -1: not on a known street */
  int32_t side;    /* 0 or 1, relative to the direction of the segment */
  float measure;   /* metres along the segment from node_a */
  float setback;   /* metres from the street to the door */
  int32_t street;  /* number that identifies the street's name; -1 when unknown */
  int32_t number;  /* first house number, of which the parity is used; -1 when unknown */
  int32_t group;   /* precinct, or another group that a turf should not span */
} ccd_point;

/* Nodes, segments and buffers for searches. Not thread-safe, because searches write to the
 * buffers. */
typedef struct ccd_streets ccd_streets;

/* The input of cutting and walking. All members are borrowed. */
typedef struct ccd_ground {
  const ccd_point *points;
  int n; /* points */
  /* for the cost of crossing; NULL: 20 m. Points contain indexes into it. */
  const ccd_segment *segments;
  ccd_streets *streets; /* for walks; NULL: straight lines */
} ccd_ground;

/**
 * @segments: borrowed; must outlive the result
 * @arena: holds the result: about 50 bytes per segment
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
 * - same segment, same side: along it;
 * - same segment, other side: along it, and the cost of crossing it;
 * - other segments: along their ends and the shortest way through the graph, and half the mean of
 *   the two crossing costs for the change of block;
 * - a door without a segment, or no way through the graph: 1.15 x straight line + 15 m. Setbacks
 *   are not included: they are the same in every order. One bounded search for each end node of the
 *   doors' segments: O(s m log m) for s segments and the m nodes around them.
 *
 * @streets: may be NULL: then every pair is 1.15 x straight line + 15 m
 * @which: indexes into @points of the @n doors
 * @stride: of the matrix, >= @n (space for rows that the caller adds)
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

/* Data of ccd_streets_near. */
typedef struct ccd_street_metric {
  const ccd_point *points;
  const ccd_segment *segments; /* NULL: crossing costs 20 m */
  int32_t barrier;             /* centimetres added between two groups */
} ccd_street_metric;

/* A fast approximate distance for tours through a whole town (ccd_length_fn), in centimetres:
 * exact on one segment, otherwise 1.15 x straight line + 15 m, less along one side of one street
 * (recognized by street name and parity of the house numbers, because each segment numbers its
 * sides separately). */
int32_t ccd_streets_near(const void *metric, int a, int b);
