/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-organization.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-server.h"
#include "server/organizations/ccd-credential.h"
#include "server/organizations/ccd-member.h"
#include "server/organizations/ccd-organizations.h"

/* API tokens and devices: credentials that act for an organization. */

#define TOKEN_AGE_MAX (CC_TIME_SECOND * 366 * 24 * 3600)
#define TOKEN_PREFIX 8 /* characters of a token that are stored in plain text */

/* Letters and digits that are not easily confused; there are 32, so each represents five bits. */
static const char code_letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
#define CODE_LENGTH 12
#define CODE_GROUP 4

/* The rights of each device profile. */
static const char *const profile_scopes[_CC_DEVICE_MAX] = {
  [CC_DEVICE_DOOR_LIST] = "[\"check_in\"]",
  [CC_DEVICE_CANVASS] = "[\"canvass\"]",
};

/* Read names of rights. Returns a JSON array with each right once, in the order of the table;
 * @ret_rights: the same as bits. */
static const char *
read_scopes(ccd_call *call, const cc_strings *scopes, uint64_t *ret_rights)
{
  *ret_rights = 0;
  for (size_t i = 0; i < scopes->n; i++)
    *ret_rights |= CC_RIGHT_BIT(cc_right_find(scopes->items[i]));
  const char *list = "";
  for (unsigned i = CC_RIGHT_UNSET + 1; list != NULL && i < _CC_RIGHT_MAX; i++) {
    if (*ret_rights & CC_RIGHT_BIT(i))
      list = cc_arena_printf(call->arena,
                             "%s%s\"%s\"",
                             list,
                             *list ? ", " : "",
                             cc_right_name((cc_right) i));
  }
  return list != NULL ? cc_arena_printf(call->arena, "[%s]", list) : NULL;
}

static void
check_expiry(ccd_call *call, const cc_time *expires_at)
{
  cc_time now = cc_time_now();
  if (expires_at != NULL && (*expires_at <= now || *expires_at > now + TOKEN_AGE_MAX))
    cc_error_list_add(&call->errors,
                      "out_of_range",
                      "/expires_at",
                      "The expiry must be in the future and at most 366 days from now.");
}

