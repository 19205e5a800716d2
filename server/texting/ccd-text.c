/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ccd-queries.h"
#include "common/api/cc-texting.h"
#include "common/rules/cc-text-rule.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-server.h"
#include "server/providers/ccd-sms-outbox.h"
#include "server/providers/ccd-sms.h"
#include "server/texting/ccd-texting.h"

/* Handlers of text campaigns that need settings of the server, which SQL cannot read. */

cc_status
ccd_text_send_all(ccd_call *call, cc_error *reterr)
{
  bool allowed = call->server->config.text_send_all == 1;
  const ccd_arg args[] = {{"allowed", allowed ? "true" : "false"}, {0}};
  cc_status status = ccd_call_query(call, &ccd_q_text_send_all, args, &call->rows, reterr);
  if (status == CC_OK && ccd_rows_n(call->rows) == 0)
    status = cc_fail_absent(reterr);
  if (status == CC_OK)
    ccd_call_wake_jobs(call);
  return status;
}

cc_status
ccd_text_receive(ccd_call *call, cc_error *reterr)
{
  const ccd_sms_provider *provider = ccd_sms_of(&call->server->config);
  if (provider != NULL && !provider->local)
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "carrier_tells",
                   "The carrier delivers received texts by itself.");
  const cc_text_incoming *body = call->body;
  cc_text_size size = cc_text_measure(body->text);
  const ccd_arg args[] = {
    {"happened_at", NULL}, /* now */
    {"intent", cc_text_intent_name(cc_text_intent_of(body->text))},
    {"text_encoding", cc_text_encoding(size)},
    {"text_segments", ccd_text_int64(call->arena, size.segments)},
    {0},
  };
  return ccd_call_query(call, &ccd_q_text_receive, args, &call->rows, reterr);
}
