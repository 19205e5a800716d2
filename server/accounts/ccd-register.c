/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-account.h"
#include "server/accounts/ccd-account-mail.h"
#include "server/accounts/ccd-account.h"
#include "server/accounts/ccd-accounts.h"
#include "server/accounts/ccd-password.h"

/* What happens before anybody is signed in: new accounts, and what mails prove. Each of these does
 * the same work for an address that is known and one that is not. */

#define VERIFY_MINUTES (2 * 24 * 60)
#define RESET_MINUTES 60

/* One of two mails, or none; @person 0 costs the same. */
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
  if (email == NULL)
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
  const ccd_arg args[] = {{"email", email}, {"password_hash", hash}, {0}};
  status = ccd_call_query(call, &ccd_q_account_register, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  bool may = ccd_mail_allowed(call, email);
  status = mail_registered(call,
                           email,
                           may ? ccd_rows_int64(rows, 0, "id") : 0,
                           ccd_rows_bool(rows, 0, "verified"),
                           reterr);
  return status == CC_OK ? ccd_account_accepted(call, reterr) : status;
}

typedef cc_status mail_token(ccd_call *call, const char *to, const char *token, cc_error *reterr);

/* A token by mail to the address of the body, if there is such a person and he may have one. */
static cc_status
send_token(ccd_call *call,
           const char *purpose,
           int minutes,
           bool unverified_only,
           mail_token *mail,
           cc_error *reterr)
{
  const cc_account_email *body = call->body;
  ccd_account account = {0};
  char *token = NULL;

  const char *email = ccd_email_key(call, body->email);
  if (email == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_account_by_email(call, email, &account, reterr);
  if (status != CC_OK)
    return status;
  bool may = ccd_mail_allowed(call, email) && !(unverified_only && account.verified);
  int64_t person = may ? account.id : 0;
  status = ccd_email_token_new(call, person, purpose, email, minutes, &token, reterr);
  if (status == CC_OK)
    status = mail(call, person == 0 ? "" : email, token, reterr);
  return status == CC_OK ? ccd_account_accepted(call, reterr) : status;
}

cc_status
ccd_resend_verification(ccd_call *call, cc_error *reterr)
{
  return send_token(call,
                    "verify",
                    VERIFY_MINUTES,
                    /* unverified_only= */ true,
                    ccd_mail_verify,
                    reterr);
}

cc_status
ccd_forgot_password(ccd_call *call, cc_error *reterr)
{
  return send_token(call,
                    "reset",
                    RESET_MINUTES,
                    /* unverified_only= */ false,
                    ccd_mail_reset,
                    reterr);
}

static cc_status
bad_token(cc_error *reterr)
{
  return cc_fail_field(reterr,
                       CC_ERR_INVALID,
                       "bad_token",
                       "/token",
                       "This link is not valid any more: it was used, is too old, or is not "
                       "whole.");
}

/* Use up a token. *@ret has one row: user_id, purpose, email. */
static cc_status
use_token(ccd_call *call, const char *token, bool reset, const ccd_rows **ret, cc_error *reterr)
{
  const char *hash = ccd_token_hash(call->arena, token);
  if (hash == NULL)
    return cc_fail_memory(reterr);
  const ccd_arg args[] = {{"token_hash", hash}, {"reset", reset ? "true" : "false"}, {0}};
  cc_status status = ccd_call_query(call, &ccd_q_email_token_use, args, ret, reterr);
  if (status == CC_OK && ccd_rows_n(*ret) == 0)
    return bad_token(reterr);
  return status;
}

cc_status
ccd_verify_email(ccd_call *call, cc_error *reterr)
{
  const cc_mail_token *body = call->body;
  const ccd_rows *token = NULL, *rows = NULL;

  cc_status status = use_token(call, body->token, /* reset= */ false, &token, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {
    {"person", ccd_rows_get(token, 0, "user_id")},
    {"email", ccd_rows_get(token, 0, "email")},
    {0},
  };
  bool change = strcmp(ccd_rows_get(token, 0, "purpose"), "change_email") == 0;
  const ccd_query *query = change ? &ccd_q_account_change_email : &ccd_q_account_verify;
  status = ccd_call_query(call, query, args, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    return bad_token(reterr);
  /* A token that went to the old address proves nothing about the new one. */
  if (status == CC_OK && change)
    status = ccd_call_query(call, &ccd_q_email_tokens_void, args, NULL, reterr);
  return status;
}

/* After the hash was made: the token is used up, the password set, every session ended. In this
 * order, so that a sign-in with the old password either fails or has its session ended. */
static cc_status
reset_password(ccd_call *call, const char *token, const char *hash, cc_error *reterr)
{
  const ccd_rows *used = NULL, *rows = NULL;

  cc_status status = use_token(call, token, /* reset= */ true, &used, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {
    {"person", ccd_rows_get(used, 0, "user_id")},
    {"password_hash", hash},
    {0},
  };
  status = ccd_call_query(call, &ccd_q_account_reset_password, args, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    return bad_token(reterr);
  if (status == CC_OK)
    status = ccd_sessions_end(call, ccd_rows_int64(used, 0, "user_id"), /* keep= */ 0, reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_email_tokens_void, args, NULL, reterr);
  return status;
}

cc_status
ccd_reset_password(ccd_call *call, cc_error *reterr)
{
  const cc_reset_password *body = call->body;
  const ccd_rows *rows = NULL;
  char *hash = NULL;

  const char *token_hash = ccd_token_hash(call->arena, body->token);
  if (token_hash == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_call_query(call,
                                    &ccd_q_email_token_find_reset,
                                    (const ccd_arg[]){{"token_hash", token_hash}, {0}},
                                    &rows,
                                    reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return bad_token(reterr);
  const char *email = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "email"));
  if (email == NULL)
    return cc_fail_memory(reterr);
  status = ccd_account_check_password(call,
                                      body->password,
                                      "/password",
                                      email,
                                      ccd_rows_get(rows, 0, "first_name"),
                                      ccd_rows_get(rows, 0, "last_name"));
  if (status == CC_OK)
    status = ccd_call_give_back(call, reterr);
  if (status == CC_OK)
    status = ccd_password_hash(call->arena, body->password, &hash, reterr);
  if (status == CC_OK)
    status = reset_password(call, body->token, hash, reterr);
  if (status != CC_OK)
    return status;
  return ccd_mail_notice(call,
                         email,
                         "Your password was changed",
                         "The password of your account at Campaign Center was set anew with a link "
                         "from a mail.\nAll its sessions were ended.",
                         reterr);
}
