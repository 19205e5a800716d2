/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accounts/ccd-account.h"

#include "ccd-queries.h"
#include "common/api/cc-account.h"
#include "common/base/cc-utf8.h"
#include "server/accounts/ccd-accounts.h"
#include "server/accounts/ccd-password.h"
#include "server/engine/ccd-arg-text.h"

#include <inttypes.h>
#include <string.h>

/* Shared by several handlers: finding an account and checking proofs of identity. */

const char *
ccd_email_key(ccd_call *call, const char *email)
{
  return cc_utf8_fold(call->arena, email, strlen(email));
}

/* The texts are copied, because the rows are freed when the connection is given back before a
 * password is hashed. */
static cc_status
read_account(ccd_call *call, const ccd_rows *rows, ccd_account *ret, cc_error *reterr)
{
  *ret = (ccd_account){.id = ccd_rows_int64(rows, 0, "id"),
                       .verified = ccd_rows_bool(rows, 0, "verified"),
                       .second_factor = ccd_rows_bool(rows, 0, "second_factor"),
                       .factor_ended = ccd_rows_bool(rows, 0, "factor_ended")};

  const struct {
    const char *column, **place;
  } texts[] = {
    {"email", &ret->email},
    {"password_hash", &ret->password_hash},
    {"first_name", &ret->first_name},
    {"last_name", &ret->last_name},
    {"totp_secret", &ret->totp_secret},
  };

  for (size_t i = 0; i < CC_N(texts); i++) {
    const char *text = ccd_rows_get(rows, 0, texts[i].column);
    *texts[i].place = text == NULL ? NULL : cc_arena_strdup(call->arena, text);
    if (text != NULL && *texts[i].place == NULL)
      return cc_fail_memory(reterr);
  }
  return CC_OK;
}

cc_status
ccd_account_by_email(ccd_call *call, const char *key, ccd_account *ret, cc_error *reterr)
{
  const ccd_rows *rows = NULL;

  cc_status status = ccd_call_query(call,
                                    &ccd_q_account_by_email,
                                    (const ccd_arg[]){{"email", key}, {0}},
                                    &rows,
                                    reterr);
  return status == CC_OK ? read_account(call, rows, ret, reterr) : status;
}

cc_status
ccd_account_me(ccd_call *call, ccd_account *ret, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {{"person", ccd_text_int64(call->arena, call->actor->user_id)}, {0}};

  cc_status status = ccd_call_query(call, &ccd_q_account_by_id, args, &rows, reterr);
  if (status == CC_OK)
    status = read_account(call, rows, ret, reterr);
  if (status != CC_OK)
    return status;
  if (ret->id == 0)
    return cc_fail(reterr, CC_ERR_UNAUTHENTICATED, "no_account", "This account no longer exists.");
  return CC_OK;
}

cc_status
ccd_account_prove(ccd_call *call,
                  const ccd_account *account,
                  const char *password,
                  const char *pointer,
                  cc_error *reterr)
{
  bool right = false;
  const char *key = cc_arena_printf(call->arena, "password|%" PRId64, account->id);
  if (key == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_call_limit(call, CCD_LIMIT_LOGIN, key, reterr);
  if (status == CC_OK)
    status = ccd_call_give_back(call, reterr);
  if (status == CC_OK)
    status = ccd_password_verify(call->arena, password, account->password_hash, &right, reterr);
  if (status != CC_OK || right)
    return status;
  return cc_fail_field(reterr, CC_ERR_INVALID, "wrong_password", pointer, "The password is wrong.");
}

cc_status
ccd_account_check_password(ccd_call *call,
                           const char *password,
                           const char *pointer,
                           const char *email,
                           const char *first_name,
                           const char *last_name)
{
  size_t local = strcspn(email, "@");
  const char *domain = email[local] == '@' ? email + local + 1 : "";
  const char *words[] = {email,
                         cc_arena_strndup(call->arena, email, local),
                         domain,
                         cc_arena_strndup(call->arena, domain, strcspn(domain, ".")),
                         first_name,
                         last_name,
                         cc_arena_printf(call->arena, "%s%s", first_name, last_name),
                         cc_arena_printf(call->arena, "%s %s", first_name, last_name),
                         NULL};
  return ccd_password_check(password, pointer, words, &call->errors);
}

cc_status
ccd_account_accepted(ccd_call *call, cc_error *reterr)
{
  cc_accepted *reply = cc_arena_alloc(call->arena, sizeof(*reply));
  if (reply == NULL)
    return cc_fail_memory(reterr);
  reply->message =
    cc_arena_strdup(call->arena, "If the address can be used, a mail is on its way.");
  if (reply->message == NULL)
    return cc_fail_memory(reterr);
  call->reply = reply;
  return CC_OK;
}

cc_status
ccd_email_token_new(ccd_call *call,
                    int64_t person,
                    const char *purpose,
                    const char *email,
                    int minutes,
                    char **ret,
                    cc_error *reterr)
{
  char *token = ccd_token_new(call->arena, "ccm_");
  char *hash = token == NULL ? NULL : ccd_token_hash(call->arena, token);
  if (hash == NULL)
    return cc_fail_memory(reterr);
  const ccd_arg args[] = {
    {"token_hash", hash},
    {"person", person == 0 ? NULL : ccd_text_int64(call->arena, person)},
    {"purpose", purpose},
    {"email", email},
    {"minutes", ccd_text_int64(call->arena, minutes)},
    {0},
  };
  cc_status status = ccd_call_query(call, &ccd_q_email_token_create, args, NULL, reterr);
  if (status == CC_OK)
    *ret = token;
  return status;
}

cc_status
ccd_email_tokens_void(ccd_call *call, int64_t person, bool all, cc_error *reterr)
{
  const ccd_arg args[] = {
    {"person", ccd_text_int64(call->arena, person)},
    {"all", all ? "true" : "false"},
    {0},
  };
  return ccd_call_query(call, &ccd_q_email_tokens_void, args, NULL, reterr);
}

cc_status
ccd_sessions_end(ccd_call *call, int64_t person, int64_t keep, cc_error *reterr)
{
  const ccd_arg args[] = {
    {"person", ccd_text_int64(call->arena, person)},
    {"keep", keep == 0 ? NULL : ccd_text_int64(call->arena, keep)},
    {0},
  };
  cc_status status = ccd_call_query(call, &ccd_q_sessions_revoke_all, args, NULL, reterr);
  if (status == CC_OK)
    ccd_call_revoke(call, CCD_REVOKED_USER, person);
  return status;
}
