/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"

/* Packs: the data with which a phone works without a network. A pack is a stream of lines, each
 * a JSON object whose member "line" names its type: header, turf or event, script, disposition,
 * tag, street, door followed by its people, attendee, gone, end. A stream without the end line,
 * or whose SHA-256 differs from the end line's, is incomplete. See
 * docs/internals/field-protocol.md. */

typedef struct cc_pack_info {
  char *kind; /* turf, event */
  int64_t id;
  char *name; /* NULL: the actor may no longer hold this pack */
  int64_t *version;
  int64_t *size_estimate;
  cc_time *expires_at;
  cc_time *taken_at;
  bool wipe;
} cc_pack_info;

typedef struct cc_pack_list {
  cc_time server_time;
  size_t n_packs;
  cc_pack_info **packs;
} cc_pack_list;

typedef struct cc_turf_pack_ref {
  int64_t turf_id;
} cc_turf_pack_ref;

typedef struct cc_pack_query {
  char *since;
} cc_pack_query;

typedef struct cc_pack_name {
  char *kind;
  int64_t id;
} cc_pack_name;

typedef struct cc_pack_wipe {
  size_t n_packs;
  cc_pack_name **packs;
} cc_pack_wipe;

typedef struct cc_pack_wiped {
  int64_t wiped;
} cc_pack_wiped;

/* The lines. */
typedef struct cc_pack_header {
  char *line;
  char *kind;
  int64_t id;
  char *cursor;  /* `since` for the next delta and for /v1/changes */
  char *content; /* hash of the whole pack's content */
  bool snapshot; /* true: replaces everything on the device; false: contains only changes */
  cc_time made_at;
  cc_time *expires_at;
} cc_pack_header;

typedef struct cc_pack_turf {
  char *line;
  int64_t id;
  char *name;
  char *state;
  char *notes;
  int64_t *script_id;
  double *length_m;
  double *minutes;
  cc_time *expires_at;
  int64_t version;
} cc_pack_turf;

typedef struct cc_pack_option {
  int64_t id;
  int64_t position;
  char *texts; /* by language */
  int64_t *support_level;
} cc_pack_option;

typedef struct cc_pack_step {
  int64_t id;
  int64_t position;
  char *kind;
  char *texts;
  bool required;
  int64_t *scale_min;
  int64_t *scale_max;
  int64_t *show_if_option_id;
  size_t n_options;
  cc_pack_option **options;
} cc_pack_step;

typedef struct cc_pack_script {
  char *line;
  int64_t id;
  char *name;
  cc_strings languages;
  int64_t version;
  size_t n_steps;
  cc_pack_step **steps;
} cc_pack_script;

typedef struct cc_pack_disposition {
  char *line;
  char *code;
  char *level;
  int64_t position;
  bool reached;
  bool finishes;
  cc_strings channels;
} cc_pack_disposition;

typedef struct cc_pack_tag {
  char *line;
  int64_t id;
  char *name;
} cc_pack_tag;

typedef struct cc_pack_street {
  char *line;
  int64_t id;
  char *name;
  char *road_class;
  char *geometry; /* GeoJSON LineString */
} cc_pack_street;

typedef struct cc_pack_door {
  char *line;
  int64_t id;
  int64_t position; /* in walking order */
  char *state;
  int64_t building_id;
  char *address;
  char *unit;
  char *city;
  char *zip5;
  char *precinct;
  double *latitude;
  double *longitude;
  int64_t *segment_id;
  char *side;
  bool do_not_knock;
  bool inaccessible;
  char *access_note;
  int64_t last_contact_id; /* 0: none */
  cc_time *last_contact_at;
  char *last_disposition;
  int64_t version;
} cc_pack_door;

typedef struct cc_pack_person {
  char *line;
  int64_t id;
  int64_t door_id;
  int64_t *household_id;
  char *first_name;
  char *last_name;
  char *age_band;
  char *party;
  int64_t *support_level;
  char *last_disposition;
  cc_time *last_contact_at;
  cc_time *quiet_until;
  int64_t last_contact_id; /* 0: no contact yet; becomes based_on of the next contact */
  cc_strings phones;       /* empty unless the script is for the telephone */
  cc_strings tags;
  int64_t version;
} cc_pack_person;

typedef struct cc_pack_event {
  char *line;
  int64_t id;
  char *title;
  cc_time start_time;
  cc_time end_time;
  char *timezone;
  int64_t version;
} cc_pack_event;

typedef struct cc_pack_attendee {
  char *line;
  int64_t id;
  char *first_name;
  char *last_name;
  char *status;
  int64_t guest_count;
  char *notes;
  cc_time *checked_in_at;
  char *checked_in_by;
  int64_t version;
} cc_pack_attendee;

typedef struct cc_pack_gone {
  char *line;
  char *entity; /* entity that was removed: door, person or attendee */
  int64_t id;
} cc_pack_gone;

typedef struct cc_pack_end {
  char *line;
  int64_t lines; /* number of lines between header and end */
  char *sha256;  /* SHA-256 of all bytes before this line, including line breaks */
} cc_pack_end;

extern const cc_type cc_pack_list_type;
extern const cc_type cc_pack_wipe_type;
extern const cc_type cc_pack_header_type;
extern const cc_type cc_pack_turf_type;
extern const cc_type cc_pack_script_type;
extern const cc_type cc_pack_disposition_type;
extern const cc_type cc_pack_tag_type;
extern const cc_type cc_pack_street_type;
extern const cc_type cc_pack_door_type;
extern const cc_type cc_pack_person_type;
extern const cc_type cc_pack_event_type;
extern const cc_type cc_pack_attendee_type;
extern const cc_type cc_pack_gone_type;
extern const cc_type cc_pack_end_type;
