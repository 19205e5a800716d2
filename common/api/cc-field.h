/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-page.h"

/* Uploads of work done on phones without a network, and conflicts that an organizer resolves.
 * The lines of a pack are in cc-pack.h; the protocol is docs/internals/field-protocol.md. */

/* Values of enum members: 1 + index into the names. */
enum {
  CC_VERDICT_APPLIED = 1,
  CC_VERDICT_DUPLICATE, /* decided before: .first is the first verdict */
  CC_VERDICT_CONFLICT,  /* kept as a conflict that an organizer resolves */
  CC_VERDICT_REFUSED,   /* not done, for the reason in .code; the device keeps the operation until a
                           person has seen it */
  CC_VERDICT_HELD,      /* kept, and applied after the missing operations before it arrive */
};

enum {
  CC_CONFLICT_OPEN = 1,
  CC_CONFLICT_ACCEPTED,
  CC_CONFLICT_MERGED,
  CC_CONFLICT_DISCARDED,
  CC_CONFLICT_WITHDRAWN, /* undone on the device */
};

/* One operation done in the field. The type of .body depends on .kind: see cc_field_kinds. */
typedef struct cc_field_operation {
  char *client_id; /* UUID made on the device */
  int64_t sequence;
  char *kind;
  cc_time occurred_at; /* by the device's clock */
  int64_t *based_on;   /* of a contact: last_contact_id that the person's line in the pack had */
  char *body;
} cc_field_operation;

typedef struct cc_field_upload {
  char *installation;   /* UUID made when the client was installed */
  cc_time device_clock; /* time on the device when the request is sent */
  int64_t settled;      /* operations up to this number are settled and will not be sent again */
  size_t n_operations;
  cc_field_operation **operations;
} cc_field_upload;

typedef struct cc_field_verdict {
  char *client_id;
  int64_t sequence;
  int verdict;
  char *first; /* of a duplicate: the first verdict */
  char *code, *message;
  char *entity;
  int64_t *entity_id;
  int64_t *conflict_id;
  cc_time *occurred_at; /* corrected to the server's clock */
} cc_field_verdict;

typedef struct cc_field_receipt {
  cc_time received_at;
  int64_t clock_offset_ms; /* add to the device's clock to get the server's time */
  int64_t next_sequence;
  bool stopped; /* processing stopped; send the operations without a verdict again later */
  size_t n_verdicts;
  cc_field_verdict **verdicts; /* for each operation sent, in the same order */
  size_t n_released;
  cc_field_verdict **released; /* for operations that were held until now */
} cc_field_receipt;

/* Bodies of the kinds of operations. */
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
  char *seen; /* the same members with the values that the person saw on the device */
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

/* A kind of operation and its field table. */
typedef struct cc_field_kind {
  const char *name;
  const cc_type *body; /* NULL: the body is checked by the rules of contacts */
  const char *right;   /* name of the right that the actor must have */
} cc_field_kind;

extern const cc_field_kind cc_field_kinds[]; /* ends with a row whose name is NULL */

/* The row of a kind; NULL when the name is unknown. */
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
  char *body;   /* of a merge: the body to apply instead */
  char *note;
} cc_field_decision;

extern const cc_enum cc_field_verdict_enum;
extern const cc_enum cc_field_conflict_state_enum;
extern const cc_type cc_field_upload_type;
extern const cc_type cc_field_verdict_type;
extern const cc_type cc_field_receipt_type;
extern const cc_type cc_field_conflict_type;
extern const cc_type cc_field_decision_type;
