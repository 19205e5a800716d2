/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-contact.h"
#include "common/api/cc-page.h"

/* Phone banks: a list of voters who are called, the order of calls, results and progress. */

/* Values of enum members: 1 + index into the names. Also used by text campaigns. */
enum {
  CC_DIAL_FILLING = 1, /* the queue is being made from the list */
  CC_DIAL_DRAFT,
  CC_DIAL_OPEN,
  CC_DIAL_PAUSED,
  CC_DIAL_CLOSED,
};

typedef struct cc_phone_bank {
  int64_t id;
  int64_t organization_id;
  char *name;
  int64_t *list_id;
  int64_t *script_id;
  int purpose;
  int64_t start_hour; /* hour in the time zone of the person called */
  int64_t stop_hour;
  int64_t cool_down_minutes;
  int64_t max_attempts;
  int64_t lease_minutes;
  int state;
  char *code;
  int64_t target_count;
  cc_time *opened_at;
  cc_time *closed_at;
  int64_t *created_by;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_phone_bank;

typedef struct cc_phone_bank_filter {
  int state;
  int64_t limit;
  char *cursor;
} cc_phone_bank_filter;

typedef struct cc_phone_bank_counts {
  int64_t phone_bank_id;
  int64_t targets;
  int64_t waiting;
  int64_t call_backs;
  int64_t done;
  int64_t left_out;
  int64_t called;
  int64_t attempts;
  int64_t reached;
  double contact_rate;
  int64_t callers;
  int64_t callers_active;
  int64_t on_call;
  char *by_result; /* JSON: {"no_answer": 3} */
} cc_phone_bank_counts;

typedef struct cc_phone_bank_caller {
  int64_t id;
  char *actor;
  int64_t *user_id;
  char *name;
  cc_time joined_at;
  cc_time last_active_at;
  cc_time *left_at;
  int64_t attempts;
  int64_t reached;
} cc_phone_bank_caller;

/* Body with which an organizer adds a member; also of text campaigns. */
typedef struct cc_assigned {
  int64_t user_id;
} cc_assigned;

/* Body with the code that lets a member join; also of text campaigns. */
typedef struct cc_joining {
  char *code;
} cc_joining;

/* The data of a voter that callers and texters see. */
typedef struct cc_spoken_to {
  int64_t id;
  char *first_name;
  char *last_name;
  char *city;
  char *precinct;
  char *party;
  int64_t *birth_year;
  int64_t *support_level;
} cc_spoken_to;

typedef struct cc_phone_call {
  int64_t id;
  int64_t phone_bank_id;
  int64_t voter_id;
  cc_spoken_to *voter;
  char *phone;
  int64_t attempts;
  cc_time claimed_at;
  cc_time lease_until;
  cc_time *ended_at;
  char *ended;
  char *disposition;
  bool answered;
  int64_t *contact_id;
  cc_time *call_back_at;
  int64_t *script_id;
  char *address;
  cc_strings household; /* names */
} cc_phone_call;

/* Body that records the result of a call. */
typedef struct cc_call_result {
  char *client_id;
  cc_time occurred_at;
  char *disposition; /* either disposition or answers */
  cc_contact_answer **answers;
  size_t n_answers;
  char *phone; /* the number that was dialled, when it differs from the offered one */
  cc_time *call_back_at;
  char *language;
  char *note;
} cc_call_result;

extern const cc_enum cc_dial_state_enum;
extern const cc_enum cc_purpose_enum;
extern const cc_type cc_phone_bank_type;
extern const cc_type cc_phone_call_type;
extern const cc_type cc_call_result_type;
extern const cc_type cc_assigned_type;
extern const cc_type cc_joining_type;
extern const cc_type cc_spoken_to_type;
