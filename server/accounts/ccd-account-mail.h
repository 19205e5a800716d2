/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "server/engine/ccd-call.h"

/* The mails of accounts: each function queues one mail in the transaction of the request. Called
 * by the handlers of this folder. */

/* Check the limits of mails to one address, by all clients together. @ret: the mail may be sent. */
cc_status
ccd_mail_allowed(ccd_call *call, const char *email, bool *ret, cc_error *reterr) CC_MUSTCHECK;

/* Each of these functions sends one mail. With @to "" it does the same work and sends nothing,
 * so that the time does not reveal whether an account exists. */
cc_status
ccd_mail_verify(ccd_call *call, const char *to, const char *token, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_mail_known(ccd_call *call, const char *to, cc_error *reterr) CC_MUSTCHECK;
cc_status
ccd_mail_reset(ccd_call *call, const char *to, const char *token, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_mail_new_address(ccd_call *call, const char *to, const char *token, cc_error *reterr)
  CC_MUSTCHECK;

/* Report a changed address to the old address @to. */
cc_status ccd_mail_changed_address(ccd_call *call,
                                   const char *to,
                                   const char *token,
                                   cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_mail_lost_factor(ccd_call *call, const char *to, const char *token, cc_error *reterr)
  CC_MUSTCHECK;

/* Report a change of the account; @what is a sentence. */
cc_status ccd_mail_notice(ccd_call *call,
                          const char *to,
                          const char *subject,
                          const char *what,
                          cc_error *reterr) CC_MUSTCHECK;
