/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/cc-contact.h"
#include "common/base/cc-status.h"
#include "common/base/cc-time.h"

/* Rules of scripts: which steps are shown, and which answers are valid. Pure functions
 * without I/O, called by server/rules and server/contacts. */

typedef struct cc_rule_option {
  int64_t id;
  int64_t support_level; /* 1 to 5; 0: the option expresses no level of support */
} cc_rule_option;

/* A step of a script: a question, or a text to read out. Archived steps and options stay in the
 * script, because answers from packs that were made earlier still refer to them. */
typedef struct cc_rule_step {
  int64_t id;
  int kind; /* cc_step_kind */
  bool required;
  bool archived;
  int64_t scale_min, scale_max; /* for the kind scale; 1 and 5 when the script has no values */
  int64_t show_if_option_id;    /* 0: always shown */
  cc_time updated_at;           /* last change of the step; 0: unknown, treated as long ago */
  const cc_rule_option *options;
  size_t n_options;
} cc_rule_step;

typedef struct cc_rule_script {
  int64_t id;
  int64_t version;
  const cc_rule_step *steps; /* ordered by position, then id */
  size_t n_steps;
} cc_rule_script;

/* The kind of value that an answer contains; each kind is a member of cc_contact_answer. */
typedef enum cc_answer_kind {
  CC_ANSWER_NOTHING = 0,
  CC_ANSWER_OPTION,
  CC_ANSWER_TEXT,
  CC_ANSWER_NUMBER,
  CC_ANSWER_DATE,
} cc_answer_kind;

/* The answers of a contact, as received by the API. */
typedef struct cc_rule_answers {
  cc_contact_answer *const *items;
  size_t n;
} cc_rule_answers;

/* Returns the step with this id, even if it is archived; NULL when the script has no such step. */
const cc_rule_step *cc_script_step_find(const cc_rule_script *script, int64_t step_id);

/* Returns true when @step is shown, given @answers: it has no condition, or the option that it
 * depends on was chosen at a question that was itself shown. An archived step is never shown. */
bool
cc_script_shows(const cc_rule_script *script, const cc_rule_step *step, cc_rule_answers answers);

/* Returns true when one of @answers is an answer to @step. */
bool cc_script_answered(const cc_rule_step *step, cc_rule_answers answers);

/**
 * Check the answers of a contact: each must fit its question, each question must have been shown,
 * and each required question that was shown must have an answer.
 *
 * A step that was changed after @occurred did not exist in its present form when the questions were
 * asked. Such a step is not required, and an answer to it is accepted even if the step would not be
 * shown now. The same applies to archived steps.
 *
 * @occurred: time of the conversation by the device's clock
 * @reterr: set on failure: code, pointer ("answers/3" or "answers") and message
 *
 * Returns CC_ERR_INVALID for the first error.
 */
cc_status cc_answers_check(const cc_rule_script *script,
                           cc_rule_answers answers,
                           cc_time occurred,
                           cc_error *reterr) CC_MUSTCHECK;

/* Returns the level of support that the answers express, 1 to 5; 0 when they express none. If
 * several do, the answer to the last step of the script counts. Call it only with answers that
 * cc_answers_check accepted. */
int64_t cc_answers_support(const cc_rule_script *script, cc_rule_answers answers);
