/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-page.h"

/* Places: areas, streets, buildings and doors, and their positions on the map. All points are
 * WGS 84. */

/* Values of enum members: 1 + index into the names. */
enum {
  CC_LOCATION_POINT = 1, /* address point from the organization's own file */
  CC_LOCATION_RANGE,     /* interpolated between house numbers of a street, on the right side */
  CC_LOCATION_STREET,    /* position of the nearest house number of the street */
  CC_LOCATION_ZIP,       /* centre of the ZIP code */
  CC_LOCATION_MANUAL,    /* set by hand */
  CC_LOCATION_NONE,
};

typedef struct cc_area {
  int64_t id;
  int kind;
  char *code;
  char *name;
  char *boundary; /* GeoJSON; lists leave it out */
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_area;

typedef struct cc_street_segment {
  int64_t id;
  char *external_id;
  char *name;
  char *street_key;
  int64_t *left_from;
  int64_t *left_to;
  int64_t *right_from;
  int64_t *right_to;
  char *zip_left;
  char *zip_right;
  char *node_a;
  char *node_b;
  int road_class;
  double length_m;
  char *line; /* GeoJSON */
  cc_time updated_at;
  int64_t version;
} cc_street_segment;

typedef struct cc_building {
  int64_t id;
  char *address;
  char *number;
  char *street;
  char *city;
  char *state;
  char *zip5;
  char *precinct;
  double *latitude;
  double *longitude;
  int location_quality;
  int64_t *segment_id;
  char *side;
  int64_t n_doors;
  cc_time *inaccessible_at;
  char *access_note;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_building;

typedef struct cc_door {
  int64_t id;
  int64_t building_id;
  char *address;
  char *unit;
  char *precinct;
  double *latitude;
  double *longitude;
  int location_quality;
  cc_time *do_not_knock_at;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_door;

typedef struct cc_area_query {
  int kind;
  int64_t limit;
  char *cursor;
} cc_area_query;

/* A box needs all four members. */
typedef struct cc_place_query {
  double *west;
  double *south;
  double *east;
  double *north;
  char *street;
  int64_t *area_id;
  int64_t *building_id;
  int location_quality;
  int64_t limit;
  char *cursor;
} cc_place_query;

typedef struct cc_segment_query {
  char *street;
  int64_t limit;
  char *cursor;
} cc_segment_query;

/* Property names of a GeoJSON file; for a member that is absent the usual names are tried. */
typedef struct cc_area_columns {
  int kind;
  char *code;
  char *name;
} cc_area_columns;

typedef struct cc_segment_columns {
  char *id;
  char *name;
  char *left_from;
  char *left_to;
  char *right_from;
  char *right_to;
  char *zip_left;
  char *zip_right;
  char *node_a;
  char *node_b;
  char *road_class;
} cc_segment_columns;

typedef struct cc_point_columns {
  char *address;
  char *unit;
  char *city;
  char *zip;
  char *precinct;
} cc_point_columns;

typedef struct cc_place_import {
  int64_t read;
  int64_t written;
  int64_t skipped;
} cc_place_import;

typedef struct cc_geocode_new {
  bool again;
} cc_geocode_new;

typedef struct cc_geocoding {
  int64_t point;
  int64_t range;
  int64_t street;
  int64_t zip;
  int64_t manual;
  int64_t none;
  int64_t other_precinct;
  bool running;
} cc_geocoding;

typedef struct cc_area_ref {
  int64_t area_id;
} cc_area_ref;

typedef struct cc_building_ref {
  int64_t building_id;
} cc_building_ref;

typedef struct cc_door_ref {
  int64_t door_id;
} cc_door_ref;

extern const cc_enum cc_area_kind_enum;
extern const cc_enum cc_road_class_enum;
extern const cc_enum cc_location_quality_enum;
extern const cc_type cc_area_type;
extern const cc_type cc_street_segment_type;
extern const cc_type cc_building_type;
extern const cc_type cc_door_type;
