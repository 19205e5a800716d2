/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-page.h"

/* Turfs: parts of a town whose doors are in walking order. A turf is cut, published, distributed
 * and walked. */

/* Values of enum members: 1 + index into the names. */
enum {
  CC_TURF_DRAFT = 1,
  CC_TURF_OPEN,
  CC_TURF_OUT,
  CC_TURF_DONE,
  CC_TURF_CLOSED,
};

enum {
  CC_TURF_BY_POLYGON = 1,
  CC_TURF_BY_STREETS,
  CC_TURF_BY_PRECINCT,
  CC_TURF_BY_ITSELF,
  CC_TURF_AGAIN,
};

enum {
  CC_TURF_MODE_STREET = 1,
  CC_TURF_MODE_COMPACT,
};

enum {
  CC_TURF_PNG = 1,
  CC_TURF_SVG,
};

enum {
  CC_TURF_A4 = 1,
  CC_TURF_LETTER,
};

/* A street, or a part of a street. */
typedef struct cc_turf_street {
  char *street;
  int64_t *first; /* house numbers */
  int64_t *last;
  int side;
} cc_turf_street;

/* The area, list and size with which turfs are cut. */
typedef struct cc_turf_request {
  char *name;
  int method;
  char *polygon; /* GeoJSON */
  cc_turf_street **streets;
  size_t n_streets;
  cc_strings precincts;
  cc_strings turf_ids;
  int64_t *list_id; /* NULL: every door */
  int64_t *script_id;
  int64_t *target_doors;
  int64_t *target_minutes;
  int mode;
  bool by_precinct;
} cc_turf_request;

/* A turf that already contains doors that the cut would use. */
typedef struct cc_turf_conflict {
  int64_t turf_id;
  char *name;
  int state;
  int64_t doors;
} cc_turf_conflict;

/* A door without a position on the map. */
typedef struct cc_turf_unplaced {
  int64_t door_id;
  char *address;
  char *unit;
} cc_turf_unplaced;

/* The result that a cut would have. */
typedef struct cc_turf_preview {
  int64_t doors;
  int64_t voters;
  int64_t buildings;
  int64_t turfs;
  int64_t left_out;
  int64_t taken;
  cc_turf_conflict **conflicts;
  size_t n_conflicts;
  int64_t unplaced;
  cc_turf_unplaced **unplaced_doors;
  size_t n_unplaced_doors;
} cc_turf_preview;

typedef struct cc_turf_cut {
  int64_t id;
  char *name;
  int method;
  char *request;
  int64_t *list_id;
  int64_t *script_id;
  int state;
  double progress;
  char *result;
  char *error;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_turf_cut;

/* A person or device that checked the turf out. */
typedef struct cc_turf_taker {
  char *actor;
  int64_t *user_id;
  char *name;
  cc_time taken_at;
} cc_turf_taker;

typedef struct cc_turf {
  int64_t id;
  int64_t *cut_id;
  char *name;
  int state;
  char *polygon;
  int64_t *script_id;
  char *code;
  bool distributed;
  int64_t *assigned_user_id;
  char *assigned_name;
  char *team;
  int64_t *event_id;
  char *notes;
  int64_t door_count;
  int64_t voter_count;
  int64_t doors_done;
  double *length_m;
  double *minutes;
  cc_turf_taker **takers;
  size_t n_takers;
  int64_t progress_revision; /* changes with doors_done and takers, without a new version */
  cc_time *published_at;
  cc_time *expires_at;
  cc_time *closed_at;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_turf;

typedef struct cc_turf_ref {
  int64_t turf_id;
} cc_turf_ref;

typedef struct cc_turf_filter {
  int state;
  int64_t *assigned_user_id;
  int64_t *event_id;
  int64_t *cut_id;
  int64_t limit;
  char *cursor;
} cc_turf_filter;

typedef struct cc_turf_door {
  int64_t door_id;
  int64_t position;
  int state;
  int64_t building_id;
  char *address;
  char *number;
  char *street;
  char *unit;
  char *city;
  char *zip5;
  char *precinct;
  double *latitude;
  double *longitude;
  char *access_note;
  int64_t people;
  char *held_by;
  cc_time *held_until;
  cc_time *done_at;
} cc_turf_door;

typedef struct cc_turf_doors_query {
  int64_t limit; /* at most 500 */
  char *cursor;
} cc_turf_doors_query;

typedef struct cc_turf_code {
  char *code;
} cc_turf_code;

/* The position of a canvasser who requests doors of a shared turf. */
typedef struct cc_turf_near {
  double latitude;
  double longitude;
  int64_t doors;
  int64_t minutes;
} cc_turf_near;

/* A door that is reserved for the caller; like a turf door, without the holder. */
typedef struct cc_turf_held_door {
  int64_t door_id;
  int64_t position;
  int state;
  int64_t building_id;
  char *address;
  char *number;
  char *street;
  char *unit;
  char *city;
  char *zip5;
  char *precinct;
  double *latitude;
  double *longitude;
  char *access_note;
  int64_t people;
} cc_turf_held_door;

typedef struct cc_turf_held {
  int64_t turf_id;
  cc_time held_until;
  cc_turf_held_door **held;
  size_t n_held;
} cc_turf_held;

typedef struct cc_turf_split {
  int64_t parts;
} cc_turf_split;

typedef struct cc_turf_merge {
  cc_strings turf_ids;
} cc_turf_merge;

typedef struct cc_turf_move {
  cc_strings add;
  cc_strings remove;
} cc_turf_move;

/* A turf that a manual change affected. */
typedef struct cc_turf_brief {
  int64_t id;
  char *name;
  int64_t door_count;
  int64_t voter_count;
  double *length_m;
  double *minutes;
  int64_t version;
} cc_turf_brief;

typedef struct cc_turf_change {
  cc_turf_brief **turfs;
  size_t n_turfs;
} cc_turf_change;

typedef struct cc_turf_qr_query {
  int format;
} cc_turf_qr_query;

typedef struct cc_turf_paper_query {
  int paper;
} cc_turf_paper_query;

extern const cc_enum cc_turf_state_enum;
extern const cc_enum cc_turf_cut_state_enum;
extern const cc_type cc_turf_type;
extern const cc_type cc_turf_cut_type;
extern const cc_type cc_turf_door_type;
extern const cc_type cc_turf_request_type;
