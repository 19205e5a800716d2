/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "server/engine/ccd-call.h"

/* The limits of mails to one address, whoever asks. @ret: this mail may go. */
cc_status
ccd_mail_allowed(ccd_call *call, const char *email, bool *ret, cc_error *reterr) CC_MUSTCHECK;

/* The mails. @to "" costs the same and sends nothing. */
cc_status
ccd_mail_verify(ccd_call *call, const char *to, const char *token, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_mail_known(ccd_call *call, const char *to, cc_error *reterr) CC_MUSTCHECK;
cc_status
ccd_mail_reset(ccd_call *call, const char *to, const char *token, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_mail_new_address(ccd_call *call, const char *to, const char *token, cc_error *reterr)
  CC_MUSTCHECK;

/* The address has changed; @to is the old one. */
cc_status ccd_mail_changed_address(ccd_call *call,
                                   const char *to,
                                   const char *token,
                                   cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_mail_lost_factor(ccd_call *call, const char *to, const char *token, cc_error *reterr)
  CC_MUSTCHECK;

/* Something about the account changed; @what is a sentence. */
cc_status ccd_mail_notice(ccd_call *call,
                          const char *to,
                          const char *subject,
                          const char *what,
                          cc_error *reterr) CC_MUSTCHECK;
