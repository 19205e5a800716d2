/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-account.h"
#include "server/accounts/ccd-account-mail.h"
#include "server/accounts/ccd-account.h"
#include "server/accounts/ccd-accounts.h"
#include "server/accounts/ccd-password.h"
#include "server/engine/ccd-address-subject.h"
#include "server/engine/ccd-arg-text.h"

/* The effects of links in mails. Using a link proves access to the mailbox. Settings that
 * somebody made before that proof are reset, unless the link was sent for exactly these
 * settings. */

#define UNDO_MINUTES (7 * 24 * 60)
#define FACTOR_MINUTES (3 * 24 * 60)

/* A valid link. Texts live as long as the call. */
typedef struct mailed {
  ccd_account account; /* only the fields that this file uses */
  const char *person;  /* the account's id as text */
  const char *purpose;
  const char *email; /* the address to which the mail was sent */
  const char *registered_hash;
  const char *made; /* time when the link was made, as text */
  int64_t session_id;
  bool
    unclear; /* the link alone does not show who chose the stored password: see email_token_find */
} mailed;

static cc_status
bad_token(cc_error *reterr)
{
  return cc_fail_field(reterr,
                       CC_ERR_INVALID,
                       "bad_token",
                       "/token",
                       "The token is not valid: the link was used, has expired, was replaced by "
                       "a newer one, or is incomplete.");
}

static cc_status
read_mailed(ccd_call *call, const ccd_rows *rows, mailed *ret, cc_error *reterr)
{
  *ret = (mailed){.account.id = ccd_rows_int64(rows, 0, "user_id"),
                  .session_id = ccd_rows_int64(rows, 0, "session_id"),
                  .unclear = ccd_rows_bool(rows, 0, "unclear")};

  const struct {
    const char *column, **place;
  } texts[] = {
    {"user_id", &ret->person},
    {"purpose", &ret->purpose},
    {"email", &ret->email},
    {"registered_hash", &ret->registered_hash},
    {"created_at", &ret->made},
    {"first_name", &ret->account.first_name},
    {"last_name", &ret->account.last_name},
    {"password_hash", &ret->account.password_hash},
  };

  for (size_t i = 0; i < CC_N(texts); i++) {
    const char *text = ccd_rows_get(rows, 0, texts[i].column);
    *texts[i].place = text == NULL ? NULL : cc_arena_strdup(call->arena, text);
    if (text != NULL && *texts[i].place == NULL)
      return cc_fail_memory(reterr);
  }
  return CC_OK;
}

/* Find the valid link of a token for one of @purposes (a PostgreSQL array), without marking it
 * as used. */
