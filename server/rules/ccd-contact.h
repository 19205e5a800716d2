/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-contact.h"
#include "common/rules/cc-script-rule.h"
#include "server/engine/ccd-server.h"

/* Checks contacts before they are recorded: outcome and answers are checked here, by
 * common/rules and the script in memory. The statement gets the result as :checked and raises a
 * refusal after its own checks have passed. See docs/decisions/0001. */

/* The content of a contact that is checked. */
typedef struct ccd_contact_input {
  const char *channel;     /* "door"; NULL: not given */
  const char *disposition; /* NULL: none */
  bool has_answers;
  cc_rule_answers answers;
  int64_t script_id; /* 0: determined by the answers */
  cc_time occurred;  /* by the device's clock */
  bool unreadable;   /* some member has a wrong type */
  bool corrects;     /* it names another contact, or a telephone number; of uploads only */
} ccd_contact_input;

/* The contact in a body of the API or of an uploaded operation. Borrows from @contact. */
ccd_contact_input ccd_contact_of(const cc_contact *contact);

/**
 * Run a statement that records a contact in its own transaction, with the result of the check as
 * parameter :checked. Usually takes one round trip. When the script in memory is outdated, or
 * differs from the one that the statement finds, the script is read and the statement repeated.
 *
 * @action: name in the audit log
 * @extra: further parameters, ends with a row whose name is NULL; may be NULL
 * @input: NULL: nothing to check
 */
cc_status ccd_contact_once(ccd_call *call,
                           const char *action,
                           const ccd_query *query,
                           const ccd_arg *extra,
                           const ccd_contact_input *input,
                           const ccd_rows **ret,
                           cc_error *reterr) CC_MUSTCHECK;

/* The same with the statement of the call's route, whose rows are the reply. */
cc_status
ccd_contact_reply(ccd_call *call, const ccd_contact_input *input, cc_error *reterr) CC_MUSTCHECK;

/* The result of the check of a contact without answers, for :checked of a statement inside the
 * call's transaction. NULL: memory is exhausted. */
const char *ccd_contact_checked(ccd_call *call, const ccd_contact_input *input);

/* The same for any contact, outside a transaction, with the script in memory: the statement
 * raises script_changed when that is outdated.
 * @ret: set on CC_OK only */
cc_status ccd_contact_check(ccd_call *call,
                            const ccd_contact_input *input,
                            const char **ret,
                            cc_error *reterr) CC_MUSTCHECK;

/* The same for any contact, inside the call's transaction, with the script's current version.
 * @ret: set on CC_OK only */
cc_status ccd_contact_check_inside(ccd_call *call,
                                   const ccd_contact_input *input,
                                   const char **ret,
                                   cc_error *reterr) CC_MUSTCHECK;
