/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "server/engine/ccd-server.h"

/* Helpers that the handlers of accounts share: finding an account, checking its password, mail
 * tokens, ending sessions. */

/* The columns of a person's row that handlers need. Texts live as long as the call. */
typedef struct ccd_account {
  int64_t id; /* 0: the account does not exist */
  const char *email;
  const char *password_hash;
  const char *first_name;
  const char *last_name;
  const char *totp_secret; /* sealed */
  bool verified;
  bool second_factor;
  bool factor_ended; /* the second factor was reported as lost; the next sign-in removes it */
} ccd_account;

/* The form in which addresses are stored: NFC, lower case. NULL at the arena's ceiling. */
const char *ccd_email_key(ccd_call *call, const char *email);

/* Find an account by address. An unknown address is no failure: @ret->id is 0 then. */
cc_status ccd_account_by_email(ccd_call *call, const char *key, ccd_account *ret, cc_error *reterr)
  CC_MUSTCHECK;

/* The account of the signed-in person. */
cc_status ccd_account_me(ccd_call *call, ccd_account *ret, cc_error *reterr) CC_MUSTCHECK;

/**
 * Check the password of a signed-in person again. Tries are counted per person. The call's
 * connection is given back while the hash is computed (ccd_call_give_back).
 *
 * CC_ERR_INVALID with the field @pointer: wrong password. CC_ERR_RATE_LIMITED, CC_ERR_UNAVAILABLE.
 */
cc_status ccd_account_prove(ccd_call *call,
                            const ccd_account *account,
                            const char *password,
                            const char *pointer,
                            cc_error *reterr) CC_MUSTCHECK;

/* Check a new password of @account against the rules. CC_ERR_INVALID: the error is in the call's
 * list. */
cc_status ccd_account_check_password(ccd_call *call,
                                     const char *password,
                                     const char *pointer,
                                     const char *email,
                                     const char *first_name,
                                     const char *last_name) CC_MUSTCHECK;

/* Build the reply of every operation that may send a mail: the same whether a mail was sent or
 * not. */
cc_status ccd_account_accepted(ccd_call *call, cc_error *reterr) CC_MUSTCHECK;

/* Create a mail token for @person (0: do the same work without a token). @ret: the token. */
cc_status ccd_email_token_new(ccd_call *call,
                              int64_t person,
                              const char *purpose,
                              const char *email,
                              int minutes,
                              char **ret,
                              cc_error *reterr) CC_MUSTCHECK;

/* Invalidate the unused mail tokens of a person. With @all false, tokens that undo a change of
 * the address stay valid. */
cc_status
ccd_email_tokens_void(ccd_call *call, int64_t person, bool all, cc_error *reterr) CC_MUSTCHECK;

/* End a person's sessions except @keep (0: all). */
cc_status
ccd_sessions_end(ccd_call *call, int64_t person, int64_t keep, cc_error *reterr) CC_MUSTCHECK;
