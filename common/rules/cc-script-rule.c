/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks the answers of a contact against its script; see cc-script-rule.h. */
#include "common/rules/cc-script-rule.h"

#include <stdio.h>
#include <string.h>

#include "common/api/cc-script.h"

/* Values of cc_step_kind_enum: 1 + index in its list of names. */
enum {
  KIND_TEXT = 1,
  KIND_SINGLE,
  KIND_MULTI,
  KIND_SCALE,
  KIND_FREE_TEXT,
  KIND_NUMBER,
  KIND_DATE,
  KIND_SUPPORT,
  _KIND_MAX
};

#define BIT(kind) (1u << (kind))
#define GRACE                                                                                      \
  (5 * 60 * CC_TIME_SECOND) /* tolerated difference of the clocks of device and server */

/* The kinds of answers that each kind of question accepts, and the error message for others. */
static const struct {
  unsigned takes; /* bits 1 << cc_answer_kind */
  const char *message;
} questions[_KIND_MAX] = {
  [KIND_SINGLE] = {BIT(CC_ANSWER_OPTION), "This question is answered with one of its options."},
  [KIND_MULTI] = {BIT(CC_ANSWER_OPTION), "This question is answered with its options."},
  [KIND_SUPPORT] = {BIT(CC_ANSWER_OPTION) | BIT(CC_ANSWER_NUMBER),
                    "This question is answered with one of its options, or a number from 1 to 5."},
  [KIND_SCALE] = {BIT(CC_ANSWER_NUMBER), "This question is answered with a number on its scale."},
  [KIND_NUMBER] = {BIT(CC_ANSWER_NUMBER), "This question is answered with a number."},
  [KIND_FREE_TEXT] = {BIT(CC_ANSWER_TEXT), "This question is answered with a text."},
  [KIND_DATE] = {BIT(CC_ANSWER_DATE), "This question is answered with a date, as 2026-11-03."},
};

/* Returns the kinds of the values that an answer contains, as bits. An answer with two values
 * counts as two answers. */
static unsigned
answer_kinds(const cc_contact_answer *answer)
{
  return (answer->option_id != NULL ? BIT(CC_ANSWER_OPTION) : 0u) |
         (answer->text != NULL ? BIT(CC_ANSWER_TEXT) : 0u) |
         (answer->number != NULL ? BIT(CC_ANSWER_NUMBER) : 0u) |
         (answer->date != NULL ? BIT(CC_ANSWER_DATE) : 0u);
}

static bool
is_date(const char *text)
{
  static const char shape[] = "dddd-dd-dd";
  size_t length = strlen(text);
  if (length != sizeof(shape) - 1)
    return false;
  for (size_t i = 0; i < length; i++)
    if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != '-')
      return false;
  return true;
}

const cc_rule_step *
cc_script_step_find(const cc_rule_script *script, int64_t step_id)
{
  for (size_t i = 0; i < script->n_steps; i++)
    if (script->steps[i].id == step_id)
      return &script->steps[i];
  return NULL;
}

static const cc_rule_option *
find_option(const cc_rule_step *step, int64_t option_id)
{
  for (size_t i = 0; i < step->n_options; i++)
    if (step->options[i].id == option_id)
      return &step->options[i];
  return NULL;
}

static const cc_rule_step *
step_of_option(const cc_rule_script *script, int64_t option_id)
{
  for (size_t i = 0; i < script->n_steps; i++)
    if (find_option(&script->steps[i], option_id) != NULL)
      return &script->steps[i];
  return NULL;
}

static bool
is_chosen(int64_t option_id, cc_rule_answers answers)
{
  for (size_t i = 0; i < answers.n; i++)
    if (answers.items[i]->option_id != NULL && *answers.items[i]->option_id == option_id)
      return true;
  return false;
}

/* Follow the chain of conditions (show_if_option_id) back to a step without a condition. The server
 * writes no script whose conditions form a cycle; if there is one, the loop ends after n_steps
 * links and the step is not shown. */
static bool
condition_holds(const cc_rule_script *script, const cc_rule_step *step, cc_rule_answers answers)
{
  for (size_t links = 0; links <= script->n_steps; links++) {
    if (step->show_if_option_id == 0)
      return true;
    if (!is_chosen(step->show_if_option_id, answers))
      return false;
    step = step_of_option(script, step->show_if_option_id);
    if (step == NULL || step->archived) /* the option belongs to an older version of the script */
      return true;
  }
  return false;
}

bool
cc_script_shows(const cc_rule_script *script, const cc_rule_step *step, cc_rule_answers answers)
{
  return !step->archived && condition_holds(script, step, answers);
}

bool
cc_script_answered(const cc_rule_step *step, cc_rule_answers answers)
{
  for (size_t i = 0; i < answers.n; i++)
    if (answers.items[i]->step_id == step->id)
      return true;
  return false;
}

static size_t
count_answers(const cc_rule_step *step, cc_rule_answers answers)
{
  size_t n = 0;
  for (size_t i = 0; i < answers.n; i++)
    if (answers.items[i]->step_id == step->id)
      n += (size_t) __builtin_popcount(answer_kinds(answers.items[i]));
  return n;
}

static cc_status
refuse_answer(cc_error *reterr, size_t place, const char *code, const char *message)
{
  char pointer[40];
  (void) snprintf(pointer, sizeof(pointer), "answers/%zu", place);
  return cc_fail_field(reterr, CC_ERR_INVALID, code, pointer, "%s", message);
}

