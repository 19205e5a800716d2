/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-page.h"

/* Consent: an append-only list of opt-outs and permissions, and follow-ups that were promised to
 * voters. */

/* One entry of the consent list. Entries are never changed; the latest by occurred_at counts. */
typedef struct cc_consent {
  int64_t id;
  char *client_id;
  int64_t *voter_id; /* NULL: any person who has the address */
  char *address;     /* telephone number or e-mail address; NULL: all addresses of the person */
  int channel;
  int purpose;
  int state;
  char *source;
  char *note;
  cc_time occurred_at;
  cc_time recorded_at;
  char *actor;
  int64_t *contact_id; /* the contact that recorded this entry */
  bool counts;         /* false: the contact that recorded the entry was undone */
  int64_t version;
} cc_consent;

typedef struct cc_consent_filter {
  int64_t *voter_id;
  char *about;
  int64_t limit;
  char *cursor;
} cc_consent_filter;

typedef struct cc_consent_question {
  int64_t voter_id;
  char *about;
} cc_consent_question;

/* The consent that is in force for a channel and purpose. */
typedef struct cc_consent_word {
  char *channel;
  char *purpose;
  bool allowed;
  char *state; /* NULL: no entry exists */
  char *source;
  cc_time *occurred_at;
} cc_consent_word;

typedef struct cc_consent_now {
  cc_consent_word **words;
  size_t n_words;
} cc_consent_now;

typedef struct cc_follow_up {
  int64_t id;
  int64_t voter_id;
  int64_t *contact_id;
  char *kind;
  char *note;
  cc_time *due_at;
  int64_t *assigned_user_id;
  cc_time *done_at;
  int64_t *done_by;
  int64_t *created_by;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_follow_up;

typedef struct cc_follow_up_new {
  int64_t voter_id;
  char *kind;
  char *note;
  cc_time *due_at;
  int64_t *assigned_user_id;
} cc_follow_up_new;

typedef struct cc_follow_up_filter {
  bool open;
  bool mine;
  cc_time *due_before;
  int64_t *voter_id;
  char *kind;
  int64_t limit;
  char *cursor;
} cc_follow_up_filter;

extern const cc_type cc_consent_type;
extern const cc_type cc_consent_now_type;
extern const cc_type cc_follow_up_type;
extern const cc_type cc_follow_up_new_type;
