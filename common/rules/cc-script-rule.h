/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/cc-contact.h"
#include "common/base/cc-status.h"
#include "common/base/cc-time.h"

/* Decides which steps of a script are shown, and which answers are valid. Pure functions: the
 * server calls them with the script that it keeps in memory, the phone with the script of its
 * pack. */

typedef struct cc_rule_option {
  int64_t id;
  int64_t support_level; /* 1 to 5; 0: the option gives no support level */
} cc_rule_option;

/* Archived steps and options stay in the script, because old packs still contain and answer
 * them. */
typedef struct cc_rule_step {
  int64_t id;
  int kind; /* cc_step_kind */
  bool required;
  bool archived;
  int64_t scale_min, scale_max; /* of kind scale; 1 and 5 when the script gives none */
  int64_t show_if_option_id;    /* 0: the step is always shown */
  cc_time updated_at;           /* last change of the step; 0: unknown, treated as long ago */
  const cc_rule_option *options;
  size_t n_options;
} cc_rule_step;

typedef struct cc_rule_script {
  int64_t id;
  int64_t version;
  /* by position; of two with the same position the lower id comes first */
  const cc_rule_step *steps;
  size_t n_steps;
} cc_rule_script;

/* The member that an answer uses: "text", "number" and "date" are members of that name. */
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

/* The step with this number, archived ones included; NULL when the script has none. */
const cc_rule_step *cc_script_step_find(const cc_rule_script *script, int64_t step_id);

/* True when @step is shown after @answers: its option was chosen, at a question that was itself
 * shown. An archived step is never shown. */
bool
cc_script_shows(const cc_rule_script *script, const cc_rule_step *step, cc_rule_answers answers);

/* True when one of @answers belongs to @step. */
bool cc_script_answered(const cc_rule_step *step, cc_rule_answers answers);

/**
 * Check the answers of a contact: each must fit its question, each question must have been shown,
 * and each required question that was shown must have an answer.
 *
 * A step that was changed or archived after @occurred may have looked different during the
 * conversation: it is not required then, and an answer to it is accepted although the step is
 * hidden now.
 *
 * @occurred: time of the conversation by the device's clock
 * @reterr: set on failure: code, pointer ("answers/3" or "answers") and message
 *
 * Returns CC_ERR_INVALID at the first wrong answer.
 */
cc_status cc_answers_check(const cc_rule_script *script,
                           cc_rule_answers answers,
                           cc_time occurred,
                           cc_error *reterr) CC_MUSTCHECK;

/* The support level that the answers give, 1 to 5; 0: none. When several answers give one, the
 * step that is last in the script counts. Call with answers that cc_answers_check accepted. */
int64_t cc_answers_support(const cc_rule_script *script, cc_rule_answers answers);
