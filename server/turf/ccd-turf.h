/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-cut.h"
#include "server/canvass/ccd-walk.h"
#include "server/engine/ccd-call.h"
#include "server/jobs/ccd-job.h"

/* Turf: routes and the job that cuts. The computing is server/canvass, the rules are functions of
 * db/functions/turf; see docs/internals/turf.md. */

extern const ccd_route ccd_turf_routes[];
extern const ccd_job_kind ccd_turf_jobs[];

ccd_handler ccd_turf_move_doors;
ccd_handler ccd_turf_split;
ccd_handler ccd_turf_merge;
ccd_handler ccd_turf_hold;
ccd_handler ccd_turf_send_qr;
ccd_handler ccd_turf_send_walk_list;

/* CC_ERR_NOT_FOUND in the words of every other route. */
cc_status ccd_turf_absent(cc_error *reterr) CC_MUSTCHECK;

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

/* Code 128, set B: widths of bars and gaps in modules, bars first; 0 when @text has a character
 * that it cannot say, or too many. @ret_widths has room for @max. ISO/IEC 15417. */
int ccd_turf_code128(const char *text, uint8_t *ret_widths, int max);

/* QR code of @text as a square of @ret_size x @ret_size cells, true = dark, without quiet zone. In
 * @arena. */
cc_status ccd_turf_qr(const char *text,
                      cc_arena *arena,
                      bool **ret_cells,
                      int *ret_size,
                      cc_error *reterr) CC_MUSTCHECK;

/* PUBLIC_URL/t/CODE: what the QR code of a turf says. */
const char *ccd_turf_link(ccd_call *call, const char *code);
