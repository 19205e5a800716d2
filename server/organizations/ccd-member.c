/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/organizations/ccd-member.h"
#include "server/engine/ccd-arg-text.h"

#include "ccd-queries.h"
#include "common/api/cc-organization.h"
#include "server/engine/ccd-server.h"
#include "server/jobs/ccd-job.h"
#include "server/jobs/ccd-mail-job.h"
#include "server/organizations/ccd-credential.h"
#include "server/organizations/ccd-organizations.h"
#include "server/organizations/ccd-plain-text.h"

#include <string.h>

/* Changes of members, and the rule of who may change whose role and rights
 * (docs/internals/rights.md). */

static bool
is_owner(const char *role)
{
  return role != NULL && strcmp(role, "owner") == 0;
}

static bool
is_leader(const char *role)
{
  return is_owner(role) || (role != NULL && strcmp(role, "admin") == 0);
}

cc_status
ccd_own_rights_check(ccd_call *call, uint64_t rights, cc_error *reterr)
{
  for (unsigned i = CC_RIGHT_UNSET + 1; i < _CC_RIGHT_MAX; i++) {
    if (cc_right_is_given((cc_right) i) && (rights & ~call->actor->rights & CC_RIGHT_BIT(i)))
      return cc_fail(reterr,
                     CC_ERR_FORBIDDEN,
                     "above_own_rights",
                     "You cannot give the right %s, because you do not have it.",
                     cc_right_name((cc_right) i));
  }
  return CC_OK;
}

cc_status
ccd_grant_check(ccd_call *call, ccd_standing before, ccd_standing after, cc_error *reterr)
{
  bool by_owner = (call->actor->rights & CC_RIGHT_BIT(CC_RIGHT_OWNER)) != 0;
  if (!by_owner && (is_leader(before.role) || is_leader(after.role)))
    return cc_fail(reterr,
                   CC_ERR_FORBIDDEN,
                   "owner_only",
                   "Only an owner may appoint, change or remove owners and admins.");
  if (after.role == NULL)
    return CC_OK;
  /* A new member may always get the rights that every member has, even if the inviting token
   * lacks them. */
  if (before.role == NULL)
    before = (ccd_standing){"member", NULL};
  uint64_t had = ccd_rights_of_member(before.role, before.permissions);
  uint64_t will = ccd_rights_of_member(after.role, after.permissions);
  return ccd_own_rights_check(call, will & ~had, reterr);
}

cc_status
ccd_owner_prove(ccd_call *call,
                const char *before,
                const char *after,
                const char *code,
                const char *recovery_code,
                cc_error *reterr)
{
  return is_owner(before) != is_owner(after)
           ? call->server->prove_factor(call, code, recovery_code, reterr)
           : CC_OK;
}

/* Lock the row of the member in the path until the commit. @ret has the column `merged`: the
 * member's single rights combined with those of @permissions. */
static cc_status
lock_member(ccd_call *call,
            const char *permissions,
            const ccd_rows **ret,
            ccd_standing *ret_standing,
            cc_error *reterr)
{
  const ccd_arg args[] = {{"permissions", permissions}, {0}};
  cc_status status = ccd_call_query(call, &ccd_q_member_lock, args, ret, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(*ret) == 0)
    return cc_fail_absent(reterr);
  *ret_standing =
    (ccd_standing){ccd_rows_get(*ret, 0, "role"), ccd_rows_get(*ret, 0, "permissions")};
  return CC_OK;
}

