/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-page.h"

/* What phones send back, and what somebody has to decide of it. The lines of a pack are in
 * cc-pack.h; the protocol is docs/internals/field-protocol.md. */

/* As enum members hold them: 1 + index into the names. */
enum {
  CC_VERDICT_APPLIED = 1,
  CC_VERDICT_DUPLICATE, /* decided before: .first says how */
  CC_VERDICT_CONFLICT,  /* kept; somebody decides */
  CC_VERDICT_REFUSED,   /* for .code; the device keeps it until a person has dealt with it */
  CC_VERDICT_HELD,      /* kept; waits for the operations before it */
};

enum {
  CC_CONFLICT_OPEN = 1,
  CC_CONFLICT_ACCEPTED,
  CC_CONFLICT_MERGED,
  CC_CONFLICT_DISCARDED,
  CC_CONFLICT_WITHDRAWN, /* taken back on the device */
};

/* One thing that was done in the field. What .body holds depends on .kind: see cc_field_kinds. */
typedef struct cc_field_operation {
  char *client_id; /* UUID made on the device */
  int64_t sequence;
  char *kind;
  cc_time occurred_at; /* by the device's clock */
  int64_t *based_on;   /* of a contact: last_contact_id of the line that the person saw */
  char *body;
} cc_field_operation;

typedef struct cc_field_upload {
  char *installation;   /* UUID made when the client was set up */
  cc_time device_clock; /* as the request leaves */
  int64_t settled;      /* nothing at or below this number will be sent any more */
  size_t n_operations;
  cc_field_operation **operations;
} cc_field_upload;

typedef struct cc_field_verdict {
  char *client_id;
  int64_t sequence;
  int verdict;
  char *first; /* of a duplicate: the verdict of the first time */
  char *code, *message;
  char *entity;
  int64_t *entity_id;
  int64_t *conflict_id;
  cc_time *occurred_at; /* by the server's clock */
} cc_field_verdict;

typedef struct cc_field_receipt {
  cc_time received_at;
  int64_t clock_offset_ms; /* to be added to the device's clock */
  int64_t next_sequence;
  bool stopped; /* the rest was not looked at: send it again later */
  size_t n_verdicts;
  cc_field_verdict **verdicts; /* of the operations sent, in their order */
  size_t n_released;
  cc_field_verdict **released; /* of those that were held before */
} cc_field_receipt;

/* Bodies of operations. */
typedef struct cc_field_door_act {
  int64_t door_id;
  char *client_id;
} cc_field_door_act;

typedef struct cc_field_bulk {
  int64_t *turf_id;
  size_t n_doors;
  cc_field_door_act **doors;
} cc_field_bulk;

typedef struct cc_field_undo {
  char *contact_client_id;
} cc_field_undo;

typedef struct cc_field_note {
  int64_t *voter_id;
  int64_t *door_id;
  char *note;
} cc_field_note;

typedef struct cc_field_door_edit {
  int64_t door_id;
  char *access_note;
  double *latitude;
  double *longitude;
  char *seen; /* the same members as the person saw them */
} cc_field_door_edit;

typedef struct cc_field_check_in {
  int64_t event_id;
  int64_t attendee_id;
} cc_field_check_in;

typedef struct cc_field_walk_in {
  int64_t event_id;
  char *first_name;
  char *last_name;
  char *email;
  char *phone;
  int64_t guest_count;
} cc_field_walk_in;

/* A kind of operation. */
typedef struct cc_field_kind {
  const char *name;
  const cc_type *body; /* NULL: the rules of contacts read it */
  const char *right;   /* that the actor must have, by its name */
} cc_field_kind;

extern const cc_field_kind cc_field_kinds[]; /* ends with a NULL name */

/* NULL: no such kind. */
const cc_field_kind *cc_field_kind_find(const char *name);

typedef struct cc_field_conflict {
  int64_t id;
  char *kind;
  char *code;
  char *message;
  char *actor;
  char *actor_name;
  char *installation;
  cc_time occurred_at;
  cc_time device_occurred_at;
  char *theirs;
  char *current;
  char *current_actor;
  char *current_actor_name;
  cc_time *current_at;
  int64_t *voter_id;
  int64_t *door_id;
  int64_t *event_id;
  int state;
  char *resolution;
  char *resolution_note;
  char *resolved_by;
  cc_time *resolved_at;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_field_conflict;

typedef struct cc_field_conflict_filter {
  int state;
  char *kind;
  int64_t limit;
  char *cursor;
} cc_field_conflict_filter;

typedef struct cc_field_decision {
  int decision; /* accept, merge, discard */
  char *body;   /* of a merge: what is applied instead */
  char *note;
} cc_field_decision;

extern const cc_enum cc_field_verdict_enum;
extern const cc_enum cc_field_conflict_state_enum;
extern const cc_type cc_field_upload_type;
extern const cc_type cc_field_verdict_type;
extern const cc_type cc_field_receipt_type;
extern const cc_type cc_field_conflict_type;
extern const cc_type cc_field_decision_type;
