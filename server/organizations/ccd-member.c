/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/organizations/ccd-member.h"
#include "server/engine/ccd-arg-text.h"

#include "ccd-queries.h"
#include "common/api/cc-organization.h"
#include "server/engine/ccd-server.h"
#include "server/organizations/ccd-organizations.h"

#include <string.h>

/* Members, and the rule of who may change whom (docs/internals/rights.md). */

static bool
is_leader(const char *role)
{
  return role != NULL && (strcmp(role, "owner") == 0 || strcmp(role, "admin") == 0);
}

cc_status
ccd_own_rights_check(ccd_call *call, uint64_t rights, cc_error *reterr)
{
  for (unsigned i = CC_RIGHT_UNSET + 1; i < _CC_RIGHT_MAX; i++) {
    if (cc_right_is_given((cc_right) i) && (rights & ~call->actor->rights & CC_RIGHT_BIT(i)))
      return cc_fail(reterr,
                     CC_ERR_FORBIDDEN,
                     "above_own_rights",
                     "You cannot give the right %s, since you do not have it.",
                     cc_right_name((cc_right) i));
  }
  return CC_OK;
}

cc_status
ccd_grant_check(ccd_call *call, ccd_standing before, ccd_standing after, cc_error *reterr)
{
  bool is_owner = (call->actor->rights & CC_RIGHT_BIT(CC_RIGHT_OWNER)) != 0;
  if (!is_owner && (is_leader(before.role) || is_leader(after.role)))
    return cc_fail(reterr,
                   CC_ERR_FORBIDDEN,
                   "owner_only",
                   "Only an owner makes, changes or removes an owner or an admin.");
  if (after.role == NULL)
    return CC_OK;
  /* Who may invite at all may give what every member has, though a token may lack it. */
  if (before.role == NULL)
    before = (ccd_standing){"member", NULL};
  uint64_t had = ccd_rights_of_member(before.role, before.permissions);
  uint64_t will = ccd_rights_of_member(after.role, after.permissions);
  return ccd_own_rights_check(call, will & ~had, reterr);
}

/* The member of the path, locked until the commit; `merged` of @ret: his single rights with those
 * of
 * @permissions. */
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
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {{"role", after.role}, {"permissions", after.permissions}, {0}};
  status = ccd_call_query(call, &ccd_q_member_update, args, &call->rows, reterr);
  if (status != CC_OK)
    return status;
  ccd_call_revoke(call, CCD_REVOKED_USER, params->user_id);
  return CC_OK;
}

cc_status
ccd_member_drop(ccd_call *call, cc_error *reterr)
{
  const cc_member_ref *params = call->params;
  if (params->user_id == call->actor->user_id)
    return cc_fail(reterr, CC_ERR_CONFLICT, "use_leave", "To go yourself, leave the organization.");
  const ccd_rows *rows;
  ccd_standing before = {0};
  cc_status status = lock_member(call, /* permissions= */ NULL, &rows, &before, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_grant_check(call, before, (ccd_standing){0}, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {{"user_id", ccd_text_int64(call->arena, params->user_id)}, {0}};
  status = ccd_call_query(call, &ccd_q_member_remove, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  ccd_call_revoke(call, CCD_REVOKED_USER, params->user_id);
  return CC_OK;
}