static cc_status
find_token(ccd_call *call, const char *token, const char *purposes, mailed *ret, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const char *hash = ccd_token_hash(call->arena, token);
  const char *network = ccd_address_subject(call->address, call->arena);

  if (hash == NULL || network == NULL)
    return cc_fail_memory(reterr);
  const ccd_arg args[] = {
    {"token_hash", hash},
    {"purposes", purposes},
    {"network", network},
    {0},
  };
  cc_status status = ccd_call_query(call, &ccd_q_email_token_find, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  return ccd_rows_n(rows) == 0 ? bad_token(reterr) : read_mailed(call, rows, ret, reterr);
}

static cc_status
use_token(ccd_call *call, const char *token, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const char *hash = ccd_token_hash(call->arena, token);

  if (hash == NULL)
    return cc_fail_memory(reterr);
  const ccd_arg args[] = {{"token_hash", hash}, {0}};
  cc_status status = ccd_call_query(call, &ccd_q_email_token_use, args, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    return bad_token(reterr);
  return status;
}

/* Hash a new password for the account of a link. The database connection is given back while the
 * hash is computed. */
static cc_status
hash_password(ccd_call *call,
              const mailed *link,
              const char *password,
              char **ret,
              cc_error *reterr)
{
  cc_status status = ccd_account_check_password(call,
                                                password,
                                                "/password",
                                                link->email,
                                                link->account.first_name,
                                                link->account.last_name);
  if (status == CC_OK)
    status = ccd_call_give_back(call, reterr);
  return status == CC_OK ? ccd_password_hash(call->arena, password, ret, reterr) : status;
}

/* After hashing: mark the token as used, set the password, end every session. In this order a
 * concurrent sign-in with the old password either fails or has its session ended. */
static cc_status
set_password(ccd_call *call,
             const mailed *link,
             const char *token,
             const char *password,
             cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  char *hash = NULL;

  cc_status status = hash_password(call, link, password, &hash, reterr);
  if (status == CC_OK)
    status = use_token(call, token, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {{"person", link->person}, {"password_hash", hash}, {0}};
  status = ccd_call_query(call, &ccd_q_account_reset_password, args, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    return bad_token(reterr);
  if (status == CC_OK)
    status = ccd_sessions_end(call, link->account.id, /* keep= */ 0, reterr);
  if (status == CC_OK)
    status = ccd_email_tokens_void(call, link->account.id, /* all= */ false, reterr);
  return status;
}

/* The person proved the new address: change it, and send the old address a mail with a link that
 * undoes the change. */
static cc_status
change_email(ccd_call *call, const mailed *link, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  char *token = NULL;
  const ccd_arg args[] = {{"person", link->person}, {"email", link->email}, {0}};

  cc_status status = ccd_call_query(call, &ccd_q_account_clear, args, NULL, reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_account_change_email, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return bad_token(reterr);
  const char *old = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "email"));
  if (old == NULL)
    return cc_fail_memory(reterr);
  status = ccd_sessions_end(call, link->account.id, link->session_id, reterr);
  /* A link that was sent to the old address proves nothing about the new address, so unused
   * links are invalidated. */
  if (status == CC_OK)
    status = ccd_email_tokens_void(call, link->account.id, /* all= */ false, reterr);
  if (status == CC_OK)
    status =
      ccd_email_token_new(call, link->account.id, "undo_email", old, UNDO_MINUTES, &token, reterr);
  return status == CC_OK ? ccd_mail_changed_address(call, old, token, reterr) : status;
}

static cc_status
confirm_registration(ccd_call *call, const mailed *link, const char *token, cc_error *reterr)
{
  const ccd_rows *rows = NULL;

  if (link->unclear)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "password_needed",
                         "/password",
                         "This address was registered from several networks. Also send the "
                         "password that the account should have.");
  cc_status status = use_token(call, token, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {
    {"person", link->person},
    {"email", link->email},
    {"password_hash", link->registered_hash},
    {0},
  };
  status = ccd_call_query(call, &ccd_q_account_verify, args, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    return bad_token(reterr);
  return status;
}

cc_status
ccd_verify_email(ccd_call *call, cc_error *reterr)
{
  const cc_verify_email *body = call->body;
  mailed link = {0};

  cc_status status = find_token(call, body->token, "{verify,change_email}", &link, reterr);
  if (status != CC_OK)
    return status;
  if (link.purpose != NULL && strcmp(link.purpose, "change_email") == 0) {
    status = use_token(call, body->token, reterr);
    return status == CC_OK ? change_email(call, &link, reterr) : status;
  }
  return body->password != NULL ? set_password(call, &link, body->token, body->password, reterr)
                                : confirm_registration(call, &link, body->token, reterr);
}

cc_status
ccd_reset_password(ccd_call *call, cc_error *reterr)
{
  const cc_reset_password *body = call->body;
  mailed link = {0};

  cc_status status = find_token(call, body->token, "{reset}", &link, reterr);
  if (status == CC_OK)
    status = set_password(call, &link, body->token, body->password, reterr);
  if (status != CC_OK)
    return status;
  return ccd_mail_notice(call,
                         link.email,
                         "Your password was changed",
                         "The password of your account at Campaign Center was changed with a "
                         "link from a mail.\n"
                         "All sessions of the account were ended.",
                         reterr);
}

/* Give the account back to the old address, with a new password. */
static cc_status
return_address(ccd_call *call, const mailed *link, const char *hash, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {
    {"person", link->person},
    {"email", link->email},
    {"password_hash", hash},
    {"changed_at", link->made},
    {0},
  };

  cc_status status = ccd_call_query(call, &ccd_q_account_clear, args, NULL, reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_account_undo_email, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return bad_token(reterr);
  const char *other = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "email"));
  if (other == NULL)
    return cc_fail_memory(reterr);
  if (ccd_rows_bool(rows, 0, "theirs"))
    status = ccd_call_query(call, &ccd_q_recovery_codes_drop, args, NULL, reterr);
  if (status == CC_OK)
    status = ccd_sessions_end(call, link->account.id, /* keep= */ 0, reterr);
  if (status == CC_OK)
    status = ccd_email_tokens_void(call, link->account.id, /* all= */ true, reterr);
  if (status != CC_OK)
    return status;
  return ccd_mail_notice(call,
                         other,
                         "Your e-mail address is not used any more",
                         "The e-mail address of an account at Campaign Center was changed back "
                         "to the previous one.\n"
                         "You can no longer sign in with this address.",
                         reterr);
}

cc_status
ccd_undo_email_change(ccd_call *call, cc_error *reterr)
{
  const cc_reset_password *body = call->body;
  mailed link = {0};
  char *hash = NULL;

  cc_status status = find_token(call, body->token, "{undo_email}", &link, reterr);
  if (status == CC_OK)
    status = hash_password(call, &link, body->password, &hash, reterr);
  if (status == CC_OK)
    status = use_token(call, body->token, reterr);
  return status == CC_OK ? return_address(call, &link, hash, reterr) : status;
}

cc_status
ccd_end_second_factor(ccd_call *call, cc_error *reterr)
{
  const cc_end_second_factor *body = call->body;
  const ccd_rows *rows = NULL;
  mailed link = {0};

  cc_status status = find_token(call, body->token, "{second_factor}", &link, reterr);
  if (status == CC_OK)
    status = ccd_account_prove(call, &link.account, body->password, "/password", reterr);
  if (status == CC_OK)
    status = use_token(call, body->token, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {
    {"person", link.person},
    {"minutes", ccd_text_int64(call->arena, FACTOR_MINUTES)},
    {0},
  };
  status = ccd_call_query(call, &ccd_q_second_factor_end, args, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    return bad_token(reterr);
  cc_second_factor_end *reply = cc_arena_alloc(call->arena, sizeof(*reply));
  if (status == CC_OK && reply == NULL)
    return cc_fail_memory(reterr);
  if (status == CC_OK)
    status = ccd_rows_bind(rows, 0, &cc_second_factor_end_type, call->arena, reply, reterr);
  if (status != CC_OK)
    return status;
  call->reply = reply;
  return ccd_mail_notice(
    call,
    link.email,
    "Your second factor ends in three days",
    "The second factor of your account at Campaign Center was reported as lost. In "
    "three days it is\n"
    "removed, and signing in requires only the password. It is kept if the second "
    "factor or a recovery\n"
    "code is used before then.",
    reterr);
}
