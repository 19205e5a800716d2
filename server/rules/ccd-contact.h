/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-contact.h"
#include "common/rules/cc-script-rule.h"
#include "server/engine/ccd-server.h"

/* Contacts on their way into the database: their outcome and answers are checked here, by
 * common/rules and the script in memory; the statement gets the verdict as :checked and raises a
 * refusal where its own checks have passed. See docs/decisions/0001. */

/* What somebody reports of a contact. */
typedef struct ccd_contact_said {
  const char *channel;     /* "door"; NULL: none was given */
  const char *disposition; /* NULL: none */
  bool has_answers;
  cc_rule_answers answers;
  int64_t script_id; /* 0: follows from the answers */
  cc_time occurred;  /* by the device's clock */
  bool unreadable;   /* some member has a type that it cannot have */
  bool corrects;     /* it names another contact, or a number; of an upload only */
} ccd_contact_said;

/* A contact of the API, or of an operation that a phone uploads. Borrows from @contact. */
ccd_contact_said ccd_contact_of(const cc_contact *contact);

/**
 * Run a statement that records a contact, as a transaction of its own, with its verdict as
 * parameter :checked. Usually one round trip. When the script in memory is old, or is not the one
 * that the statement finds, it is read and the statement is run again.
 *
 * @action: name in the audit log
 * @extra: further parameters, ends with a NULL name; may be NULL
 * @said: NULL: nothing to check
 */
cc_status ccd_contact_once(ccd_call *call,
                           const char *action,
                           const ccd_query *query,
                           const ccd_arg *extra,
                           const ccd_contact_said *said,
                           const ccd_rows **ret,
                           cc_error *reterr) CC_MUSTCHECK;

/* The same of the statement of the call's route, whose rows are the reply. */
cc_status
ccd_contact_reply(ccd_call *call, const ccd_contact_said *said, cc_error *reterr) CC_MUSTCHECK;

/* The verdict about a contact that has no answers, for :checked of a statement inside the call's
 * transaction. NULL: no memory. */
const char *ccd_contact_checked(ccd_call *call, const ccd_contact_said *said);

/* The same of any contact, outside a transaction, by the script in memory: the statement raises
 * script_changed when that is not the one.
 * @ret: set on CC_OK only */
cc_status ccd_contact_check(ccd_call *call,
                            const ccd_contact_said *said,
                            const char **ret,
                            cc_error *reterr) CC_MUSTCHECK;

/* The same of any contact, inside the call's transaction, by its script as it is now.
 * @ret: set on CC_OK only */
cc_status ccd_contact_check_inside(ccd_call *call,
                                   const ccd_contact_said *said,
                                   const char **ret,
                                   cc_error *reterr) CC_MUSTCHECK;
