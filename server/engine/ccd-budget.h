/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/**
 * Count one use of a daily budget (days in UTC) in the call's transaction, so a request that fails
 * or is rolled back is not counted.
 *
 * @subject: action and owner, such as "invitations|organization|7"; never an address in plain text.
 *   NULL: the caller could not allocate the subject; the function fails as out of memory
 *
 * CC_ERR_RATE_LIMITED with code daily_limit: all @most uses are spent.
 */
cc_status
ccd_budget_take(ccd_call *call, const char *subject, int64_t most, cc_error *reterr) CC_MUSTCHECK;

/* Maximal number of mails to one address per day, for all senders together. */
#define CCD_BUDGET_ADDRESS 20

/* Return the subject of a mailbox: @what and a keyed hash of the address. The part between "+"
 * and "@" is removed first, because a sender can write any text there. NULL: memory is
 * exhausted. */
const char *ccd_budget_of_address(ccd_call *call, const char *what, const char *address);

/* Like ccd_budget_take, but a spent budget is no error: for operations whose reply must not
 * reveal whether the action was done. @ret: whether the budget allowed the use. */
cc_status ccd_budget_try(ccd_call *call,
                         const char *subject,
                         int64_t most,
                         bool *ret,
                         cc_error *reterr) CC_MUSTCHECK;
