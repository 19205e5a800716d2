/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Organizations, members, invitations, API tokens and devices. */

extern const ccd_route ccd_organizations_routes[];

/* The rules behind the routes; what each does stands in its operation (cc-organization.c). */
ccd_handler ccd_organization_create;
ccd_handler ccd_organization_switch;
ccd_handler ccd_organization_leave;
ccd_handler ccd_organization_transfer;
ccd_handler ccd_member_change;
ccd_handler ccd_member_drop;
ccd_handler ccd_invitation_make;
ccd_handler ccd_invitation_send_again;
ccd_handler ccd_invitation_take;
ccd_handler ccd_invitation_refuse;
ccd_handler ccd_api_token_make;
ccd_handler ccd_api_token_end;
ccd_handler ccd_device_add;
ccd_handler ccd_device_end;
ccd_handler ccd_device_renew_code;
ccd_handler ccd_device_join;

/* A role with single rights, as the database has them. Role NULL: no member. */
typedef struct ccd_standing {
  const char *role;
  const char *permissions;
} ccd_standing;

/**
 * May the actor bring somebody from one standing to another? Only an owner touches owners and
 * admins; nobody gives a right that he does not have himself.
 *
 * CC_ERR_FORBIDDEN: owner_only or above_own_rights.
 */
cc_status ccd_grant_check(ccd_call *call, ccd_standing before, ccd_standing after, cc_error *reterr)
  CC_MUSTCHECK;

/* The actor has every grantable right of @rights. CC_ERR_FORBIDDEN: above_own_rights. */
cc_status ccd_own_rights_check(ccd_call *call, uint64_t rights, cc_error *reterr) CC_MUSTCHECK;

/* The `permissions` of the body are names of grantable rights; otherwise the field's error is in
 * the call's list and CC_ERR_INVALID is returned. NULL is fine. */
cc_status ccd_permissions_valid(ccd_call *call, const char *permissions) CC_MUSTCHECK;

/* What a thing that is absent and a thing of another organization are both answered with. */
cc_status ccd_absent(cc_error *reterr);
