/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/**
 * Count one more of what a subject may do so often on a day (UTC), in the call's transaction: what
 * fails or is rolled back is not counted.
 *
 * @subject: what and whose, such as "invitations|organization|7"; never an address in clear. NULL
 * is memory that was out
 *
 * CC_ERR_RATE_LIMITED with code daily_limit: @most are used up.
 */
cc_status
ccd_budget_take(ccd_call *call, const char *subject, int64_t most, cc_error *reterr) CC_MUSTCHECK;

/* Mails to one address, whoever causes them. */
#define CCD_BUDGET_ADDRESS 20

/* The subject of a mailbox: @what and a keyed hash of the address. What stands behind a + before
 * the @ is left out, since whoever writes an address chooses that part. NULL: memory was out. */
const char *ccd_budget_of_address(ccd_call *call, const char *what, const char *address);

/* The same without a refusal, for what must look alike whether or not it is done. @ret: whether
 * there was one left. */
cc_status ccd_budget_try(ccd_call *call,
                         const char *subject,
                         int64_t most,
                         bool *ret,
                         cc_error *reterr) CC_MUSTCHECK;
