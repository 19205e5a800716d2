/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-page.h"

/* Events: things that people register for and attend. */

typedef struct cc_event {
  int64_t id;
  int64_t organization_id;
  char *title;
  char *slug;
  char *description;
  char *short_description;
  char *cover_image_url;
  int kind;
  cc_time start_time;
  cc_time end_time;
  char *timezone;
  int location_type;
  char *address_line_1;
  char *address_line_2;
  char *city;
  char *state;
  char *zip;
  char *country;
  double *latitude;
  double *longitude;
  char *virtual_link;
  char *virtual_platform;
  int64_t *capacity;
  bool waitlist_enabled;
  cc_time *registration_deadline;
  bool requires_approval;
  bool is_published;
  bool is_featured;
  int visibility;
  char *contact_email;
  char *contact_phone;
  int64_t *created_by;
  cc_time created_at;
  cc_time updated_at;
  cc_time *published_at;
  cc_time *cancelled_at;
  int64_t registered_count;
  int64_t waitlisted_count;
  int64_t cancelled_count;
  int64_t attended_count;
  int64_t no_show_count;
  int64_t registered_heads;
  int64_t attended_heads;
  int64_t attendees_revision;
  int64_t version;
} cc_event;

extern const cc_enum cc_event_kind_enum;
extern const cc_enum cc_location_type_enum;
extern const cc_enum cc_visibility_enum;

/* The path parameter {event_id} of every operation on one event. */
typedef struct cc_event_ref {
  int64_t event_id;
} cc_event_ref;

extern const cc_type cc_event_ref_type;
extern const cc_type cc_event_type;
