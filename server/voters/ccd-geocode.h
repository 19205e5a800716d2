/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-address.h"

/* The geocoder: computes the location of an address from the ranges of house numbers on the two
 * sides of street segments. Works in memory, without I/O, in about a microsecond per address. Used
 * by ccd-geocode-job.c; see docs/internals/voters.md. */
typedef struct ccd_geocoder ccd_geocoder;

typedef struct ccd_geo_point {
  double longitude, latitude; /* WGS 84 */
} ccd_geo_point;

/* A segment (one block) of a street. An unknown house number is -1. A side with the numbers 0 to
 * 0 has no houses. */
typedef struct ccd_geo_segment {
  int64_t id;
  ccd_slice street_key; /* in the form of ccd_address.street_key */
  ccd_slice zip_left, zip_right;
  int32_t left_from, left_to, right_from, right_to;
  const ccd_geo_point *points; /* the line; left and right are seen in the direction of the line */
  size_t n_points;             /* at least 2 */
} ccd_geo_segment;

typedef enum ccd_geo_quality {
  CCD_GEO_NONE = 0, /* not found: unknown street, or no number */
  CCD_GEO_RANGE,  /* the number is in the range of a side of a street segment and has its parity */
  CCD_GEO_STREET, /* no side has the number in its range: the position of the nearest number */
} ccd_geo_quality;

typedef struct ccd_geo_place {
  ccd_geo_quality quality;
  ccd_geo_point at;
  int64_t segment_id;
  char side;        /* 'L' or 'R' */
  double measure_m; /* distance from the beginning of the segment, in metres along its line */
  double setback_m; /* distance of the house from the street line, in metres */
} ccd_geo_place;

/* Distance of a house from the middle of its street, in metres. Half of a typical right of way
 * is 7 to 9 m, and a front yard 3 to 6 m. Compared with the fronts of real lots, 11 m gave the
 * smallest error. */
#define CCD_GEO_SETBACK_M 11.0

ccd_geocoder *ccd_geocoder_new(void); /* NULL when out of memory */
void ccd_geocoder_free(ccd_geocoder *geocoder);

/* ccd_geocoder_add copies a segment into the geocoder. Call ccd_geocoder_ready once after the
 * last segment, before ccd_geocoder_find. */
cc_status ccd_geocoder_add(ccd_geocoder *geocoder,
                           const ccd_geo_segment *given,
                           cc_error *reterr) CC_MUSTCHECK;
void ccd_geocoder_ready(ccd_geocoder *geocoder);

/**
 * Find the position of a house. Of a number such as "38-38 1/2" or "225R" the first number is used;
 * of "4-6" the second number, if the first one is not in a range.
 *
 * @zip5: distinguishes streets with the same name; may be empty
 *
 * Thread-safe after ccd_geocoder_ready.
 */
ccd_geo_place ccd_geocoder_find(const ccd_geocoder *geocoder,
                                ccd_slice street_key,
                                ccd_slice number,
                                ccd_slice zip5);

CC_DEFINE_AUTO(ccd_geocoder, ccd_geocoder_free)
