/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/cc-contact.h"
#include "common/base/cc-status.h"
#include "common/base/cc-time.h"

/* Which steps of a script are shown, and which answers are right. Pure functions: the server asks
 * them with the script that it keeps in memory, the phone with the script of its pack. */

typedef struct cc_rule_option {
  int64_t id;
  int64_t support_level; /* 1 to 5; 0: choosing the option says nothing about support */
} cc_rule_option;

/* Steps and options that were archived stay in the script: an old pack still answers them. */
typedef struct cc_rule_step {
  int64_t id;
  int kind; /* cc_step_kind */
  bool required;
  bool archived;
  int64_t scale_min, scale_max; /* kind scale; 1 and 5 where the script says nothing */
  int64_t show_if_option_id;    /* 0: always shown */
  cc_time updated_at;           /* last change of the step; 0: not known, treated as long ago */
  const cc_rule_option *options;
  size_t n_options;
} cc_rule_step;

typedef struct cc_rule_script {
  int64_t id;
  int64_t version;
  const cc_rule_step *steps; /* by position; of two with the same position the lower id is first */
  size_t n_steps;
} cc_rule_script;

/* What one answer says. "text", "number" and "date" stand for the member of that name. */
typedef enum cc_answer_kind {
  CC_ANSWER_NOTHING = 0,
  CC_ANSWER_OPTION,
  CC_ANSWER_TEXT,
  CC_ANSWER_NUMBER,
  CC_ANSWER_DATE,
} cc_answer_kind;

/* The answers of a contact, as the API has them. */
typedef struct cc_rule_answers {
  cc_contact_answer *const *items;
  size_t n;
} cc_rule_answers;

/* Step of this number, archived ones too; NULL: the script has none. */
const cc_rule_step *cc_script_step_find(const cc_rule_script *script, int64_t step_id);

/* True when @step is asked after @answers: its option was chosen, at a question that was itself
 * shown. An archived step is never shown. */
bool
cc_script_shows(const cc_rule_script *script, const cc_rule_step *step, cc_rule_answers answers);

/* True when one of @answers is about @step. */
bool cc_script_answered(const cc_rule_step *step, cc_rule_answers answers);

/**
 * Check the answers of a contact: each fits its question, and each question was shown. Then that no
 * required question that was shown is without an answer.
 *
 * A step that was changed after @occurred was not there to be asked in its present form: it is not
 * required then, and an answer to it is taken although it is hidden now. The same holds for a step
 * that was archived.
 *
 * @occurred: when the talk was, by the device's clock
 * @reterr: set on failure: code, pointer ("answers/3" or "answers") and message
 *
 * Returns CC_ERR_INVALID at the first answer that is wrong.
 */
cc_status cc_answers_check(const cc_rule_script *script,
                           cc_rule_answers answers,
                           cc_time occurred,
                           cc_error *reterr) CC_MUSTCHECK;

/* Level of support that the answers say, 1 to 5: of the answers that say one, the one to the last
 * step of the script counts. 0: they say none. Of answers that cc_answers_check accepted. */
int64_t cc_answers_support(const cc_rule_script *script, cc_rule_answers answers);
