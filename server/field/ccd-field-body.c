/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "common/api/cc-contact.h"
#include "common/api/cc-field.h"
#include "common/base/cc-str.h"
#include "server/field/ccd-field-body.h"

/* Checks the bodies of uploaded operations by kind. Called by ccd-upload.c and ccd-resolve.c
 * before the database applies an operation. */

#define BODY_MAX (256u * 1024)

const char *
ccd_field_body_refusal(cc_arena *arena, const char *code, const char *message)
{
  cc_str text = CC_STR_INIT(4096);
  cc_str_add(&text, "{\"code\":");
  cc_str_add_json(&text, code, strlen(code));
  cc_str_add(&text, ",\"message\":");
  cc_str_add_json(&text, message, strlen(message));
  cc_str_add_char(&text, '}');
  const char *made = text.failed ? NULL : cc_arena_strdup(arena, text.text);
  cc_str_done(&text);
  return made;
}

const char *
ccd_field_right_lacking(ccd_call *call, const char *kind_name)
{
  const cc_field_kind *kind = cc_field_kind_find(kind_name);
  if (kind == NULL || call->actor->rights & CC_RIGHT_BIT(cc_right_find(kind->right)))
    return NULL;
  return kind->right;
}

/* Make a refusal from the first error of the list. */
static const char *
refuse_first(cc_arena *arena, const cc_error_list *errors)
{
  const cc_error *first = &errors->items[0];
  return ccd_field_body_refusal(arena,
                                first->code,
                                cc_arena_printf(arena, "%s: %s", first->pointer, first->message));
}

/* Check the body of a contact by the limits of recordContact. The body is stored as it was
 * received, because it may have members that this server does not know yet. */
static const char *
check_contact(ccd_call *call, const char *body, const char **ret_body)
{
  cc_error_list errors = {.arena = call->arena};
  void *object = NULL;
  cc_status status = cc_decode(&cc_contact_type,
                               body,
                               strlen(body),
                               CC_MODE_KNOWN,
                               call->arena,
                               &object,
                               NULL,
                               &errors);
  if (status != CC_OK && errors.n > 0)
    return refuse_first(call->arena, &errors);
  if (status != CC_OK)
    *ret_body = NULL;
  return NULL;
}

const char *
ccd_field_body_check(ccd_call *call, const char *kind_name, const char *body, const char **ret_body)
{
  *ret_body = body;
  const cc_field_kind *kind = cc_field_kind_find(kind_name);
  if (kind == NULL)
    return NULL; /* unknown kind: the database refuses the operation */
  if (kind->body == NULL)
    return check_contact(call, body, ret_body);
  cc_error_list errors = {.arena = call->arena};
  cc_present present = {0};
  void *object = NULL;
  cc_status status = cc_decode(kind->body,
                               body,
                               strlen(body),
                               CC_MODE_CREATE,
                               call->arena,
                               &object,
                               &present,
                               &errors);
  if (status != CC_OK && errors.n > 0)
    return refuse_first(call->arena, &errors);
  cc_str text = CC_STR_INIT(BODY_MAX);
  if (status == CC_OK)
    cc_encode_body(kind->body, object, &present, &text);
  *ret_body = status != CC_OK || text.failed ? NULL : cc_arena_strdup(call->arena, text.text);
  cc_str_done(&text);
  return NULL;
}

/* The members of an uploaded contact that are needed to check its outcome and answers. The whole
 * body goes to the statement, because it may have members that this server does not know yet. */
typedef struct field_contact {
  char *channel;
  char *disposition;
  cc_contact_answer **answers;
  size_t n_answers;
  int64_t *script_id;
  int64_t *replaces_id;
  char *replaces_client_id;
  char *phone;
  bool undone;
} field_contact;

static const cc_field contact_fields[] = {
  CC_STRING(field_contact, channel),
  CC_STRING(field_contact, disposition),
  CC_LIST(field_contact, answers, cc_contact_answer, &cc_contact_answer_type),
  CC_OPT_INT64(field_contact, script_id),
  CC_OPT_INT64(field_contact, replaces_id),
  CC_STRING(field_contact, replaces_client_id),
  CC_STRING(field_contact, phone),
  CC_BOOL(field_contact, undone),
};
static const cc_type contact_type = CC_TYPE(field_contact, "FieldContact", contact_fields);

bool
ccd_field_body_contact(ccd_call *call, const char *kind, const char *body, ccd_contact_input *ret)
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
    *ret = (ccd_contact_input){.unreadable = true};
    return true;
  }
  const field_contact *contact = object;
  *ret = (ccd_contact_input){
    .channel = contact->channel,
    .disposition = contact->disposition,
    .has_answers = contact->answers != NULL,
    .answers = {contact->answers, contact->n_answers},
    .script_id = contact->script_id == NULL ? 0 : *contact->script_id,
    .corrects =
      contact->replaces_id != NULL || contact->replaces_client_id != NULL || contact->phone != NULL,
  };
  return !contact->undone;
}