/* Check that the option of an answer exists and belongs to the question. */
static cc_status
check_option(const cc_rule_script *script,
             const cc_rule_step *step,
             const cc_contact_answer *answer,
             size_t place,
             cc_error *reterr)
{
  if (answer->option_id == NULL || find_option(step, *answer->option_id) != NULL)
    return CC_OK;
  if (step_of_option(script, *answer->option_id) == NULL)
    return refuse_answer(reterr, place, "unknown_option", "There is no such option.");
  return refuse_answer(reterr, place, "other_step", "This option belongs to another question.");
}

static cc_status
check_kind(const cc_rule_script *script, cc_rule_answers answers, size_t place, cc_error *reterr)
{
  const cc_contact_answer *answer = answers.items[place];
  const cc_rule_step *step = cc_script_step_find(script, answer->step_id);
  if (step == NULL)
    return refuse_answer(reterr, place, "unknown_step", "This question is not in the script.");
  unsigned kinds = answer_kinds(answer);
  if (kinds == 0)
    return refuse_answer(reterr,
                         place,
                         "required",
                         "This answer is empty: send option_id, text, number or date.");
  if (step->kind == KIND_TEXT)
    return refuse_answer(reterr,
                         place,
                         "wrong_kind",
                         "This step is a text to read out and takes no answer.");
  if ((kinds & ~questions[step->kind].takes) != 0)
    return refuse_answer(reterr, place, "wrong_kind", questions[step->kind].message);
  cc_status status = check_option(script, step, answer, place, reterr);
  if (status != CC_OK)
    return status;
  if (step->kind != KIND_MULTI && count_answers(step, answers) > 1)
    return refuse_answer(reterr, place, "one_answer", "This question takes only one answer.");
  if (answer->date != NULL && !is_date(answer->date))
    return refuse_answer(reterr, place, "wrong_kind", questions[KIND_DATE].message);
  return CC_OK;
}

/* A level of support is a whole number from 1 to 5. A scale accepts every number, also fractions,
 * from its minimum to its maximum. */
static bool
is_on_scale(const cc_rule_step *step, double number)
{
  if (step->kind == KIND_SUPPORT)
    return number >= 1 && number <= 5 && number - (double) (int) number <= 0;
  return step->kind != KIND_SCALE ||
         (number >= (double) step->scale_min && number <= (double) step->scale_max);
}

static cc_status
check_scales(const cc_rule_script *script, cc_rule_answers answers, cc_error *reterr)
{
  for (size_t i = 0; i < answers.n; i++) {
    const cc_contact_answer *answer = answers.items[i];
    if (answer->number != NULL &&
        !is_on_scale(cc_script_step_find(script, answer->step_id), *answer->number))
      return refuse_answer(reterr, i, "scale", "This number is outside the scale.");
  }
  return CC_OK;
}

static bool
is_newer(const cc_rule_step *step, cc_time occurred)
{
  return step->updated_at > occurred + GRACE;
}

static cc_status
check_shown(const cc_rule_script *script,
            cc_rule_answers answers,
            cc_time occurred,
            cc_error *reterr)
{
  for (size_t i = 0; i < answers.n; i++) {
    const cc_rule_step *step = cc_script_step_find(script, answers.items[i]->step_id);
    if (!step->archived && !is_newer(step, occurred) && !condition_holds(script, step, answers))
      return refuse_answer(reterr,
                           i,
                           "not_shown",
                           "This question is shown only after another answer, which was not "
                           "given.");
  }
  return CC_OK;
}

static cc_status
check_required(const cc_rule_script *script,
               cc_rule_answers answers,
               cc_time occurred,
               cc_error *reterr)
{
  for (size_t i = 0; i < script->n_steps; i++) {
    const cc_rule_step *step = &script->steps[i];
    if (step->required && step->kind != KIND_TEXT && !is_newer(step, occurred) &&
        cc_script_shows(script, step, answers) && !cc_script_answered(step, answers))
      return cc_fail_field(reterr,
                           CC_ERR_INVALID,
                           "question_required",
                           "answers",
                           "Question %lld of the script needs an answer.",
                           (long long) step->id);
  }
  return CC_OK;
}

cc_status
cc_answers_check(const cc_rule_script *script,
                 cc_rule_answers answers,
                 cc_time occurred,
                 cc_error *reterr)
{
  cc_status status = CC_OK;
  for (size_t i = 0; status == CC_OK && i < answers.n; i++)
    status = check_kind(script, answers, i, reterr);
  if (status == CC_OK)
    status = check_scales(script, answers, reterr);
  if (status == CC_OK)
    status = check_shown(script, answers, occurred, reterr);
  return status == CC_OK ? check_required(script, answers, occurred, reterr) : status;
}

/* Returns the level of support that an answer to @step expresses; 0 when it expresses none. */
static int64_t
answer_support(const cc_rule_step *step, const cc_contact_answer *answer)
{
  const cc_rule_option *option =
    answer->option_id == NULL ? NULL : find_option(step, *answer->option_id);
  if (option != NULL && option->support_level != 0)
    return option->support_level;
  return step->kind == KIND_SUPPORT && answer->number != NULL ? (int64_t) *answer->number : 0;
}

int64_t
cc_answers_support(const cc_rule_script *script, cc_rule_answers answers)
{
  for (size_t s = script->n_steps; s-- > 0;)
    for (size_t i = answers.n; i-- > 0;) {
      int64_t level = answers.items[i]->step_id != script->steps[s].id
                        ? 0
                        : answer_support(&script->steps[s], answers.items[i]);
      if (level != 0)
        return level;
    }
  return 0;
}
