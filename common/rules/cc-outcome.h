/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cc-status.h"
#include "common/base/cc-str.h"

/* Dispositions: what can come of an attempt to reach somebody, and what each of them does. The one
 * list of the program; the table dispositions in the database is filled from it. */

/* What a disposition says something about. */
typedef enum cc_outcome_level {
  CC_LEVEL_PERSON = 1,
  CC_LEVEL_PHONE,
  CC_LEVEL_DOOR,
  CC_LEVEL_BUILDING,
} cc_outcome_level;

/* Channels on which a disposition can be the outcome, as bits. */
enum {
  CC_BY_DOOR = 1 << 0,
  CC_BY_PHONE = 1 << 1,
  CC_BY_TEXT = 1 << 2,
};

/* What a disposition changes besides the history. */
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
  bool reached;      /* somebody was spoken to: counts in the contact rate */
  bool finishes;     /* the door or number needs no other attempt in this pass */
  cc_outcome_effect effect;
  int quiet_days; /* days for which the person is left alone */
} cc_outcome;

/* In the order in which a canvasser sees them. */
extern const cc_outcome cc_outcomes[];
extern const size_t cc_n_outcomes;

/* NULL: there is no such disposition. */
const cc_outcome *cc_outcome_find(const char *code);

/* Names as the API and the database have them: "door", "do_not_knock". "": CC_EFFECT_NONE. */
const char *cc_outcome_level_name(cc_outcome_level level);
const char *cc_outcome_effect_name(cc_outcome_effect effect);

/* What a contact names, given or derived, as bits. */
enum {
  CC_KNOWS_VOTER = 1 << 0,
  CC_KNOWS_DOOR = 1 << 1,
  CC_KNOWS_BUILDING = 1 << 2,
  CC_KNOWS_PHONE = 1 << 3,
};

/* One thing that outcomes ask for: those of a level, with one of some effects, or all. */
typedef struct cc_outcome_need {
  cc_outcome_level level; /* 0: of no level in particular */
  unsigned effects;       /* bits of cc_outcome_effect */
  bool answers;           /* answers ask for it, too */
  bool always;
  unsigned any_of; /* CC_KNOWS_… */
  const char *field;
  const char *message;
} cc_outcome_need;

/* CC_BY_… of a channel's name; 0: no disposition can be the outcome on that channel. */
unsigned cc_outcome_channel(const char *name);

/**
 * The outcome of a contact: its disposition, or canvassed where there are answers. Both or neither
 * is wrong, and so is a disposition that the channel does not have. Answers come by any channel.
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
 * Check that a contact names what its outcome is about.
 *
 * @known: CC_KNOWS_…
 * @reterr: set on failure: code "required", pointer (a field of the contact) and message
 */
cc_status cc_outcome_needs(const cc_outcome *outcome,
                           bool has_answers,
                           unsigned known,
                           cc_error *reterr) CC_MUSTCHECK;

/* Statements that make the rows of the tables dispositions and disposition_needs those of this
 * list. In disposition_needs "answers" stands for a contact with answers. */
void cc_outcomes_sql(cc_str *out);
