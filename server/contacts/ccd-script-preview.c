/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-script.h"

#include "server/contacts/ccd-contacts.h"
#include "server/rules/ccd-scripts.h"
#include <assert.h>

/* The handler of previewScript: computes which questions a conversation with the given answers
 * shows. Changes nothing. */

typedef struct script_ref {
  int64_t script_id;
} script_ref;

static cc_status
fill_path(const cc_rule_script *script,
          cc_rule_answers answers,
          cc_arena *arena,
          cc_script_path *path,
          cc_error *reterr)
{
  assert(script != NULL);
  path->steps = cc_arena_alloc(arena, (script->n_steps + 1) * sizeof(*path->steps));
  cc_script_path_step *list =
    cc_arena_alloc(arena, (script->n_steps + 1) * sizeof(cc_script_path_step));
  if (path->steps == NULL || list == NULL)
    return cc_fail_memory(reterr);
  for (size_t i = 0; i < script->n_steps; i++) {
    const cc_rule_step *step = &script->steps[i];
    if (!cc_script_shows(script, step, answers))
      continue;
    bool answered = cc_script_answered(step, answers);
    list[path->n_steps] = (cc_script_path_step){
      .step_id = step->id,
      .answered = answered,
      .missing = step->required && !answered,
    };
    path->steps[path->n_steps] = &list[path->n_steps];
    path->n_steps++;
  }
  return CC_OK;
}

/* Read the script from the database and not from the cache, because the organizer may have saved
 * it a moment ago. */
cc_status
ccd_script_preview(ccd_call *call, cc_error *reterr)
{
  const script_ref *ref = call->params;
  const cc_script_answers *body = call->body;
  CC_AUTO(ccd_script) script = NULL;
  cc_script_path *path = cc_arena_alloc(call->arena, sizeof(*path));
  if (path == NULL)
    return cc_fail_memory(reterr);
  cc_status status =
    ccd_scripts_read(call, /* inside= */ false, ref->script_id, /* step_id= */ 0, &script, reterr);
  if (status == CC_OK && script == NULL)
    status = cc_fail_absent(reterr);
  if (status == CC_OK)
    status = fill_path(&script->rules,
                       (cc_rule_answers){body->answers, body->n_answers},
                       call->arena,
                       path,
                       reterr);
  call->reply = path;
  return status;
}
