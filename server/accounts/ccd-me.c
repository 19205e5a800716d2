/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-account.h"
#include "server/accounts/ccd-account-mail.h"
#include "server/accounts/ccd-account.h"
#include "server/accounts/ccd-accounts.h"
#include "server/accounts/ccd-password.h"
#include "server/accounts/ccd-second-factor.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-budget.h"

/* Handlers that change the signed-in person's own account and need more than one statement. */

#define CHANGE_EMAIL_MINUTES (24 * 60)
#define CHANGES_MAX                                                                                \
  20 /* maximal number of new addresses per person and day to which mails are sent */

static cc_status
set_password(ccd_call *call, const ccd_account *account, const char *hash, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {
    {"person", ccd_text_int64(call->arena, account->id)},
    {"old_hash", account->password_hash},
    {"password_hash", hash},
    {0},
  };

  cc_status status = ccd_call_query(call, &ccd_q_account_set_password, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "changed_meanwhile",
                   "The password was changed by another request. Try again with the current "
                   "password.");
  status = ccd_sessions_end(call, account->id, call->actor->session_id, reterr);
  if (status == CC_OK)
    status = ccd_email_tokens_void(call, account->id, /* all= */ false, reterr);
  return status;
}

cc_status
ccd_change_password(ccd_call *call, cc_error *reterr)
{
  const cc_change_password *body = call->body;
  ccd_account account = {0};
  char *hash = NULL;

  cc_status status = ccd_account_me(call, &account, reterr);
  if (status == CC_OK)
    status = ccd_account_check_password(call,
                                        body->new_password,
                                        "/new_password",
                                        account.email,
                                        account.first_name,
                                        account.last_name);
  if (status == CC_OK)
    status = ccd_account_prove(call, &account, body->current_password, "/current_password", reterr);
  if (status == CC_OK)
    status = ccd_password_hash(call->arena, body->new_password, &hash, reterr);
  if (status == CC_OK)
    status = ccd_factor_prove(call, &account, body->code, body->recovery_code, reterr);
  if (status == CC_OK)
    status = set_password(call, &account, hash, reterr);
  if (status != CC_OK)
    return status;
  return ccd_mail_notice(call,
                         account.email,
                         "Your password was changed",
                         "The password of your account at Campaign Center was changed.\nAll other "
                         "sessions were ended.",
                         reterr);
}

/* Mail the new address: a token, or a notice when the address already belongs to a verified
 * account. The reply does not reveal which one was sent. */
static cc_status
mail_new_address(ccd_call *call, const ccd_account *account, const char *email, cc_error *reterr)
{
  ccd_account other = {0};
  char *token = NULL;

  cc_status status = ccd_account_by_email(call, email, &other, reterr);
  if (status == CC_OK)
    status = ccd_email_token_new(call,
                                 other.verified ? 0 : account->id,
                                 "change_email",
                                 email,
                                 CHANGE_EMAIL_MINUTES,
                                 &token,
                                 reterr);
  bool may = false;
  if (status == CC_OK)
    status = ccd_mail_allowed(call, email, &may, reterr);
  if (status != CC_OK)
    return status;
  const char *to = may ? email : "";
  return other.verified ? ccd_mail_known(call, to, reterr)
                        : ccd_mail_new_address(call, to, token, reterr);
}

cc_status
ccd_change_email(ccd_call *call, cc_error *reterr)
{
  const cc_change_email *body = call->body;
  ccd_account account = {0};

  const char *email = ccd_email_key(call, body->email);
  if (email == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_account_me(call, &account, reterr);
  if (status == CC_OK)
    status = ccd_account_prove(call, &account, body->password, "/password", reterr);
  if (status == CC_OK)
    status = ccd_factor_prove(call, &account, body->code, body->recovery_code, reterr);
  if (status != CC_OK)
    return status;
  if (strcmp(email, account.email) == 0)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "same_email",
                         "/email",
                         "The account already has this e-mail address.");
  status = ccd_budget_take(call,
                           cc_arena_printf(call->arena, "addresses|person|%" PRId64, account.id),
                           CHANGES_MAX,
                           reterr);
  if (status == CC_OK)
    status = mail_new_address(call, &account, email, reterr);
  if (status == CC_OK)
    status =
      ccd_mail_notice(call,
                      account.email,
                      "Your e-mail address is about to change",
                      "A new e-mail address was requested for your account at Campaign Center by a "
                      "person who is\n"
                      "signed in. The address changes when the new one is confirmed.",
                      reterr);
  return status == CC_OK ? ccd_account_accepted(call, reterr) : status;
}
