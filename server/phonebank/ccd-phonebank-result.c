/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-phonebank.h"
#include "server/phonebank/ccd-phonebank-routes.h"
#include "server/rules/ccd-contact.h"

/* The handler of recordCall: checks the outcome and answers of a call like those of other
 * contacts. */

cc_status
ccd_phonebank_result(ccd_call *call, cc_error *reterr)
{
  const cc_call_result *body = call->body;
  const ccd_contact_input input = {
    .channel = "phone",
    .disposition = body->disposition,
    .has_answers = body->answers != NULL,
    .answers = {body->answers, body->n_answers},
    .occurred = body->occurred_at,
  };
  return ccd_contact_reply(call, &input, reterr);
}
