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

/* What is known of a contact when its outcome is checked. */
typedef struct cc_outcome_case {
  const char *disposition; /* NULL: none */
  bool has_answers;
  unsigned channel; /* CC_BY_…; 0: a channel that no disposition has */
  bool voter, door, building, phone; /* known, given or derived */
} cc_outcome_case;

/**
 * Check that a contact has one outcome, that its channel can have that outcome, and that the contact
 * names what the outcome is about.
 *
 * @reterr: set on failure: code, pointer (a field of the contact) and message
 */
cc_status cc_outcome_check(const cc_outcome_case *given, cc_error *reterr) CC_MUSTCHECK;

/* Statements that make the rows of table dispositions those of this list. */
void cc_outcomes_sql(cc_str *out);