cc_status
ccd_member_change(ccd_call *call, cc_error *reterr)
{
  const cc_member_ref *params = call->params;
  const cc_member_patch *body = call->body;
  const ccd_rows *rows;
  ccd_standing before = {0};
  cc_status status = lock_member(call, body->permissions, &rows, &before, reterr);
  if (status != CC_OK)
    return status;
  ccd_standing after = {
    body->role != CC_ROLE_UNSET ? cc_role_enum.names[body->role - 1] : before.role,
    ccd_rows_get(rows, 0, "merged"),
  };
  status = ccd_grant_check(call, before, after, reterr);
  if (status == CC_OK)
    status =
      ccd_owner_prove(call, before.role, after.role, body->code, body->recovery_code, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {{"role", after.role}, {"permissions", after.permissions}, {0}};
  status = ccd_call_query(call, &ccd_q_member_update, args, &call->rows, reterr);
  if (status != CC_OK)
    return status;
  ccd_call_revoke(call, CCD_REVOKED_USER, params->user_id);
  return CC_OK;
}

/* Mail the owners which API tokens of a removed member keep working. The mail contains no names:
 * its recipients see them in the list. */
static cc_status
mail_owners(ccd_call *call, const char *person, const char *numbers, cc_error *reterr)
{
  const ccd_rows *owners = NULL;
  bool links = false;

  cc_status status = ccd_call_query(call, &ccd_q_owner_addresses, NULL, &owners, reterr);
  for (int i = 0; status == CC_OK && i < ccd_rows_n(owners); i++) {
    const char *organization =
      ccd_plain_text(call->arena, ccd_rows_get(owners, i, "organization_name"), &links);
    const char *text =
      organization == NULL
        ? NULL
        : cc_arena_printf(
            call->arena,
            "Person %s is no longer a member of %s. API tokens that this person made are "
            "still valid. Their\n"
            "ids are: %s.\n\n"
            "Open the list of API tokens, and revoke each one that the person should no "
            "longer use.\n",
            person,
            organization,
            numbers);
    if (text == NULL)
      return cc_fail_memory(reterr);
    status = ccd_mail_enqueue(call,
                              ccd_rows_get(owners, i, "email"),
                              "API tokens of a removed member",
                              text,
                              reterr);
  }
  return status;
}

static cc_status
settle_tokens(ccd_call *call, const ccd_arg *args, bool end, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const char *numbers = NULL;

  cc_status status = ccd_call_query(call, &ccd_q_member_tokens, args, &rows, reterr);
  for (int i = 0; status == CC_OK && i < ccd_rows_n(rows); i++) {
    bool was = false;
    const char *id = ccd_rows_get(rows, i, "id");
    if (end)
      status = ccd_api_token_drop(call, ccd_rows_int64(rows, i, "id"), &was, reterr);
    numbers = numbers == NULL ? id : cc_arena_printf(call->arena, "%s, %s", numbers, id);
    if (numbers == NULL)
      return cc_fail_memory(reterr);
  }
  if (status != CC_OK || end || numbers == NULL)
    return status;
  return mail_owners(call, args[0].text, numbers, reterr);
}

cc_status
ccd_member_end(ccd_call *call, int64_t user_id, bool tokens, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {{"user_id", ccd_text_int64(call->arena, user_id)}, {0}};

  cc_status status = ccd_call_query(call, &ccd_q_member_remove, args, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    return cc_fail_absent(reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_member_ends, args, NULL, reterr);
  if (status == CC_OK)
    status = settle_tokens(call, args, tokens, reterr);
  if (status == CC_OK)
    ccd_call_revoke(call, CCD_REVOKED_USER, user_id);
  return status;
}

cc_status
ccd_member_drop(ccd_call *call, cc_error *reterr)
{
  const cc_member_ref *params = call->params;
  if (params->user_id == call->actor->user_id)
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "use_leave",
                   "You cannot remove yourself. Leave the organization instead.");
  const ccd_rows *rows;
  ccd_standing before = {0};
  cc_status status = lock_member(call, /* permissions= */ NULL, &rows, &before, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_grant_check(call, before, (ccd_standing){0}, reterr);
  if (status == CC_OK) /* no body and so no code: an actor with a second factor must first change
                          the owner's role */
    status = ccd_owner_prove(call, before.role, NULL, NULL, NULL, reterr);
  if (status != CC_OK)
    return status;
  const cc_member_end_query *query = call->query;
  return ccd_member_end(call, params->user_id, query->revoke_tokens, reterr);
}