cc_status
ccd_api_token_make(ccd_call *call, cc_error *reterr)
{
  const cc_api_token_new *body = call->body;
  const ccd_actor *actor = call->actor;
  uint64_t rights;
  const char *scopes = read_scopes(call, &body->scopes, &rights);
  check_expiry(call, body->expires_at);
  if (call->errors.n > 0)
    return CC_ERR_INVALID;
  cc_status status = ccd_own_rights_check(call, rights, reterr);
  if (status == CC_OK)
    status = call->server->prove_factor(call, body->code, body->recovery_code, reterr);
  if (status != CC_OK)
    return status;
  char *token = ccd_token_new(call->arena, "cct_");
  const char *hash = token != NULL ? ccd_token_hash(call->arena, token) : NULL;
  cc_api_token_made *made = cc_arena_alloc(call->arena, sizeof(*made));
  if (scopes == NULL || hash == NULL || made == NULL)
    return CC_ERR_NO_MEMORY;
  const char *maker =
    actor->kind == CCD_ACTOR_TOKEN ? ccd_text_int64(call->arena, actor->session_id) : NULL;
  const ccd_arg args[] = {
    {"token_hash", hash},
    {"token_prefix", cc_arena_strndup(call->arena, token, TOKEN_PREFIX)},
    {"scopes", scopes},
    {"maker_id", maker},
    {0},
  };
  const ccd_rows *rows;
  status = ccd_call_query(call, &ccd_q_api_token_create, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_rows_bind(rows, 0, &cc_api_token_made_type, call->arena, made, reterr);
  made->token = token;
  call->reply = made;
  return status;
}

static bool
fill_scopes(ccd_call *call, cc_strings *ret)
{
  ret->items = cc_arena_alloc(call->arena, _CC_RIGHT_MAX * sizeof(*ret->items));
  for (unsigned i = CC_RIGHT_UNSET + 1; ret->items != NULL && i < _CC_RIGHT_MAX; i++) {
    if (cc_right_is_given((cc_right) i) && (call->actor->rights & CC_RIGHT_BIT(i)))
      ret->items[ret->n++] = (char *) cc_right_name((cc_right) i);
  }
  return ret->items != NULL;
}

cc_status
ccd_credential_show(ccd_call *call, cc_error *reterr)
{
  static const int kinds[] = {[CCD_ACTOR_PERSON] = CC_CREDENTIAL_SESSION,
                              [CCD_ACTOR_TOKEN] = CC_CREDENTIAL_TOKEN,
                              [CCD_ACTOR_DEVICE] = CC_CREDENTIAL_DEVICE};
  const ccd_actor *actor = call->actor;
  const ccd_rows *rows = NULL;
  cc_credential *reply = cc_arena_alloc(call->arena, sizeof(*reply));
  if (reply == NULL || !fill_scopes(call, &reply->scopes))
    return cc_fail_memory(reterr);
  cc_status status = ccd_call_query(call, &ccd_q_credential_get, /* args= */ NULL, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    status = cc_fail_absent(reterr);
  if (status == CC_OK)
    status = ccd_rows_bind(rows, 0, &cc_credential_type, call->arena, reply, reterr);
  reply->kind = kinds[actor->kind];
  reply->id = actor->session_id;
  reply->organization_id = actor->organization_id;
  reply->user_id = actor->kind == CCD_ACTOR_PERSON ? (int64_t *) &actor->user_id : NULL;
  call->reply = reply;
  return status;
}

cc_status
ccd_api_token_drop(ccd_call *call, int64_t token_id, bool *ret, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {{"token_id", ccd_text_int64(call->arena, token_id)}, {0}};

  cc_status status = ccd_call_query(call, &ccd_q_api_token_revoke, args, &rows, reterr);
  for (int i = 0; status == CC_OK && i < ccd_rows_n(rows); i++)
    ccd_call_revoke(call, CCD_REVOKED_TOKEN, ccd_rows_int64(rows, i, "id"));
  *ret = status == CC_OK && ccd_rows_n(rows) > 0;
  return status;
}

cc_status
ccd_api_token_end(ccd_call *call, cc_error *reterr)
{
  const cc_api_token_ref *params = call->params;
  bool was = false;
  cc_status status = ccd_api_token_drop(call, params->token_id, &was, reterr);
  return status != CC_OK || was ? status : cc_fail_absent(reterr);
}

/* Make a new pairing code in the form that people type: "K7QF-2MZX-9HRA", sixty random bits. */
static char *
new_code(cc_arena *arena)
{
  uint8_t bytes[CODE_LENGTH];
  ccd_random(bytes, sizeof(bytes));
  char *code = cc_arena_text(arena, CODE_LENGTH + CODE_LENGTH / CODE_GROUP);
  if (code == NULL)
    return NULL;
  size_t length = 0;
  for (size_t i = 0; i < CODE_LENGTH; i++) {
    if (i > 0 && i % CODE_GROUP == 0)
      code[length++] = '-';
    code[length++] = code_letters[bytes[i] % (sizeof(code_letters) - 1)];
  }
  code[length] = '\0';
  return code;
}

/* Compute the stored hash of a pairing code; case and separators are ignored. NULL at the
 * arena's ceiling. */
static const char *
hash_code(cc_arena *arena, const char *typed)
{
  char *code = cc_arena_text(arena, strlen(typed) + 1);
  if (code == NULL)
    return NULL;
  size_t length = 0;
  for (; *typed != '\0'; typed++) {
    bool small = *typed >= 'a' && *typed <= 'z';
    if (*typed != ' ' && *typed != '-')
      code[length++] = small ? (char) (*typed - 'a' + 'A') : *typed;
  }
  code[length] = '\0';
  return ccd_token_hash(arena, code);
}

/* Run a query that stores the hash of a new code; the reply contains the code. */
static cc_status
store_new_code(ccd_call *call,
               const ccd_query *query,
               const char *scopes,
               const ccd_rows **ret,
               cc_error *reterr)
{
  char *code = new_code(call->arena);
  const char *hash = code != NULL ? hash_code(call->arena, code) : NULL;
  cc_device_pairing *pairing = cc_arena_alloc(call->arena, sizeof(*pairing));
  if (hash == NULL || pairing == NULL)
    return CC_ERR_NO_MEMORY;
  const ccd_arg args[] = {{"pairing_hash", hash}, {"scopes", scopes}, {0}};
  cc_status status = ccd_call_query(call, query, args, ret, reterr);
  if (status != CC_OK || ccd_rows_n(*ret) == 0)
    return status;
  status = ccd_rows_bind(*ret, 0, &cc_device_pairing_type, call->arena, pairing, reterr);
  pairing->pairing_code = code;
  call->reply = pairing;
  return status;
}

cc_status
ccd_device_add(ccd_call *call, cc_error *reterr)
{
  const cc_device *body = call->body;
  const char *scopes = profile_scopes[body->profile];
  cc_status status = ccd_own_rights_check(call, ccd_rights_of_scopes(scopes), reterr);
  if (status != CC_OK)
    return status;
  const ccd_rows *rows;
  status = store_new_code(call, &ccd_q_device_create, scopes, &rows, reterr);
  if (status != CC_OK || ccd_rows_n(rows) > 0)
    return status;
  return cc_fail_field(reterr,
                       CC_ERR_INVALID,
                       "unknown_reference",
                       "/scope/event_id",
                       "There is no event with this id.");
}

cc_status
ccd_device_renew_code(ccd_call *call, cc_error *reterr)
{
  const ccd_rows *rows;
  cc_status status = ccd_call_query(call, &ccd_q_device_scopes, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return cc_fail_absent(reterr);
  uint64_t rights = ccd_rights_of_scopes(ccd_rows_get(rows, 0, "scopes"));
  status = ccd_own_rights_check(call, rights, reterr);
  if (status == CC_OK)
    status = store_new_code(call, &ccd_q_device_renew, /* scopes= */ NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  return ccd_rows_n(rows) > 0 ? CC_OK : cc_fail_absent(reterr);
}

cc_status
ccd_device_end(ccd_call *call, cc_error *reterr)
{
  const cc_device_ref *params = call->params;
  const ccd_rows *rows;
  cc_status status = ccd_call_query(call, &ccd_q_device_revoke, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return cc_fail_absent(reterr);
  ccd_call_revoke(call, CCD_REVOKED_DEVICE, params->device_id);
  return CC_OK;
}

/* Wrong, used and expired codes get the same error. */
static cc_status
fail_unknown_code(cc_error *reterr)
{
  return cc_fail_field(reterr,
                       CC_ERR_INVALID,
                       "unknown_code",
                       "/code",
                       "The pairing code is not valid: it was mistyped, was used, or has expired.");
}

cc_status
ccd_device_join(ccd_call *call, cc_error *reterr)
{
  const cc_device_pair *body = call->body;
  const char *code_hash = hash_code(call->arena, body->code);
  char *token = ccd_token_new(call->arena, "ccd_");
  const char *token_hash = token != NULL ? ccd_token_hash(call->arena, token) : NULL;
  cc_device_paired *paired = cc_arena_alloc(call->arena, sizeof(*paired));
  if (code_hash == NULL || token_hash == NULL || paired == NULL)
    return CC_ERR_NO_MEMORY;
  const ccd_arg find[] = {{"pairing_hash", code_hash}, {0}};
  const ccd_rows *rows;
  cc_status status = ccd_call_query(call, &ccd_q_device_find, find, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return fail_unknown_code(reterr);
  const ccd_arg pair[] = {
    {"pairing_hash", code_hash},
    {"token_hash", token_hash},
    {"device_id", ccd_rows_get(rows, 0, "id")},
    {0},
  };
  int64_t organization_id = ccd_rows_int64(rows, 0, "organization_id");
  status = ccd_call_switch(call, organization_id, /* user_id= */ 0, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_call_query(call, &ccd_q_device_pair, pair, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return fail_unknown_code(reterr); /* another request has used the code */
  status = ccd_rows_bind(rows, 0, &cc_device_paired_type, call->arena, paired, reterr);
  paired->token = token;
  call->reply = paired;
  ccd_call_revoke(call,
                  CCD_REVOKED_DEVICE,
                  paired->device_id); /* The device's previous token is no longer valid. */
  return status;
}
