/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cc-status.h"
#include "common/base/cc-str.h"

/* Dispositions: the possible outcomes of an attempt to reach a person, and the effects of each.
 * This is the only list; the table dispositions in the database is filled from it. */

/* The object that a disposition describes. */
typedef enum cc_outcome_level {
  CC_LEVEL_PERSON = 1,
  CC_LEVEL_PHONE,
  CC_LEVEL_DOOR,
  CC_LEVEL_BUILDING,
} cc_outcome_level;

/* Channels on which a disposition is possible, as bits. */
enum {
  CC_BY_DOOR = 1 << 0,
  CC_BY_PHONE = 1 << 1,
  CC_BY_TEXT = 1 << 2,
};

/* The effect of a disposition besides being recorded. */
typedef enum cc_outcome_effect {
  CC_EFFECT_NONE = 0,
  CC_EFFECT_MOVED,
  CC_EFFECT_DECEASED,
  CC_EFFECT_DO_NOT_KNOCK,
  CC_EFFECT_DO_NOT_CONTACT,
  CC_EFFECT_DO_NOT_TEXT,
  CC_EFFECT_WRONG_NUMBER,
  CC_EFFECT_DISCONNECTED,
  CC_EFFECT_INACCESSIBLE,
  _CC_EFFECT_MAX
} cc_outcome_effect;

typedef struct cc_outcome {
  const char *code;
  cc_outcome_level level;
  unsigned channels; /* CC_BY_… */
  bool reached;      /* a person was reached: counts in the contact rate */
  bool finishes;     /* the door or number needs no further attempt in this pass */
  cc_outcome_effect effect;
  int quiet_days; /* days in which the person is not contacted again */
} cc_outcome;

/* In the order shown to canvassers. */
extern const cc_outcome cc_outcomes[];
extern const size_t cc_n_outcomes;

/* The disposition with this code; NULL when there is none. */
const cc_outcome *cc_outcome_find(const char *code);

/* Names as the API and the database have them: "door", "do_not_knock". "": CC_EFFECT_NONE. */
const char *cc_outcome_level_name(cc_outcome_level level);
const char *cc_outcome_effect_name(cc_outcome_effect effect);

/* References that a contact contains, given or derived, as bits. */
enum {
  CC_KNOWS_VOTER = 1 << 0,
  CC_KNOWS_DOOR = 1 << 1,
  CC_KNOWS_BUILDING = 1 << 2,
  CC_KNOWS_PHONE = 1 << 3,
};

/* A requirement of outcomes: which outcomes it concerns, and which references they need. */
typedef struct cc_outcome_need {
  cc_outcome_level level; /* 0: outcomes of any level */
  unsigned effects;       /* bits of cc_outcome_effect */
  bool answers;           /* also required of contacts with answers */
  bool always;
  unsigned any_of; /* CC_KNOWS_… */
  const char *field;
  const char *message;
} cc_outcome_need;

/* CC_BY_… of a channel's name; 0 when the channel has no dispositions. */
unsigned cc_outcome_channel(const char *name);

/**
 * Determine the outcome of a contact: its disposition, or canvassed when there are answers. A
 * contact must have exactly one of the two, and the channel must allow the disposition. Answers are
 * possible on every channel.
 *
 * @disposition: may be NULL
 * @channel: CC_BY_…
 * @ret: set on CC_OK only
 * @reterr: set on failure: code, pointer "disposition" and message
 */
cc_status cc_outcome_choose(const char *disposition,
                            bool has_answers,
                            unsigned channel,
                            const cc_outcome **ret,
                            cc_error *reterr) CC_MUSTCHECK;

/**
 * Check that a contact contains the references that its outcome needs.
 *
 * @known: CC_KNOWS_…
 * @reterr: set on failure: code "required", pointer (a field of the contact) and message
 */
cc_status cc_outcome_needs(const cc_outcome *outcome,
                           bool has_answers,
                           unsigned known,
                           cc_error *reterr) CC_MUSTCHECK;

/* Write the SQL statements that fill the tables dispositions and disposition_needs from this
 * list. In disposition_needs "answers" stands for a contact with answers. */
void cc_outcomes_sql(cc_str *out);
