/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-account.h"
#include "common/base/cc-utf8.h"
#include "server/accounts/ccd-account-mail.h"
#include "server/accounts/ccd-account.h"
#include "server/accounts/ccd-accounts.h"
#include "server/accounts/ccd-password.h"
#include "server/accounts/ccd-second-factor.h"
#include "server/engine/ccd-address-subject.h"
#include "server/engine/ccd-arg-text.h"

/* Handlers of sign-in and sign-out, and of the list of a person's sessions. */

#define COOKIE_SECONDS (12 * 60 * 60)
#define SESSIONS_MAX 100 /* of one person */

/* Browsers keep a __Host- cookie only when it came over TLS; without TLS the cookie has another
 * name. */
static const char *
session_cookie(ccd_call *call, const char *token, int seconds)
{
  bool tls = strncmp(ccd_call_config(call)->public_url, "https://", 8) == 0;
  return cc_arena_printf(call->arena,
                         "%s=%s; Path=/; HttpOnly;%s SameSite=Lax; Max-Age=%d",
                         tls ? "__Host-cc" : "cc",
                         token,
                         tls ? " Secure;" : "",
                         seconds);
}

static cc_status
wrong_credentials(cc_error *reterr)
{
  return cc_fail(reterr,
                 CC_ERR_UNAUTHENTICATED,
                 "wrong_credentials",
                 "The e-mail address or the password is wrong.");
}

/* Count a sign-in try: per account and client address, then per account over all addresses,
 * because an attacker may use thousands of addresses. The second limit alone would let anybody
 * lock an account, so it does not apply to client addresses from which the person has signed in
 * before. */
