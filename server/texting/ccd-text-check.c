/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-texting.h"
#include "common/rules/cc-text-rule.h"
#include "server/engine/ccd-arg-text.h"
#include "server/rules/ccd-contact.h"
#include "server/texting/ccd-texting.h"

/* Checks of text campaigns that run before the statement: templates, sizes, results. */

/* Fill the template with values of usual length and measure the result. */
static cc_status
measure_template(ccd_call *call,
                 const char *template,
                 const char **ret_text,
                 cc_text_size *ret,
                 cc_error *reterr)
{
  const char *text = cc_text_render(template, cc_text_fields, call->arena);
  if (text == NULL)
    return cc_fail_memory(reterr);
  *ret_text = text;
  *ret = cc_text_measure(text);
  return CC_OK;
}

static cc_status
check_template(ccd_call *call, const char *template, cc_text_size *ret, cc_error *reterr)
{
  const char *text = NULL;
  cc_status status = cc_text_check(template, "/template", reterr);
  if (status == CC_OK)
    status = measure_template(call, template, &text, ret, reterr);
  if (status == CC_OK && ret->segments > CC_TEMPLATE_SEGMENTS_MAX)
    status = cc_fail_field(reterr,
                           CC_ERR_INVALID,
                           "too_long",
                           "/template",
                           "The text takes %d segments. At most %d are allowed.",
                           ret->segments,
                           CC_TEMPLATE_SEGMENTS_MAX);
  return status;
}

static cc_status
check_replies(ccd_call *call, const cc_text_campaign *body, cc_error *reterr)
{
  cc_status status = CC_OK;
  for (size_t i = 0; status == CC_OK && i < body->n_replies; i++) {
    const char *pointer = cc_arena_printf(call->arena, "/replies/%zu", i);
    if (pointer == NULL)
      return cc_fail_memory(reterr);
    status = cc_text_check(body->replies[i]->text, pointer, reterr);
  }
  return status;
}

/* Check a new or changed campaign. For a PATCH only the given members are checked; without a
 * template the stored encoding and segments stay. */
cc_status
ccd_text_check_campaign(ccd_call *call, cc_error *reterr)
{
  const cc_text_campaign *body = call->body;
  cc_text_size size = {0};
  cc_status status = CC_OK;
  if (body->template != NULL)
    status = check_template(call, body->template, &size, reterr);
  if (status == CC_OK)
    status = check_replies(call, body, reterr);
  if (status != CC_OK)
    return status;
  bool has_template = body->template != NULL;
  ccd_arg *args = cc_arena_alloc(call->arena, 3 * sizeof(*args));
  const char *segments = ccd_text_int64(call->arena, size.segments);
  if (args == NULL || segments == NULL)
    return cc_fail_memory(reterr);
  args[0] = (ccd_arg){"text_encoding", has_template ? cc_text_encoding(size) : NULL};
  args[1] = (ccd_arg){"text_segments", has_template ? segments : NULL};
  call->args = args;
  return CC_OK;
}

cc_status
ccd_text_preview(ccd_call *call, cc_error *reterr)
{
  const cc_text_preview *body = call->body;
  cc_text_preview *reply = cc_arena_alloc(call->arena, sizeof(*reply));
  cc_text_size size = {0};
  const char *text = NULL;
  if (reply == NULL)
    return cc_fail_memory(reterr);
  cc_status status = cc_text_check(body->template, "/template", reterr);
  if (status == CC_OK)
    status = measure_template(call, body->template, &text, &size, reterr);
  if (status != CC_OK)
    return status;
  reply->template = body->template;
  reply->text = cc_arena_strdup(call->arena, text);
  reply->encoding = cc_arena_strdup(call->arena, cc_text_encoding(size));
  reply->units = size.units;
  reply->segments = size.segments;
  call->reply = reply;
  return reply->text != NULL && reply->encoding != NULL ? CC_OK : cc_fail_memory(reterr);
}

cc_status
ccd_text_result(ccd_call *call, cc_error *reterr)
{
  const cc_text_result *body = call->body;
  const ccd_contact_input input = {
    .channel = "text",
    .disposition = body->disposition,
    .has_answers = body->answers != NULL,
    .answers = {body->answers, body->n_answers},
    .occurred = body->occurred_at,
  };
  return ccd_contact_reply(call, &input, reterr);
}
