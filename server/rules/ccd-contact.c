/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/rules/ccd-contact.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/cc-str.h"
#include "common/rules/cc-outcome.h"
#include "server/rules/ccd-scripts.h"

/* Checks a contact by the rules and its script, and runs the statement that records it. Shared
 * by contacts, phone banks, texting and uploads. */

#define ARGS_MAX 16
#define TRIES 4 /* tries of the statement, because the script may be changed again meanwhile */
#define CHANGED "script_changed"

ccd_contact_input
ccd_contact_of(const cc_contact *contact)
{
  const cc_enum *channels = &cc_channel_enum;
  return (ccd_contact_input){
    .channel = contact->channel == 0 ? NULL : channels->names[contact->channel - 1],
    .disposition = contact->disposition,
    .has_answers = contact->answers != NULL,
    .answers = {contact->answers, contact->n_answers},
    .script_id = contact->script_id == NULL ? 0 : *contact->script_id,
    .occurred =
      contact->device_occurred_at == NULL ? contact->occurred_at : *contact->device_occurred_at,
  };
}

/* Check the answers by the rules of the script, if the contact has a script. */
static cc_status
check_answers(const ccd_contact_input *input, const ccd_script *script, cc_error *reterr)
{
  if (script == NULL)
    return !input->has_answers || input->answers.n == 0
             ? CC_OK
             : cc_fail_field(reterr,
                             CC_ERR_INVALID,
                             "unknown_step",
                             "answers/0",
                             "This question is not in the script.");
  return cc_answers_check(&script->rules, input->answers, input->occurred, reterr);
}

static bool
is_canvassed(const ccd_contact_input *input)
{
  return input->has_answers ||
         (input->disposition != NULL && strcmp(input->disposition, "canvassed") == 0);
}

static cc_status
check_outcome(const ccd_contact_input *input, const ccd_script *script, cc_error *reterr)
{
  const cc_outcome *outcome = NULL;
  if (input->unreadable)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "invalid",
                         "disposition",
                         "A value of this operation has a wrong type or format.");
  unsigned channel = input->channel == NULL ? 0 : cc_outcome_channel(input->channel);
  cc_status status =
    cc_outcome_choose(input->disposition, input->has_answers, channel, &outcome, reterr);
  return status == CC_OK && is_canvassed(input) ? check_answers(input, script, reterr) : status;
}

static void
add_refusal(cc_str *text, const cc_error *error)
{
  cc_str_add(text, ",\"refused\":{\"field\":");
  cc_str_add_json(text, error->pointer, strlen(error->pointer));
  cc_str_add(text, ",\"code\":");
  cc_str_add_json(text, error->code, strlen(error->code));
  cc_str_add(text, ",\"message\":");
  cc_str_add_json(text, error->message, strlen(error->message));
  cc_str_add_char(text, '}');
}

static const char *
checked_text(ccd_call *call, const ccd_contact_input *input, const ccd_script *script)
{
  cc_error wrong = {0};
  cc_status status = check_outcome(input, script, &wrong);
  int64_t level = status == CC_OK && script != NULL && input->has_answers
                    ? cc_answers_support(&script->rules, input->answers)
                    : 0;
  cc_str text = CC_STR_INIT(4096);
  cc_str_add(&text, "{\"outcome\":true");
  if (script != NULL)
    cc_str_printf(&text,
                  ",\"script_id\":%" PRId64 ",\"version\":%" PRId64,
                  script->rules.id,
                  script->rules.version);
  if (level != 0)
    cc_str_printf(&text, ",\"support_level\":%" PRId64, level);
  if (status != CC_OK)
    add_refusal(&text, &wrong);
  cc_str_add_char(&text, '}');
  const char *made = text.failed ? NULL : cc_arena_strdup(call->arena, text.text);
  cc_str_done(&text);
  return made;
}

const char *
ccd_contact_checked(ccd_call *call, const ccd_contact_input *input)
{
  return checked_text(call, input, NULL);
}

static int64_t
first_step(const ccd_contact_input *input)
{
  return input->answers.n == 0 ? 0 : input->answers.items[0]->step_id;
}

static bool
needs_script(const ccd_contact_input *input)
{
  return is_canvassed(input) && (input->script_id != 0 || first_step(input) != 0);
}

