/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "server/engine/ccd-server.h"

/* What the files of this folder share. See docs/internals/accounts.md. */

extern const ccd_route ccd_accounts_routes[];

/* The row of a person as these rules need it. Texts live as long as the call. */
typedef struct ccd_account {
  int64_t id; /* 0: there is none */
  const char *email;
  const char *password_hash;
  const char *first_name;
  const char *last_name;
  const char *totp_secret; /* sealed */
  bool verified;
  bool second_factor;
} ccd_account;

/* The address as the tables hold it: NFC, without capitals. NULL at the arena's ceiling. */
const char *ccd_email_key(ccd_call *call, const char *email);

/* An unknown address is no failure: @ret->id is 0 then. */
cc_status ccd_account_by_email(ccd_call *call, const char *key, ccd_account *ret, cc_error *reterr)
  CC_MUSTCHECK;

/* The person who asks. */
cc_status ccd_account_me(ccd_call *call, ccd_account *ret, cc_error *reterr) CC_MUSTCHECK;

cc_status ccd_no_memory(cc_error *reterr);

/**
 * The password of somebody who is signed in, asked again. Counted per person.
 *
 * CC_ERR_INVALID with the field @pointer: wrong. CC_ERR_RATE_LIMITED, CC_ERR_UNAVAILABLE.
 */
cc_status ccd_account_prove(ccd_call *call,
                            const ccd_account *account,
                            const char *password,
                            const char *pointer,
                            cc_error *reterr) CC_MUSTCHECK;

/* A new password of @account against the rules. CC_ERR_INVALID: the error is in the call's list. */
cc_status ccd_account_check_password(ccd_call *call,
                                     const char *password,
                                     const char *pointer,
                                     const char *email,
                                     const char *first_name,
                                     const char *last_name) CC_MUSTCHECK;

/* The reply of everything that may end in a mail. */
cc_status ccd_account_accepted(ccd_call *call, cc_error *reterr) CC_MUSTCHECK;

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

/* A new mail token for @person (0: the same work, no token). @ret: the token. */
cc_status ccd_email_token_new(ccd_call *call,
                              int64_t person,
                              const char *purpose,
                              const char *email,
                              int minutes,
                              char **ret,
                              cc_error *reterr) CC_MUSTCHECK;

/* A limit of mails to one address, whoever asks. True: this mail may go. */
bool ccd_mail_allowed(ccd_call *call, const char *email);

/* The mails. @to "" costs the same and sends nothing. */
cc_status
ccd_mail_verify(ccd_call *call, const char *to, const char *token, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_mail_known(ccd_call *call, const char *to, cc_error *reterr) CC_MUSTCHECK;
cc_status
ccd_mail_reset(ccd_call *call, const char *to, const char *token, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_mail_new_address(ccd_call *call, const char *to, const char *token, cc_error *reterr)
  CC_MUSTCHECK;

/* Something about the account changed; @what is a sentence. */
cc_status ccd_mail_notice(ccd_call *call,
                          const char *to,
                          const char *subject,
                          const char *what,
                          cc_error *reterr) CC_MUSTCHECK;

/* End a person's sessions, but for @keep (0: all). */
cc_status
ccd_sessions_end(ccd_call *call, int64_t person, int64_t keep, cc_error *reterr) CC_MUSTCHECK;

/* Handlers. */
ccd_handler ccd_register;
ccd_handler ccd_verify_email;
ccd_handler ccd_resend_verification;
ccd_handler ccd_forgot_password;
ccd_handler ccd_reset_password;
ccd_handler ccd_sign_in;
ccd_handler ccd_sign_out;
ccd_handler ccd_revoke_session;
ccd_handler ccd_change_password;
ccd_handler ccd_change_email;
ccd_handler ccd_start_totp;
ccd_handler ccd_confirm_totp;
ccd_handler ccd_disable_totp;
ccd_handler ccd_renew_recovery_codes;
