/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-phonebank.h"

/* Text campaigns: first texts in batches, conversations, and opt-outs. */

/* Values of enum members: 1 + index into the names. */
enum {
  CC_TALK_NEEDS_MESSAGE = 1, /* the first text has not been sent */
  CC_TALK_MESSAGED,          /* the first text was sent, no answer came */
  CC_TALK_NEEDS_RESPONSE,    /* the voter wrote last */
  CC_TALK_CONVO,             /* we wrote last */
  CC_TALK_CLOSED,
};

typedef struct cc_text_reply {
  char *title;
  char *text;
} cc_text_reply;

typedef struct cc_text_campaign {
  int64_t id;
  int64_t organization_id;
  char *name;
  int64_t *list_id;
  int64_t *script_id;
  int purpose;
  char *template;
  char *encoding;
  int64_t segments;
  cc_text_reply **replies;
  size_t n_replies;
  int64_t start_hour; /* hour in the time zone of the recipient */
  int64_t stop_hour;
  int64_t batch_size;
  int state; /* same states as a phone bank */
  char *code;
  int64_t audience_count;
  int64_t duplicate_count;
  cc_time *opened_at;
  cc_time *closed_at;
  int64_t *created_by;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_text_campaign;

typedef struct cc_text_preview {
  char *template;
  char *text;
  char *encoding;
  int64_t units;
  int64_t segments;
} cc_text_preview;

typedef struct cc_text_counts {
  int64_t text_campaign_id;
  int64_t audience;
  int64_t needs_message;
  int64_t unassigned;
  int64_t messaged;
  int64_t needs_response;
  int64_t convo;
  int64_t closed;
  int64_t opted_out;
  int64_t answered;
  int64_t sent;
  int64_t queued;
  int64_t failed;
  int64_t unknown;
  int64_t segments;
  int64_t received;
  int64_t texters;
} cc_text_counts;

typedef struct cc_texter {
  int64_t id;
  char *actor;
  int64_t *user_id;
  char *name;
  cc_time joined_at;
  cc_time last_active_at;
  cc_time *left_at;
  int64_t open;
  int64_t needs_response;
  int64_t sent;
} cc_texter;

typedef struct cc_text_conversation {
  int64_t id;
  int64_t text_campaign_id;
  int64_t voter_id;
  cc_spoken_to *voter;
  char *phone;
  int state;
  char *closed_reason;
  char *texter_actor;
  char *draft; /* the first text as it will be sent */
  cc_time *assigned_at;
  cc_time *last_message_at;
  cc_time updated_at;
  int64_t version;
} cc_text_conversation;

typedef struct cc_text_conversation_ref {
  int64_t text_campaign_id;
  int64_t conversation_id;
} cc_text_conversation_ref;

typedef struct cc_text_conversation_filter {
  int state;
  int64_t limit;
  char *cursor;
} cc_text_conversation_filter;

typedef struct cc_text_batch {
  int64_t id;
  cc_text_conversation **conversations;
  size_t n_conversations;
  int64_t n_left;
} cc_text_batch;

typedef struct cc_text_message {
  int64_t id;
  int64_t *campaign_id;
  int64_t *conversation_id;
  char *phone;
  char *direction;
  bool initial;
  char *body;
  char *encoding;
  int64_t segments;
  char *state;
  char *error;
  char *intent;
  char *actor;
  cc_time *send_before;
  cc_time created_at;
  cc_time *sent_at;
} cc_text_message;

/* One send action: the first text, or an answer with .text. */
typedef struct cc_text_click {
  char *client_id;
  char *text;
} cc_text_click;

typedef struct cc_text_result {
  char *client_id;
  cc_time occurred_at;
  char *disposition;
  cc_contact_answer **answers;
  size_t n_answers;
  char *language;
  char *note;
} cc_text_result;

typedef struct cc_text_send_all {
  int64_t most;
} cc_text_send_all;

typedef struct cc_text_sent_all {
  int64_t id;
  int64_t queued;
  int64_t n_left;
} cc_text_sent_all;

typedef struct cc_text_reassignment {
  int64_t from_texter_id;
  int64_t *to_texter_id;
} cc_text_reassignment;

typedef struct cc_text_reassigned {
  int64_t id;
  int64_t moved;
} cc_text_reassigned;

/* An incoming text, as a carrier reports it. */
typedef struct cc_text_incoming {
  char *from;
  char *text;
  char *provider_id;
} cc_text_incoming;

extern const cc_enum cc_talk_state_enum;
extern const cc_type cc_text_campaign_type;
extern const cc_type cc_text_conversation_type;
extern const cc_type cc_text_message_type;
