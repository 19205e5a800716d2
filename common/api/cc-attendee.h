/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-page.h"

/* Attendees: people registered for an event, and their check-in. */

/* Values of enum members: 1 + index into the names. */
enum {
  CC_ATTENDEE_REGISTERED = 1,
  CC_ATTENDEE_WAITLISTED,
  CC_ATTENDEE_CANCELLED,
  CC_ATTENDEE_ATTENDED,
  CC_ATTENDEE_NO_SHOW,
};

typedef struct cc_attendee {
  int64_t id;
  int64_t organization_id;
  int64_t event_id;
  int64_t *user_id;
  char *email; /* NULL: a walk-in without an e-mail address */
  char *first_name;
  char *last_name;
  char *phone;
  int status;
  int64_t guest_count;
  char *notes;
  char *source; /* "direct", "staff", "walk_in", … */
  int64_t *referrer_id;
  cc_time registered_at;
  cc_time *checked_in_at;
  char *checked_in_by; /* name of the person, API token or device that checked the attendee in */
  cc_time *cancelled_at;
  cc_time updated_at;
  int64_t version;
} cc_attendee;

/* Body of a check-in and of undoing one. */
typedef struct cc_check_in {
  char *client_id;     /* UUID made on the device: sending it again changes nothing */
  cc_time occurred_at; /* time on the device's clock */
} cc_check_in;

/* Body of a walk-in: a person at the door who is not registered for the event. */
typedef struct cc_walk_in {
  char *client_id;
  cc_time occurred_at;
  char *first_name;
  char *last_name;
  char *email;
  char *phone;
  int64_t guest_count;
} cc_walk_in;

typedef struct cc_attendee_ref {
  int64_t event_id;
  int64_t attendee_id;
} cc_attendee_ref;

typedef struct cc_attendee_filter {
  int status;
  char *text;
  cc_time *updated_since;
  int64_t limit; /* at most 500, so that a phone reads a whole door list in few requests */
  char *cursor;
} cc_attendee_filter;

extern const cc_enum cc_attendee_status_enum;
extern const cc_type cc_attendee_type;
extern const cc_type cc_check_in_type;
extern const cc_type cc_walk_in_type;
extern const cc_type cc_attendee_filter_type;
