/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-account.h"
#include "server/accounts/ccd-account-mail.h"
#include "server/accounts/ccd-account.h"
#include "server/accounts/ccd-accounts.h"
#include "server/accounts/ccd-password.h"
#include "server/engine/ccd-address-subject.h"

/* Operations without a credential: new accounts, and requests for mails with links. Each does
 * the same work for a known and an unknown address. The effects of the links are in
 * ccd-mailed.c. */

#define VERIFY_MINUTES (2 * 24 * 60)
#define RESET_MINUTES 60

/* Send the mail for a new account or the mail for a known account. @person 0: no mail is sent,
 * in the same time. */
static cc_status
mail_registered(ccd_call *call, const char *email, int64_t person, bool verified, cc_error *reterr)
{
  char *token = NULL;
  cc_status status = ccd_email_token_new(call,
                                         verified ? 0 : person,
                                         "verify",
                                         email,
                                         VERIFY_MINUTES,
                                         &token,
                                         reterr);

  if (status != CC_OK)
    return status;
  const char *to = person == 0 ? "" : email;
  return verified ? ccd_mail_known(call, to, reterr) : ccd_mail_verify(call, to, token, reterr);
}

cc_status
ccd_register(ccd_call *call, cc_error *reterr)
{
  const cc_register *body = call->body;
  char *hash = NULL;
  const ccd_rows *rows = NULL;

  const char *email = ccd_email_key(call, body->email);
  const char *network = ccd_address_subject(call->address, call->arena);
  if (email == NULL || network == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_account_check_password(call,
                                                body->password,
                                                "/password",
                                                email,
                                                body->first_name,
                                                body->last_name);
  if (status == CC_OK)
    status = ccd_password_hash(call->arena, body->password, &hash, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {{"email", email}, {"password_hash", hash}, {"network", network}, {0}};
  status = ccd_call_query(call, &ccd_q_account_register, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  const int64_t person = ccd_rows_int64(rows, 0, "id");
  const bool verified = ccd_rows_bool(rows, 0, "verified");
  bool may = false;
  status = ccd_mail_allowed(call, email, &may, reterr);
  if (status != CC_OK)
    return status;
  status = mail_registered(call, email, may ? person : 0, verified, reterr);
  return status == CC_OK ? ccd_account_accepted(call, reterr) : status;
}

typedef cc_status mail_token(ccd_call *call, const char *to, const char *token, cc_error *reterr);

/* Condition on an account: may it get the mail that was requested? */
typedef bool mail_wanted(const ccd_account *account);

static bool
is_unverified(const ccd_account *account)
{
  return !account->verified;
}

static bool
is_any(const ccd_account *account)
{
  return true;
}

static bool
has_second_factor(const ccd_account *account)
{
  return account->second_factor;
}

/* Mail a token to the address in the body, if its account may have one. */
static cc_status
send_token(ccd_call *call,
           const char *purpose,
           int minutes,
           mail_wanted *wanted,
           mail_token *mail,
           cc_error *reterr)
{
  const cc_account_email *body = call->body;
  ccd_account account = {0};
  char *token = NULL;

  const char *email = ccd_email_key(call, body->email);
  if (email == NULL)
    return cc_fail_memory(reterr);
  bool may = false;
  cc_status status = ccd_account_by_email(call, email, &account, reterr);
  if (status == CC_OK)
    status = ccd_mail_allowed(call, email, &may, reterr);
  if (status != CC_OK)
    return status;
  int64_t person = may && wanted(&account) ? account.id : 0;
  status = ccd_email_token_new(call, person, purpose, email, minutes, &token, reterr);
  if (status == CC_OK)
    status = mail(call, person == 0 ? "" : email, token, reterr);
  return status == CC_OK ? ccd_account_accepted(call, reterr) : status;
}

cc_status
ccd_resend_verification(ccd_call *call, cc_error *reterr)
{
  return send_token(call, "verify", VERIFY_MINUTES, is_unverified, ccd_mail_verify, reterr);
}

cc_status
ccd_forgot_password(ccd_call *call, cc_error *reterr)
{
  return send_token(call, "reset", RESET_MINUTES, is_any, ccd_mail_reset, reterr);
}

cc_status
ccd_lose_second_factor(ccd_call *call, cc_error *reterr)
{
  return send_token(call,
                    "second_factor",
                    RESET_MINUTES,
                    has_second_factor,
                    ccd_mail_lost_factor,
                    reterr);
}
