/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "server/field/ccd-field.h"

/* The members of an uploaded contact that its outcome and answers are checked by. The body as a
 * whole is the statement's: it may have members that this server does not know yet. */
typedef struct field_contact {
  char *channel;
  char *disposition;
  cc_contact_answer **answers;
  size_t n_answers;
  int64_t *script_id;
  bool undone;
} field_contact;

static const cc_field contact_fields[] = {
  CC_STRING(field_contact, channel),
  CC_STRING(field_contact, disposition),
  CC_LIST(field_contact, answers, cc_contact_answer, &cc_contact_answer_type),
  CC_OPT_INT64(field_contact, script_id),
  CC_BOOL(field_contact, undone),
};
static const cc_type contact_type = CC_TYPE(field_contact, "FieldContact", contact_fields);

bool
ccd_field_said(ccd_call *call, const char *kind, const char *body, ccd_contact_said *ret)
{
  if (strcmp(kind, "contact") != 0)
    return false;
  cc_error_list errors = {.arena = call->arena};
  void *object = NULL;
  cc_status status = cc_decode(&contact_type,
                               body,
                               strlen(body),
                               CC_MODE_REPLY,
                               call->arena,
                               &object,
                               NULL,
                               &errors);
  if (status != CC_OK) {
    *ret = (ccd_contact_said){.unreadable = true};
    return true;
  }
  const field_contact *contact = object;
  *ret = (ccd_contact_said){
    .channel = contact->channel,
    .disposition = contact->disposition,
    .has_answers = contact->answers != NULL,
    .answers = {contact->answers, contact->n_answers},
    .script_id = contact->script_id == NULL ? 0 : *contact->script_id,
  };
  return !contact->undone;
}
