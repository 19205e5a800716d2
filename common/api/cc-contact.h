/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-page.h"

/* Contacts: recorded attempts to reach a person, with disposition or answers. */

/* A disposition: one possible outcome of a contact. */
typedef struct cc_disposition {
  char *code;
  char *level; /* what the disposition describes: person, phone, door or building */
  int64_t position;
  cc_strings channels;
  bool reached;
  bool finishes;
  char *effect;
  int64_t quiet_days;
} cc_disposition;

typedef struct cc_disposition_filter {
  int channel;
  int64_t limit;
  char *cursor;
} cc_disposition_filter;

/* One answer. A multiple-choice question has one answer for each chosen option. */
typedef struct cc_contact_answer {
  int64_t step_id;
  int64_t *option_id; /* single, multi, support */
  char *text;         /* free_text */
  double *number;     /* scale, number, support */
  char *date;         /* date: "2026-11-03" */
} cc_contact_answer;

typedef struct cc_contact {
  int64_t id;
  char *client_id;
  int channel;
  char *disposition;           /* NULL: the contact has answers, or is an undo */
  cc_contact_answer **answers; /* with answers the contact counts as canvassed */
  size_t n_answers;
  int64_t *voter_id;
  int64_t *door_id;
  int64_t *building_id;
  char *phone;
  int64_t *turf_id;
  int64_t *script_id;
  int64_t *phone_bank_session_id;
  int64_t *text_campaign_id;
  char *language;
  char *note;
  double *latitude;
  double *longitude;
  cc_time occurred_at;         /* corrected to the server's clock */
  cc_time *device_occurred_at; /* as the device sent it */
  cc_time recorded_at;
  char *actor; /* "user:7" */
  int64_t *user_id;
  int64_t *replaces_id; /* the contact that this one corrects or undoes */
  bool undone;          /* takes it back */
  bool holds;           /* the contact counts: it is neither replaced nor undone */
  int64_t *support_level;
  int64_t version;
} cc_contact;

typedef struct cc_contact_act {
  char *client_id;
  cc_time occurred_at;
} cc_contact_act;

typedef struct cc_bulk_door {
  char *client_id;
  int64_t door_id;
  cc_time *occurred_at; /* NULL: occurred_at of the whole request */
} cc_bulk_door;

typedef struct cc_bulk_contact {
  char *disposition;
  cc_time occurred_at;
  int64_t *turf_id;
  cc_bulk_door **doors;
  size_t n_doors;
} cc_bulk_contact;

typedef struct cc_bulk_result {
  char *client_id;
  int64_t door_id;
  int64_t *contact_id; /* NULL: refused */
  char *code;          /* why */
  char *message;
} cc_bulk_result;

typedef struct cc_bulk_reply {
  int64_t recorded;
  cc_bulk_result **results; /* in the order of the request's doors */
  size_t n_results;
} cc_bulk_reply;

typedef struct cc_contact_filter {
  int64_t *voter_id;
  int64_t *door_id;
  int64_t *turf_id;
  int64_t *canvasser_id;
  cc_time *since;
  cc_time *until;
  bool only_holding;
  int64_t limit;
  char *cursor;
} cc_contact_filter;

extern const cc_enum cc_channel_enum;
extern const cc_type cc_disposition_type;
extern const cc_type cc_contact_answer_type;
extern const cc_type cc_contact_type;
extern const cc_type cc_bulk_contact_type;
extern const cc_type cc_bulk_reply_type;