static cc_status
count_try(ccd_call *call, const char *email, cc_error *reterr)
{
  const char *subject = ccd_address_subject(call->address, call->arena);
  const char *here =
    subject == NULL ? NULL : cc_arena_printf(call->arena, "account|%s|%s", email, subject);
  const char *anywhere = cc_arena_printf(call->arena, "anywhere|%s", email);
  if (here == NULL || anywhere == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_call_limit(call, CCD_LIMIT_LOGIN, here, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_call_limit(call, CCD_LIMIT_LOGIN, anywhere, reterr);
  if (status != CC_ERR_RATE_LIMITED)
    return status;

  const ccd_rows *rows = NULL;
  cc_error failed = {0};
  const ccd_arg args[] = {{"email", email}, {0}};
  if (ccd_call_query(call, &ccd_q_account_signed_in_here, args, &rows, &failed) == CC_OK &&
      ccd_rows_bool(rows, 0, "here"))
    return CC_OK;
  return status;
}

/* Check the password and return its account. The function does the same work when the address
 * has no account. */
static cc_status
check_password(ccd_call *call, const cc_sign_in *body, ccd_account *ret, cc_error *reterr)
{
  bool right = false;
  const char *email = ccd_email_key(call, body->email);

  if (email == NULL)
    return cc_fail_memory(reterr);
  cc_status status = count_try(call, email, reterr);
  if (status == CC_OK)
    status = ccd_account_by_email(call, email, ret, reterr);
  if (status == CC_OK)
    status = ccd_call_give_back(call, reterr);
  if (status == CC_OK)
    status = ccd_password_verify(call->arena, body->password, ret->password_hash, &right, reterr);
  if (status != CC_OK)
    return status;
  if (!right)
    return wrong_credentials(reterr);
  if (!ret->verified)
    return cc_fail(reterr,
                   CC_ERR_FORBIDDEN,
                   "email_unverified",
                   "Confirm your e-mail address first, with the link in the mail that was sent to "
                   "it.");
  return CC_OK;
}

/* Record the sign-in; the statement account_signed_in makes the final decision on the current
 * row. @hash: the password hash to store; NULL: unchanged. */
static cc_status
mark_signed_in(ccd_call *call,
               const char *hash,
               const ccd_account *account,
               const char *step,
               cc_error *reterr)
{
  const ccd_rows *rows = NULL;

  const ccd_arg args[] = {
    {"person", ccd_text_int64(call->arena, account->id)},
    {"old_hash", account->password_hash},
    {"password_hash", hash != NULL ? hash : account->password_hash},
    {"step", step},
    {0},
  };
  cc_status status = ccd_call_query(call, &ccd_q_account_signed_in, args, &rows, reterr);
  if (status != CC_OK || ccd_rows_n(rows) == 1)
    return status;
  if (step == NULL)
    return wrong_credentials(reterr);
  return cc_fail(reterr,
                 CC_ERR_UNAUTHENTICATED,
                 "second_factor_wrong",
                 "This code was used already. Wait for the next one.");
}

static cc_status
begin_session(ccd_call *call,
              const cc_sign_in *body,
              int64_t person,
              cc_sign_in_reply *reply,
              cc_error *reterr)
{
  char *token = ccd_token_new(call->arena, "ccs_");
  char *hash = token == NULL ? NULL : ccd_token_hash(call->arena, token);
  const char *agent = call->user_agent;
  const ccd_rows *rows = NULL;

  if (hash == NULL)
    return cc_fail_memory(reterr);
  /* A header may contain any bytes, but the column stores text: leave out a value that is not
   * valid UTF-8 or too long. */
  if (agent != NULL && (cc_utf8_length(agent, strlen(agent)) < 0 || strlen(agent) > 300))
    agent = NULL;
  const ccd_arg args[] = {
    {"token_hash", hash},
    {"person", ccd_text_int64(call->arena, person)},
    {"kind", body->cookie ? "cookie" : "bearer"},
    {"user_agent", agent},
    {"most", ccd_text_int64(call->arena, SESSIONS_MAX)},
    {0},
  };
  cc_status status = ccd_call_query(call, &ccd_q_session_create, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_rows_bind(rows, 0, &cc_sign_in_reply_type, call->arena, reply, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_bool(rows, 0, "made_room"))
    ccd_call_revoke(call, CCD_REVOKED_USER, person);
  if (!body->cookie) {
    reply->token = token;
    return CC_OK;
  }
  call->set_cookie = session_cookie(call, token, COOKIE_SECONDS);
  return call->set_cookie != NULL ? CC_OK : cc_fail_memory(reterr);
}

cc_status
ccd_sign_in(ccd_call *call, cc_error *reterr)
{
  const cc_sign_in *body = call->body;
  ccd_account account = {0};
  const char *step = NULL;
  char *hash = NULL;

  cc_sign_in_reply *reply = cc_arena_alloc(call->arena, sizeof(*reply));
  if (reply == NULL)
    return cc_fail_memory(reterr);
  cc_status status = check_password(call, body, &account, reterr);
  /* A hash with outdated parameters is replaced now, while the password is known and no
   * connection is held. */
  if (status == CC_OK && ccd_password_needs_rehash(account.password_hash))
    status = ccd_password_hash(call->arena, body->password, &hash, reterr);
  if (status == CC_OK)
    status = ccd_factor_sign_in(call, &account, body->code, body->recovery_code, &step, reterr);
  if (status == CC_OK)
    status = mark_signed_in(call, hash, &account, step, reterr);
  if (status == CC_OK && account.factor_ended)
    status = ccd_factor_clear(call, &account, reterr);
  /* Memberships are visible only to the member, so the transaction must first act for this
   * person. */
  if (status == CC_OK)
    status = ccd_call_switch(call, /* organization_id= */ 0, account.id, reterr);
  if (status == CC_OK)
    status = begin_session(call, body, account.id, reply, reterr);
  if (status == CC_OK)
    call->reply = reply;
  return status;
}

/* Remove the cookie from the browser after the person has ended the session that made the
 * request. */
static cc_status
drop_cookie(ccd_call *call, cc_error *reterr)
{
  if (!call->actor->by_cookie)
    return CC_OK;
  call->set_cookie = session_cookie(call, "", /* seconds= */ 0);
  return call->set_cookie != NULL ? CC_OK : cc_fail_memory(reterr);
}

cc_status
ccd_revoke_sessions(ccd_call *call, cc_error *reterr)
{
  const cc_session_end_query *query = call->query;
  int64_t keep = query->keep_current ? call->actor->session_id : 0;

  cc_status status = ccd_sessions_end(call, call->actor->user_id, keep, reterr);
  return status == CC_OK && keep == 0 ? drop_cookie(call, reterr) : status;
}

cc_status
ccd_sign_out(ccd_call *call, cc_error *reterr)
{
  const ccd_arg args[] = {
    {"target", ccd_text_int64(call->arena, call->actor->session_id)},
    {"person", ccd_text_int64(call->arena, call->actor->user_id)},
    {0},
  };
  cc_status status = ccd_call_query(call, &ccd_q_session_revoke, args, NULL, reterr);
  if (status != CC_OK)
    return status;
  ccd_call_revoke(call, CCD_REVOKED_SESSION, call->actor->session_id);
  return drop_cookie(call, reterr);
}

cc_status
ccd_revoke_session(ccd_call *call, cc_error *reterr)
{
  const cc_session_ref *params = call->params;
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {
    {"target", ccd_text_int64(call->arena, params->session_id)},
    {"person", ccd_text_int64(call->arena, call->actor->user_id)},
    {0},
  };

  cc_status status = ccd_call_query(call, &ccd_q_session_revoke, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return cc_fail(reterr, CC_ERR_NOT_FOUND, "not_found", "You have no session with this id.");
  ccd_call_revoke(call, CCD_REVOKED_SESSION, params->session_id);
  return CC_OK;
}
