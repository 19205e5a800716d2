/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "server/engine/ccd-server.h"

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
  bool factor_ended; /* it was reported as lost; the next sign-in removes it */
} ccd_account;

/* The address as the tables hold it: NFC, without capitals. NULL at the arena's ceiling. */
const char *ccd_email_key(ccd_call *call, const char *email);

/* An unknown address is no failure: @ret->id is 0 then. */
cc_status ccd_account_by_email(ccd_call *call, const char *key, ccd_account *ret, cc_error *reterr)
  CC_MUSTCHECK;

/* The person who asks. */
cc_status ccd_account_me(ccd_call *call, ccd_account *ret, cc_error *reterr) CC_MUSTCHECK;

/**
 * The password of somebody who is signed in, asked again. Counted per person. Gives the call's
 * connection back while the hash is computed (ccd_call_give_back).
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

/* A new mail token for @person (0: the same work, no token). @ret: the token. */
cc_status ccd_email_token_new(ccd_call *call,
                              int64_t person,
                              const char *purpose,
                              const char *email,
                              int minutes,
                              char **ret,
                              cc_error *reterr) CC_MUSTCHECK;

/* End what was mailed to a person and not used; with @all also the links that undo a change of the
 * address. */
cc_status
ccd_email_tokens_void(ccd_call *call, int64_t person, bool all, cc_error *reterr) CC_MUSTCHECK;

/* End a person's sessions, but for @keep (0: all). */
cc_status
ccd_sessions_end(ccd_call *call, int64_t person, int64_t keep, cc_error *reterr) CC_MUSTCHECK;
