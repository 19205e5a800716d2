/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/accounts/ccd-account.h"

/* The second factor as others ask for it. Both functions take a one-time code or a recovery code;
 * one of the two is needed when the account has a second factor, none when it has not. Tries are
 * counted per person. A used recovery code is mailed about. */

/**
 * At sign-in. @ret_step: the step of the one-time code, for the statement that decides
 * (account_signed_in); untouched when none was used.
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
 * Of somebody who is signed in, before what takes an account over: another address or password, an
 * API token, another second factor. The code's step is marked as used.
 *
 * CC_ERR_INVALID: the same codes, at /code or /recovery_code.
 */
cc_status ccd_factor_prove(ccd_call *call,
                           const ccd_account *account,
                           const char *code,
                           const char *recovery_code,
                           cc_error *reterr) CC_MUSTCHECK;

/* The same for the actor, whose account is read first: server->prove_factor. */
ccd_factor_prover ccd_factor_prove_me;

/* A sign-in has removed a second factor that was reported as lost: its recovery codes and the
 * account's sessions end too, and the person is told. */
cc_status
ccd_factor_clear(ccd_call *call, const ccd_account *account, cc_error *reterr) CC_MUSTCHECK;
