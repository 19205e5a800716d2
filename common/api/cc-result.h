/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-contact.h"
#include "common/api/cc-page.h"

/* Results of canvassing: counts, figures per canvasser, maps. Only contacts that count (neither
 * replaced nor undone) are included. */

typedef struct cc_result_filter {
  int by;
  int64_t *turf_id;
  int64_t *canvasser_id;
  int64_t *script_id;
  int channel;
  char *precinct;
  cc_time *since;
  cc_time *until;
} cc_result_filter;

typedef struct cc_result_row {
  char *key;   /* key of the group: turf, actor, precinct, …; NULL: contacts without one */
  char *label; /* its name */
  int64_t attempts;
  int64_t doors;
  int64_t people; /* distinct people who were reached */
  int64_t reached;
  double contact_rate; /* reached / attempts */
  char *dispositions;  /* {"not_home": 12} */
  char *support;       /* {"1": 3}: number of people by the latest support level */
  int64_t *door_count; /* of a turf */
  int64_t *doors_done;
} cc_result_row;

typedef struct cc_results {
  cc_time as_of;
  char *cursor; /* cursor of the change feed: every change before it is counted */
  cc_result_row **rows;
  size_t n_rows;
} cc_results;

typedef struct cc_answer_count {
  int64_t step_id;
  int64_t *option_id;
  char *value; /* value of scale, number and date questions */
  char *step_texts;
  char *option_texts;
  int64_t count;
} cc_answer_count;

typedef struct cc_answer_counts {
  cc_time as_of;
  char *cursor;
  cc_answer_count **rows;
  size_t n_rows;
} cc_answer_counts;

/* A sign that data may be wrong: a reason to ask the canvasser, no proof. */
typedef struct cc_quality_signal {
  char *code;
  char *message;
  double value;
  char *usual;
} cc_quality_signal;

typedef struct cc_canvasser {
  char *actor; /* "user:7" */
  char *name;
  int64_t attempts;
  int64_t doors;
  int64_t people;
  int64_t reached;
  double *contact_rate;
  char *dispositions;
  char *support;
  cc_time *first_at;
  cc_time *last_at;
  double *doors_per_hour; /* breaks longer than half an hour are left out */
  double *median_seconds; /* from one door to the next */
  cc_quality_signal **signals;
  size_t n_signals;
} cc_canvasser;

typedef struct cc_canvasser_filter {
  cc_time *since;
  cc_time *until;
  bool only_signals;
  int64_t limit;
  char *cursor;
} cc_canvasser_filter;

typedef struct cc_canvasser_span {
  cc_time *since;
  cc_time *until;
} cc_canvasser_span;

typedef struct cc_map_tile {
  int layer;
  int64_t z;
  int64_t x;
  int64_t y;
} cc_map_tile;

typedef struct cc_map_layer {
  int layer;
} cc_map_layer;

typedef struct cc_map_box {
  double west;
  double south;
  double east;
  double north;
  int64_t most;
} cc_map_box;

extern const cc_type cc_results_type;
extern const cc_type cc_answer_counts_type;
extern const cc_type cc_canvasser_type;
