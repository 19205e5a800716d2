/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/accounts/ccd-account.h"

/* How the second factor was shown. */
typedef struct ccd_factor {
  const char *step;   /* of the one-time code, for totp_last_step; NULL: a recovery code was used */
  int64_t codes_left; /* recovery codes, after one was used */
} ccd_factor;

/**
 * Check a one-time code or use up a recovery code; exactly one is needed. A code's step is not
 * marked as used: the caller does that in the statement that decides.
 *
 * Returns @refused with code second_factor_required or second_factor_wrong: what is right for a
 * sign-in is not right for somebody who is signed in.
 */
cc_status ccd_factor_check(ccd_call *call,
                           const ccd_account *account,
                           const char *code,
                           const char *recovery_code,
                           cc_status refused,
                           ccd_factor *ret,
                           cc_error *reterr) CC_MUSTCHECK;
