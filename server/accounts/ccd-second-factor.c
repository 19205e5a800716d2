/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accounts/ccd-second-factor.h"

#include <inttypes.h>
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-account.h"
#include "server/accounts/ccd-account-mail.h"
#include "server/accounts/ccd-account.h"
#include "server/accounts/ccd-accounts.h"
#include "server/accounts/ccd-totp.h"
#include "server/engine/ccd-arg-text.h"

/* The second factor: one-time codes of an authenticator application, and recovery codes. */

#define RECOVERY_CODES 10

static const char *
secret_place(ccd_call *call, int64_t person)
{
  return cc_arena_printf(call->arena, "users|%" PRId64 "|totp_secret", person);
}

/* Six digits can be guessed in a million tries, so tries are counted per person over all
 * clients. */
static cc_status
count_try(ccd_call *call, int64_t person, cc_error *reterr)
{
  const char *key = cc_arena_printf(call->arena, "totp|%" PRId64, person);
  return key == NULL ? cc_fail_memory(reterr) : ccd_call_limit(call, CCD_LIMIT_LOGIN, key, reterr);
}

/* Find the time step to which a one-time code belongs. Returns the step as text for a query. */
static cc_status
match_code(ccd_call *call,
           const ccd_account *account,
           const char *code,
           const char **ret_step,
           cc_error *reterr)
{
  char *secret = NULL;
  size_t n = 0;
  int64_t step = 0;

  const char *place = secret_place(call, account->id);
  if (place == NULL)
    return cc_fail_memory(reterr);
  if (!ccd_unseal(call->arena, ccd_call_keys(call), place, account->totp_secret, &secret, &n))
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "unseal",
                   "The secret of person %" PRId64 " does not open with this SECRET_KEY",
                   account->id);
  if (ccd_totp_match((const uint8_t *) secret, n, code, cc_time_now(), &step)) {
    *ret_step = ccd_text_int64(call->arena, step);
    if (*ret_step == NULL)
      return cc_fail_memory(reterr);
  }
  return CC_OK;
}