/* Find the script of a contact: in the cache, otherwise in the database. */
static cc_status
find_script(ccd_call *call, const ccd_contact_input *input, ccd_script **ret, cc_error *reterr)
{
  if (!needs_script(input))
    return CC_OK;
  int64_t step_id = first_step(input);
  *ret = ccd_scripts_find(call, input->script_id, step_id);
  return *ret != NULL
           ? CC_OK
           : ccd_scripts_read(call, /* inside= */ false, input->script_id, step_id, ret, reterr);
}

cc_status
ccd_contact_check(ccd_call *call,
                  const ccd_contact_input *input,
                  const char **ret,
                  cc_error *reterr)
{
  CC_AUTO(ccd_script) script = NULL;
  cc_status status = find_script(call, input, &script, reterr);
  if (status != CC_OK)
    return status;
  const char *made = checked_text(call, input, script);
  if (made == NULL)
    return cc_fail_memory(reterr);
  *ret = made;
  return CC_OK;
}

cc_status
ccd_contact_check_inside(ccd_call *call,
                         const ccd_contact_input *input,
                         const char **ret,
                         cc_error *reterr)
{
  CC_AUTO(ccd_script) script = NULL;
  cc_status status = CC_OK;
  if (needs_script(input))
    status = ccd_scripts_read(call,
                              /* inside= */ true,
                              input->script_id,
                              first_step(input),
                              &script,
                              reterr);
  if (status != CC_OK)
    return status;
  const char *made = checked_text(call, input, script);
  if (made == NULL)
    return cc_fail_memory(reterr);
  *ret = made;
  return CC_OK;
}

static cc_status
run_checked(ccd_call *call,
            const char *action,
            const ccd_query *query,
            const ccd_arg *extra,
            const char *checked,
            const ccd_rows **ret,
            cc_error *reterr)
{
  ccd_arg args[ARGS_MAX + 2] = {{"checked", checked}};
  for (size_t i = 0; extra != NULL && extra[i].name != NULL && i < ARGS_MAX; i++)
    args[i + 1] = extra[i];
  return ccd_call_query_in_own_tx(call, CCD_WRITE, action, query, args, ret, reterr);
}

/* Read the script again after the statement found another script or a newer version. The pointer
 * of @error contains the id of the script to read. */
static cc_status
renew_script(ccd_call *call,
             const cc_error *error,
             ccd_contact_input *input,
             ccd_script **script,
             cc_error *reterr)
{
  ccd_script_release(CC_STEAL(*script));
  int64_t id = 0;
  for (const char *at = error->pointer; *at != '\0'; at++)
    if (*at >= '0' && *at <= '9' && id < INT64_MAX / 16)
      id = id * 10 + (*at - '0');
  input->script_id = id;
  return ccd_scripts_read(call, /* inside= */ false, id, 0, script, reterr);
}

cc_status
ccd_contact_once(ccd_call *call,
                 const char *action,
                 const ccd_query *query,
                 const ccd_arg *extra,
                 const ccd_contact_input *input,
                 const ccd_rows **ret,
                 cc_error *reterr)
{
  if (input == NULL)
    return run_checked(call, action, query, extra, /* checked= */ NULL, ret, reterr);
  ccd_contact_input now = *input;
  CC_AUTO(ccd_script) script = NULL;
  cc_status status = find_script(call, &now, &script, reterr);
  for (int tries = 1; status == CC_OK; tries++) {
    cc_error error = {0};
    const char *checked = checked_text(call, &now, script);
    if (checked == NULL)
      return cc_fail_memory(reterr);
    status = run_checked(call, action, query, extra, checked, ret, &error);
    if (status == CC_OK || tries == TRIES || strcmp(error.code, CHANGED) != 0) {
      if (status != CC_OK && reterr != NULL)
        *reterr = error;
      return status;
    }
    status = renew_script(call, &error, &now, &script, reterr);
  }
  return status;
}

cc_status
ccd_contact_reply(ccd_call *call, const ccd_contact_input *input, cc_error *reterr)
{
  const ccd_route *route = call->route;
  return ccd_contact_once(call,
                          route->audit,
                          route->query,
                          /* extra= */ NULL,
                          input,
                          &call->rows,
                          reterr);
}
