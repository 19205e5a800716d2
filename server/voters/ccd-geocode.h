/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-address.h"

/* Places addresses along streets by the ranges of house numbers on their sides. In memory, without
 * I/O: about a microsecond for each address. See docs/internals/voters.md. */
typedef struct ccd_geocoder ccd_geocoder;

typedef struct ccd_geo_point {
  double longitude, latitude; /* WGS 84 */
} ccd_geo_point;

/* A block of a street. -1 for a number that is not known; a side from 0 to 0 has none. */
typedef struct ccd_geo_segment {
  int64_t id;
  ccd_slice street_key; /* of ccd_address */
  ccd_slice zip_left, zip_right;
  int32_t left_from, left_to, right_from, right_to;
  const ccd_geo_point *points; /* of the line; the left side is on the left when walking along it */
  size_t n_points;             /* at least 2 */
} ccd_geo_segment;

typedef enum ccd_geo_quality {
  CCD_GEO_NONE = 0, /* no such street, or no number */
  CCD_GEO_RANGE,    /* the number lies in the range of a side, with that side's parity */
  CCD_GEO_STREET,   /* by the nearest number of the street */
} ccd_geo_quality;

typedef struct ccd_geo_place {
  ccd_geo_quality quality;
  ccd_geo_point at;
  int64_t segment_id;
  char side;        /* 'L' or 'R' */
  double measure_m; /* along the segment from its beginning */
  double setback_m; /* from the line */
} ccd_geo_place;

/* How far a house stands from the middle of its street. Half of a usual right of way is 7 to 9 m, a
 * front yard 3 to 6 m: with 11 m the error against the fronts of real lots was least. */
#define CCD_GEO_SETBACK_M 11.0

ccd_geocoder *ccd_geocoder_new(void); /* NULL: no memory */
void ccd_geocoder_free(ccd_geocoder *geocoder);

/* Everything is copied. After the last one call ccd_geocoder_ready. */
cc_status ccd_geocoder_add(ccd_geocoder *geocoder,
                           const ccd_geo_segment *given,
                           cc_error *reterr) CC_MUSTCHECK;
void ccd_geocoder_ready(ccd_geocoder *geocoder);

/**
 * Where does this house stand? "38-38 1/2" and "225R" go by the number they begin with, "4-6" by
 * its second one when the first is in no range.
 *
 * @zip5: tells streets of one name apart; may be empty
 *
 * Thread-safe once ready.
 */
ccd_geo_place ccd_geocoder_find(const ccd_geocoder *geocoder,
                                ccd_slice street_key,
                                ccd_slice number,
                                ccd_slice zip5);

CC_DEFINE_AUTO(ccd_geocoder, ccd_geocoder_free)