/* Mark a recovery code as used. @ret_used: the code existed and was unused before. */
static cc_status
use_recovery_code(ccd_call *call,
                  const ccd_account *account,
                  const char *typed,
                  bool *ret_used,
                  int64_t *ret_left,
                  cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  char *plain = ccd_recovery_code_plain(call->arena, typed);
  char *hash = plain == NULL ? NULL : ccd_token_hash(call->arena, plain);

  if (hash == NULL)
    return cc_fail_memory(reterr);
  const ccd_arg args[] = {
    {"person", ccd_text_int64(call->arena, account->id)},
    {"code_hash", hash},
    {0},
  };
  cc_status status = ccd_call_query(call, &ccd_q_recovery_code_use, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  *ret_used = ccd_rows_n(rows) == 1;
  *ret_left = ccd_rows_int64(rows, 0, "rest");
  return CC_OK;
}

static cc_status
refuse_factor(cc_status refused,
              const char *code,
              const char *pointer,
              const char *why,
              cc_error *reterr)
{
  if (refused == CC_ERR_INVALID)
    return cc_fail_field(reterr, refused, code, pointer, "%s", why);
  return cc_fail(reterr, refused, code, "%s", why);
}

/* The proof that a person sent: a one-time code or a recovery code. */
typedef struct ccd_factor {
  const char *step;   /* step of a one-time code, as text; NULL: a recovery code was used */
  int64_t codes_left; /* number of recovery codes left after one was used */
} ccd_factor;

/* Check a one-time code or a recovery code. @refused: CC_ERR_UNAUTHENTICATED at sign-in,
 * CC_ERR_INVALID elsewhere. The caller must mark the step as used. */
static cc_status
factor_check(ccd_call *call,
             const ccd_account *account,
             const char *code,
             const char *recovery_code,
             cc_status refused,
             ccd_factor *ret,
             cc_error *reterr)
{
  bool used = false;

  if (code == NULL && recovery_code == NULL)
    return refuse_factor(refused,
                         "second_factor_required",
                         "/code",
                         "Also send a code of the authenticator application (code) or a recovery "
                         "code (recovery_code).",
                         reterr);
  cc_status status = count_try(call, account->id, reterr);
  if (status == CC_OK && code != NULL)
    status = match_code(call, account, code, &ret->step, reterr);
  else if (status == CC_OK)
    status = use_recovery_code(call, account, recovery_code, &used, &ret->codes_left, reterr);
  if (status != CC_OK || used || ret->step != NULL)
    return status;
  return refuse_factor(refused,
                       "second_factor_wrong",
                       code != NULL ? "/code" : "/recovery_code",
                       "The code is wrong, or was used already.",
                       reterr);
}

cc_status
ccd_start_totp(ccd_call *call, cc_error *reterr)
{
  const cc_password_proof *body = call->body;
  ccd_account account = {0};
  uint8_t secret[CCD_TOTP_SECRET_BYTES];
  const ccd_rows *rows = NULL;

  cc_status status = ccd_account_me(call, &account, reterr);
  if (status == CC_OK)
    status = ccd_account_prove(call, &account, body->password, "/password", reterr);
  if (status != CC_OK)
    return status;
  ccd_random(secret, sizeof(secret));
  const char *place = secret_place(call, account.id);
  cc_totp_start *reply = cc_arena_alloc(call->arena, sizeof(*reply));
  if (place == NULL || reply == NULL)
    return cc_fail_memory(reterr);
  char *sealed = ccd_seal(call->arena, ccd_call_keys(call), place, secret, sizeof(secret));
  reply->secret = ccd_base32(call->arena, secret, sizeof(secret));
  explicit_bzero(secret, sizeof(secret));
  reply->uri =
    reply->secret == NULL ? NULL : ccd_totp_uri(call->arena, reply->secret, account.email);
  if (sealed == NULL || reply->uri == NULL)
    return cc_fail_memory(reterr);
  const ccd_arg args[] = {
    {"person", ccd_text_int64(call->arena, account.id)},
    {"secret", sealed},
    {0},
  };
  status = ccd_call_query(call, &ccd_q_totp_start, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "already_set_up",
                   "The account has a second factor already. Remove it first.");
  call->reply = reply;
  return CC_OK;
}

/* JSON array of the codes' hashes, for recovery_codes_add. */
static const char *
hash_codes(ccd_call *call, const cc_strings *codes)
{
  const char *list = "[";

  for (size_t i = 0; i < codes->n && list != NULL; i++) {
    char *plain = ccd_recovery_code_plain(call->arena, codes->items[i]);
    uint8_t hash[CCD_HASH_BYTES];
    if (plain == NULL)
      return NULL;
    ccd_sha256(plain, strlen(plain), hash);
    char *hex = ccd_hex(call->arena, hash, sizeof(hash));
    list =
      hex == NULL ? NULL : cc_arena_printf(call->arena, "%s%s\"%s\"", list, i == 0 ? "" : ",", hex);
  }
  return list == NULL ? NULL : cc_arena_printf(call->arena, "%s]", list);
}

/* Replace the recovery codes by ten new ones, which become the reply. */
static cc_status
renew_codes(ccd_call *call, const char *person, cc_error *reterr)
{
  cc_recovery_codes *reply = cc_arena_alloc(call->arena, sizeof(*reply));
  if (reply == NULL)
    return cc_fail_memory(reterr);
  cc_strings *codes = &reply->recovery_codes;
  codes->items = cc_arena_alloc(call->arena, RECOVERY_CODES * sizeof(*codes->items));
  if (codes->items == NULL)
    return cc_fail_memory(reterr);
  for (; codes->n < RECOVERY_CODES; codes->n++) {
    codes->items[codes->n] = ccd_recovery_code_new(call->arena);
    if (codes->items[codes->n] == NULL)
      return cc_fail_memory(reterr);
  }
  const ccd_arg args[] = {{"person", person}, {"hashes", hash_codes(call, codes)}, {0}};
  if (args[1].text == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_call_query(call, &ccd_q_recovery_codes_drop, args, NULL, reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_recovery_codes_add, args, NULL, reterr);
  if (status == CC_OK)
    call->reply = reply;
  return status;
}

static cc_status
not_set_up(cc_error *reterr)
{
  return cc_fail(reterr, CC_ERR_CONFLICT, "not_set_up", "The account has no second factor.");
}

/* Mark the step as used, in a separate statement that does not change the row's version;
 * confirming does. */
static cc_status
mark_step(ccd_call *call, const char *person, const char *step, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {{"person", person}, {"step", step}, {0}};

  cc_status status = ccd_call_query(call, &ccd_q_totp_use, args, &rows, reterr);
  if (status != CC_OK || ccd_rows_n(rows) == 1)
    return status;
  return refuse_factor(CC_ERR_INVALID,
                       "second_factor_wrong",
                       "/code",
                       "This code was used already. Wait for the next one.",
                       reterr);
}

/* Tell the person by mail that a recovery code was used: these codes are used rarely, and the
 * server cannot recognize a stolen one. */
static cc_status
mail_code_used(ccd_call *call, const ccd_account *account, int64_t left, cc_error *reterr)
{
  const char *what =
    cc_arena_printf(call->arena,
                    "A recovery code of your account at Campaign Center was used.\n"
                    "%d of the codes are left.",
                    (int) left);
  if (what == NULL)
    return cc_fail_memory(reterr);
  return ccd_mail_notice(call, account->email, "A recovery code was used", what, reterr);
}

cc_status
ccd_factor_sign_in(ccd_call *call,
                   const ccd_account *account,
                   const char *code,
                   const char *recovery_code,
                   const char **ret_step,
                   cc_error *reterr)
{
  ccd_factor factor = {0};

  if (!account->second_factor)
    return CC_OK;
  cc_status status =
    factor_check(call, account, code, recovery_code, CC_ERR_UNAUTHENTICATED, &factor, reterr);
  *ret_step = factor.step;
  if (status != CC_OK || factor.step != NULL)
    return status;
  return mail_code_used(call, account, factor.codes_left, reterr);
}

cc_status
ccd_factor_prove(ccd_call *call,
                 const ccd_account *account,
                 const char *code,
                 const char *recovery_code,
                 cc_error *reterr)
{
  ccd_factor factor = {0};

  if (!account->second_factor)
    return CC_OK;
  cc_status status =
    factor_check(call, account, code, recovery_code, CC_ERR_INVALID, &factor, reterr);
  if (status != CC_OK)
    return status;
  return factor.step != NULL
           ? mark_step(call, ccd_text_int64(call->arena, account->id), factor.step, reterr)
           : mail_code_used(call, account, factor.codes_left, reterr);
}

cc_status
ccd_factor_prove_me(ccd_call *call, const char *code, const char *recovery_code, cc_error *reterr)
{
  ccd_account account = {0};

  if (call->actor->kind != CCD_ACTOR_PERSON)
    return CC_OK;
  cc_status status = ccd_account_me(call, &account, reterr);
  return status == CC_OK ? ccd_factor_prove(call, &account, code, recovery_code, reterr) : status;
}

cc_status
ccd_factor_clear(ccd_call *call, const ccd_account *account, cc_error *reterr)
{
  const ccd_arg args[] = {{"person", ccd_text_int64(call->arena, account->id)}, {0}};
  cc_status status = ccd_call_query(call, &ccd_q_recovery_codes_drop, args, NULL, reterr);
  if (status == CC_OK)
    status = ccd_sessions_end(call, account->id, /* keep= */ 0, reterr);
  if (status != CC_OK)
    return status;
  return ccd_mail_notice(call,
                         account->email,
                         "Your second factor was removed",
                         "The second factor was reported as lost three days ago. Signing in to "
                         "your account at Campaign\n"
                         "Center now requires only the password. All other sessions were ended.",
                         reterr);
}

/* After a change of the second factor all other sessions must sign in again. */
static cc_status
end_other_sessions(ccd_call *call, int64_t person, cc_error *reterr)
{
  return ccd_sessions_end(call, person, call->actor->session_id, reterr);
}

cc_status
ccd_confirm_totp(ccd_call *call, cc_error *reterr)
{
  const cc_totp_code *body = call->body;
  ccd_account account = {0};
  ccd_factor factor = {0};
  const ccd_rows *rows = NULL;

  cc_status status = ccd_account_me(call, &account, reterr);
  if (status != CC_OK)
    return status;
  if (account.second_factor)
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "already_set_up",
                   "The account has a second factor already.");
  if (account.totp_secret == NULL)
    return not_set_up(reterr);
  status = factor_check(call,
                        &account,
                        body->code,
                        /* recovery_code= */ NULL,
                        CC_ERR_INVALID,
                        &factor,
                        reterr);
  if (status != CC_OK)
    return status;
  const char *person = ccd_text_int64(call->arena, account.id);
  const ccd_arg args[] = {{"person", person}, {"secret", account.totp_secret}, {0}};
  status = ccd_call_query(call, &ccd_q_totp_confirm, args, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    return not_set_up(reterr);
  if (status == CC_OK)
    status = mark_step(call, person, factor.step, reterr);
  if (status == CC_OK)
    status = renew_codes(call, person, reterr);
  if (status == CC_OK)
    status = end_other_sessions(call, account.id, reterr);
  if (status != CC_OK)
    return status;
  return ccd_mail_notice(call,
                         account.email,
                         "A second factor was set up",
                         "Signing in to your account at Campaign Center now also requires a code "
                         "of your authenticator\n"
                         "application. All other sessions were ended.",
                         reterr);
}

/* Check password and second factor of the signed-in person, before changes that would weaken the
 * account. */
static cc_status
prove_fully(ccd_call *call, ccd_account *ret, cc_error *reterr)
{
  const cc_full_proof *body = call->body;

  cc_status status = ccd_account_me(call, ret, reterr);
  if (status != CC_OK)
    return status;
  if (!ret->second_factor)
    return not_set_up(reterr);
  status = ccd_account_prove(call, ret, body->password, "/password", reterr);
  return status == CC_OK ? ccd_factor_prove(call, ret, body->code, body->recovery_code, reterr)
                         : status;
}

cc_status
ccd_disable_totp(ccd_call *call, cc_error *reterr)
{
  ccd_account account = {0};
  const ccd_rows *rows = NULL;

  cc_status status = prove_fully(call, &account, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {{"person", ccd_text_int64(call->arena, account.id)}, {0}};
  status = ccd_call_query(call, &ccd_q_totp_disable, args, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    return not_set_up(reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_recovery_codes_drop, args, NULL, reterr);
  if (status == CC_OK)
    status = end_other_sessions(call, account.id, reterr);
  if (status != CC_OK)
    return status;
  return ccd_mail_notice(call,
                         account.email,
                         "Your second factor was removed",
                         "Signing in to your account at Campaign Center now requires only the "
                         "password.\n"
                         "All other sessions were ended.",
                         reterr);
}

cc_status
ccd_renew_recovery_codes(ccd_call *call, cc_error *reterr)
{
  ccd_account account = {0};

  cc_status status = prove_fully(call, &account, reterr);
  if (status == CC_OK)
    status = renew_codes(call, ccd_text_int64(call->arena, account.id), reterr);
  if (status == CC_OK)
    status = end_other_sessions(call, account.id, reterr);
  if (status != CC_OK)
    return status;
  return ccd_mail_notice(call,
                         account.email,
                         "New recovery codes were made",
                         "The old recovery codes of your account at Campaign Center are no longer "
                         "valid.\n"
                         "All other sessions were ended.",
                         reterr);
}
