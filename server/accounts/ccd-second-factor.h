/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/accounts/ccd-account.h"

/* Checks of the second factor. Both functions take a one-time code or a recovery code; one of
 * the two is required exactly when the account has a second factor. Tries are counted per
 * person. A mail reports each used recovery code. */

/**
 * Check the second factor at sign-in. @ret_step: the step of the one-time code, for the statement
 * account_signed_in, which refuses a step that was used before; unchanged when no one-time code was
 * sent.
 *
 * CC_ERR_UNAUTHENTICATED: second_factor_required or second_factor_wrong.
 */
cc_status ccd_factor_sign_in(ccd_call *call,
                             const ccd_account *account,
                             const char *code,
                             const char *recovery_code,
                             const char **ret_step,
                             cc_error *reterr) CC_MUSTCHECK;

/**
 * Check the second factor of a signed-in person, before an action with which an account could be
 * taken over: changing address, password or second factor, or making an API token. Marks the code's
 * step as used.
 *
 * CC_ERR_INVALID: second_factor_required or second_factor_wrong, at /code or /recovery_code.
 */
cc_status ccd_factor_prove(ccd_call *call,
                           const ccd_account *account,
                           const char *code,
                           const char *recovery_code,
                           cc_error *reterr) CC_MUSTCHECK;

/* Read the account of the actor, then do the same as ccd_factor_prove. Used as
 * server->prove_factor. */
ccd_factor_prover ccd_factor_prove_me;

/* Called when a sign-in has removed a second factor that was reported as lost: ends its recovery
 * codes and the account's sessions, and mails the person. */
cc_status
ccd_factor_clear(ccd_call *call, const ccd_account *account, cc_error *reterr) CC_MUSTCHECK;
