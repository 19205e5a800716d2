/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cc-status.h"
#include "common/base/cc-str.h"

/* Dispositions: the possible outcomes of an attempt to contact a voter, and the effects of each.
 * This is the only list of them; the database tables dispositions and disposition_needs are filled
 * from it (cc_outcomes_sql). */

/* The kind of record that a disposition describes. */
typedef enum cc_outcome_level {
  CC_LEVEL_PERSON = 1,
  CC_LEVEL_PHONE,
  CC_LEVEL_DOOR,
  CC_LEVEL_BUILDING,
} cc_outcome_level;

/* Channels of a contact, as bits. */
enum {
  CC_BY_DOOR = 1 << 0,
  CC_BY_PHONE = 1 << 1,
  CC_BY_TEXT = 1 << 2,
};

/* Change that a disposition causes besides being recorded in the contact history. */
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
  unsigned channels; /* CC_BY_…: channels on which it can be recorded */
  bool reached;      /* a conversation took place; counts in the contact rate */
  bool finishes;     /* the door or number needs no other attempt in this pass */
  cc_outcome_effect effect;
  int quiet_days; /* days during which the person is not contacted again */
} cc_outcome;

/* All dispositions in display order. The first one, canvassed, is the outcome of every contact that
 * has answers. */
extern const cc_outcome cc_outcomes[];
extern const size_t cc_n_outcomes;

/* Returns NULL when there is no such disposition. */
const cc_outcome *cc_outcome_find(const char *code);

/* Names used in the API and the database: "door", "do_not_knock". CC_EFFECT_NONE is "". */
const char *cc_outcome_level_name(cc_outcome_level level);
const char *cc_outcome_effect_name(cc_outcome_effect effect);

/* The records that a contact refers to, as bits: given in the request, or derived from it. */
enum {
  CC_KNOWS_VOTER = 1 << 0,
  CC_KNOWS_DOOR = 1 << 1,
  CC_KNOWS_BUILDING = 1 << 2,
  CC_KNOWS_PHONE = 1 << 3,
};

/* A requirement: a contact must refer to at least one of the records @any_of. The first four
 * members select the contacts that the requirement applies to; one match is enough. */
typedef struct cc_outcome_need {
  cc_outcome_level level; /* contacts whose disposition has this level; 0: none by level */
  unsigned effects;    /* contacts whose disposition has one of these effects: 1 << CC_EFFECT_… */
  bool answers;        /* contacts with answers */
  bool always;         /* all contacts */
  unsigned any_of;     /* CC_KNOWS_… */
  const char *field;   /* field of the contact that the error points to */
  const char *message; /* error message when the requirement is not met */
} cc_outcome_need;

/* Returns the CC_BY_… bit of a channel's name; 0: no disposition can be recorded on the channel. */
unsigned cc_outcome_channel(const char *name);

/**
 * Determine the outcome of a contact: its disposition, or canvassed when the contact has answers.
 * Fails when the contact has both or neither, or when the disposition cannot be recorded on the
 * channel. Answers are accepted on every channel.
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
 * Check that a contact refers to the voter, door, building or phone number that its outcome needs.
 *
 * @known: CC_KNOWS_…
 * @reterr: set on failure: code "required", pointer (a field of the contact) and message
 */
cc_status cc_outcome_needs(const cc_outcome *outcome,
                           bool has_answers,
                           unsigned known,
                           cc_error *reterr) CC_MUSTCHECK;

/* Append the statements that fill the tables dispositions and disposition_needs from this list. In
 * disposition_needs the name "answers" stands for a contact with answers. */
void cc_outcomes_sql(cc_str *out);
