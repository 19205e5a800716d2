/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-contact.h"
#include "common/rules/cc-script-rule.h"
#include "server/engine/ccd-server.h"

/* Checks contacts before they are recorded: outcome and answers are checked here, by
 * common/rules and the script in memory. The statement gets the result as :checked and raises a
 * refusal after its own checks have passed. See docs/decisions/0001. */

/* The values of a contact that the check needs. */
typedef struct ccd_contact_input {
  const char *channel;     /* "door"; NULL: not given */
  const char *disposition; /* NULL: none */
  bool has_answers;
  cc_rule_answers answers;
  int64_t script_id; /* 0: the script follows from the answers */
  cc_time occurred;  /* time of the contact by the device's clock */
  bool unreadable;   /* some member has a wrong type, so the contact is refused */
  bool corrects; /* in uploads: the contact corrects another contact, or has a telephone number */
} ccd_contact_input;

/* Read the values from a body of the API or of an uploaded operation. The result borrows from
 * @contact. */
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

/* The same as ccd_contact_once with the statement of the call's route; its rows become the
 * reply. */
cc_status
ccd_contact_reply(ccd_call *call, const ccd_contact_input *input, cc_error *reterr) CC_MUSTCHECK;

/* Check a contact without answers, for a statement inside the call's transaction. Returns the
 * value of :checked; NULL: memory is exhausted. */
const char *ccd_contact_checked(ccd_call *call, const ccd_contact_input *input);

/* Check any contact outside a transaction, with the script in memory. The statement raises
 * script_changed when that script is outdated.
 * @ret: value of :checked, set on CC_OK only */
cc_status ccd_contact_check(ccd_call *call,
                            const ccd_contact_input *input,
                            const char **ret,
                            cc_error *reterr) CC_MUSTCHECK;

/* Check any contact inside the call's transaction, with the current version of the script.
 * @ret: value of :checked, set on CC_OK only */
cc_status ccd_contact_check_inside(ccd_call *call,
                                   const ccd_contact_input *input,
                                   const char **ret,
                                   cc_error *reterr) CC_MUSTCHECK;
