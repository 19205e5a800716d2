/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accounts/ccd-account-mail.h"

#include <string.h>

#include "ccd-queries.h"
#include "server/accounts/ccd-account.h"
#include "server/accounts/ccd-accounts.h"
#include "server/engine/ccd-address-subject.h"
#include "server/engine/ccd-budget.h"
#include "server/jobs/ccd-job.h"
#include "server/jobs/ccd-mail-job.h"

/* The texts of the mails. They contain no name that a person typed: anybody can enter another
 * person's address, and a name can be an advertisement. */

/* A link to the public pages, and the token on a line of its own for clients where people type
 * it. In the link the token follows a #, because browsers do not send that part to servers,
 * proxies or in the Referer header. */
static const char *
link_lines(ccd_call *call, const char *page, const char *token)
{
  const char *base = ccd_call_config(call)->public_url;
  size_t length = strlen(base);

  while (length > 0 && base[length - 1] == '/')
    length--;
  return cc_arena_printf(call->arena,
                         "%.*s/%s#token=%s\n\nToken: %s\n",
                         (int) length,
                         base,
                         page,
                         token,
                         token);
}

/* Concatenate @parts and send the mail. A NULL among the parts means that an allocation failed. */
static cc_status
send_mail(ccd_call *call,
          const char *to,
          const char *subject,
          const char *first,
          const char *second,
          const char *third,
          cc_error *reterr)
{
  const char *text = first == NULL || second == NULL || third == NULL
                       ? NULL
                       : cc_arena_printf(call->arena, "%s\n\n%s\n%s\n", first, second, third);
  if (text == NULL)
    return cc_fail_memory(reterr);
  return ccd_mail_enqueue(call, to, subject, text, reterr);
}

/* Is a mail to this address allowed for this client, although the quota of the address is used
 * up? Strangers may have used up that quota, so that the owner could not get a mail to set a new
 * password. A client address from which the person has signed in before has a separate quota. */
static cc_status
mail_allowed_to_known_client(ccd_call *call, const char *email, bool *ret, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  cc_error limited = {0};
  const ccd_arg args[] = {{"email", email}, {0}};

  cc_status status = ccd_call_query(call, &ccd_q_account_signed_in_here, args, &rows, reterr);
  if (status != CC_OK || !ccd_rows_bool(rows, 0, "here"))
    return status;
  const char *subject = ccd_address_subject(call->address, call->arena);
  const char *key =
    subject == NULL ? NULL : cc_arena_printf(call->arena, "mail here|%s|%s", email, subject);
  if (key == NULL)
    return cc_fail_memory(reterr);
  *ret = ccd_call_limit(call, CCD_LIMIT_LOGIN, key, &limited) == CC_OK;
  return CC_OK;
}

cc_status
ccd_mail_allowed(ccd_call *call, const char *email, bool *ret, cc_error *reterr)
{
  cc_error limited = {0};
  const char *subject = ccd_budget_of_address(call, "mails", email);
  if (subject == NULL)
    return cc_fail_memory(reterr);
  bool now = ccd_call_limit(call, CCD_LIMIT_LOGIN, subject, &limited) == CC_OK;
  cc_status status = ccd_budget_try(call, subject, CCD_BUDGET_ADDRESS, ret, reterr);
  *ret = *ret && now;
  return status == CC_OK && !*ret ? mail_allowed_to_known_client(call, email, ret, reterr) : status;
}

cc_status
ccd_mail_verify(ccd_call *call, const char *to, const char *token, cc_error *reterr)
{
  return send_mail(call,
                   to,
                   "Confirm your e-mail address",
                   "An account at Campaign Center was registered with this e-mail address. If it "
                   "was you, confirm\n"
                   "the address with this link, which can be used once, within two days:",
                   link_lines(call, "verify-email", token),
                   "If it was not you, do nothing: nobody can sign in before the address is "
                   "confirmed. If you have\n"
                   "registered and receive a second mail like this one, another person is using "
                   "your address: set a\n"
                   "new password with \"forgot password\".",
                   reterr);
}

cc_status
ccd_mail_known(ccd_call *call, const char *to, cc_error *reterr)
{
  return send_mail(call,
                   to,
                   "You already have an account",
                   "This e-mail address was entered for an account at Campaign Center, but an "
                   "account with it\n"
                   "already exists.",
                   "If it was you, sign in with your password, or set a new one with \"forgot "
                   "password\".\n",
                   "If it was not you, do nothing: your account was not changed.",
                   reterr);
}

cc_status
ccd_mail_reset(ccd_call *call, const char *to, const char *token, cc_error *reterr)
{
  return send_mail(call,
                   to,
                   "Set a new password",
                   "A new password was requested for your account at Campaign Center. If it was "
                   "you, set the\n"
                   "password with this link, which can be used once, within an hour:",
                   link_lines(call, "reset-password", token),
                   "If it was not you, do nothing: your password was not changed.",
                   reterr);
}

cc_status
ccd_mail_new_address(ccd_call *call, const char *to, const char *token, cc_error *reterr)
{
  return send_mail(call,
                   to,
                   "Confirm your new e-mail address",
                   "This e-mail address was entered as the new address of an account at Campaign "
                   "Center. If it was\n"
                   "you, confirm it with this link, which can be used once, within a day:",
                   link_lines(call, "verify-email", token),
                   "If it was not you, do nothing: the address will not be used.",
                   reterr);
}

cc_status
ccd_mail_changed_address(ccd_call *call, const char *to, const char *token, cc_error *reterr)
{
  return send_mail(call,
                   to,
                   "Your e-mail address was changed",
                   "The e-mail address of your account at Campaign Center was changed. You can no "
                   "longer sign in\n"
                   "with this address. If it was not you, undo the change and set a new password "
                   "with this link,\n"
                   "which is valid for seven days:",
                   link_lines(call, "undo-email-change", token),
                   "If it was you, do nothing.",
                   reterr);
}

cc_status
ccd_mail_lost_factor(ccd_call *call, const char *to, const char *token, cc_error *reterr)
{
  return send_mail(call,
                   to,
                   "Remove a lost second factor",
                   "The second factor of your account at Campaign Center was reported as lost. If "
                   "it was you,\n"
                   "confirm this with your password and this link, which can be used once, within "
                   "an hour. The\n"
                   "second factor is removed three days later:",
                   link_lines(call, "end-second-factor", token),
                   "If it was not you, do nothing: the second factor will not be removed.",
                   reterr);
}

cc_status
ccd_mail_notice(ccd_call *call,
                const char *to,
                const char *subject,
                const char *what,
                cc_error *reterr)
{
  return send_mail(call,
                   to,
                   subject,
                   what,
                   "",
                   "If it was not you, set a new password with \"forgot password\" at once, and "
                   "inform the\n"
                   "administrators of your Campaign Center.",
                   reterr);
}
