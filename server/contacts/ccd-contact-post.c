/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/contacts/ccd-contacts.h"
#include "server/rules/ccd-contact.h"

/* Handlers of the routes that record contacts: they pass the outcome and the answers of the body
 * to the checks of ccd-contact.h. */

cc_status
ccd_contacts_record(ccd_call *call, cc_error *reterr)
{
  ccd_contact_input input = ccd_contact_of(call->body);
  return ccd_contact_reply(call, &input, reterr);
}

/* Check one outcome for many doors, without answers. */
cc_status
ccd_contacts_check_many(ccd_call *call, cc_error *reterr)
{
  const cc_bulk_contact *body = call->body;
  const ccd_contact_input input = {
    .channel = "door",
    .disposition = body->disposition,
    .occurred = body->occurred_at,
  };
  ccd_arg *args = cc_arena_alloc(call->arena, 2 * sizeof(*args));
  const char *checked = ccd_contact_checked(call, &input);
  if (args == NULL || checked == NULL)
    return cc_fail_memory(reterr);
  args[0] = (ccd_arg){"checked", checked};
  call->args = args;
  return CC_OK;
}
