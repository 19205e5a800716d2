/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ccd-queries.h"
#include "common/api/cc-organization.h"
#include "server/organizations/ccd-organizations.h"

/* The routes of organizations, members, invitations, API tokens and devices. */

/* clang-format off */
const ccd_route ccd_organizations_routes[] = {
  {&cc_op_create_organization, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE,
   .handler = ccd_organization_create, .audit = "organization.create"},
  {&cc_op_list_organizations, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_READ,
   .query = &ccd_q_organization_list, .keyset = {"id"}, .no_second_factor = true},
  {&cc_op_get_organization, .right = CC_RIGHT_MEMBER, .tx = CCD_READ,
   .query = &ccd_q_organization_get},
  {&cc_op_update_organization, .right = CC_RIGHT_MANAGE_ORGANIZATION, .tx = CCD_WRITE,
   .prepare = ccd_organization_check, .query = &ccd_q_organization_update, .audit = "organization.update", .revokes_organization = true},
  {&cc_op_switch_organization, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE,
   .handler = ccd_organization_switch, .audit = "session.switch", .no_second_factor = true},
  {&cc_op_leave_organization, .right = CC_RIGHT_MEMBER, .tx = CCD_WRITE,
   .handler = ccd_organization_leave, .audit = "member.leave"},
  {&cc_op_transfer_ownership, .right = CC_RIGHT_OWNER, .tx = CCD_WRITE,
   .handler = ccd_organization_transfer, .audit = "organization.transfer"},

  {&cc_op_list_members, .right = CC_RIGHT_MEMBER, .tx = CCD_READ, .query = &ccd_q_member_list,
   .keyset = {"id"}},
  {&cc_op_update_member, .right = CC_RIGHT_MANAGE_MEMBERS, .tx = CCD_WRITE,
   .handler = ccd_member_change, .audit = "member.update"},
  {&cc_op_remove_member, .right = CC_RIGHT_MANAGE_MEMBERS, .tx = CCD_WRITE,
   .handler = ccd_member_drop, .audit = "member.remove"},

  {&cc_op_create_invitation, .right = CC_RIGHT_MANAGE_MEMBERS, .tx = CCD_WRITE,
   .handler = ccd_invitation_make, .audit = "invitation.create"},
  {&cc_op_get_invitation, .right = CC_RIGHT_MANAGE_MEMBERS, .tx = CCD_READ,
   .query = &ccd_q_invitation_get, .by_key = true},
  {&cc_op_list_invitations, .right = CC_RIGHT_MANAGE_MEMBERS, .tx = CCD_READ,
   .query = &ccd_q_invitation_list, .keyset = {"id"}},
  {&cc_op_revoke_invitation, .right = CC_RIGHT_MANAGE_MEMBERS, .tx = CCD_WRITE,
   .query = &ccd_q_invitation_revoke, .audit = "invitation.revoke"},
  {&cc_op_resend_invitation, .right = CC_RIGHT_MANAGE_MEMBERS, .tx = CCD_WRITE,
   .handler = ccd_invitation_send_again, .audit = "invitation.resend"},
  {&cc_op_accept_invitation, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE,
   .handler = ccd_invitation_take, .audit = "invitation.accept"},
  {&cc_op_decline_invitation, .right = CC_RIGHT_PUBLIC, .tx = CCD_WRITE,
   .handler = ccd_invitation_refuse, .audit = "invitation.decline"},

  {&cc_op_create_api_token, .right = CC_RIGHT_MANAGE_TOKENS, .tx = CCD_WRITE,
   .handler = ccd_api_token_make, .audit = "api_token.create", .secret_reply = true},
  {&cc_op_get_api_token, .right = CC_RIGHT_MANAGE_TOKENS, .tx = CCD_READ,
   .query = &ccd_q_api_token_get, .by_key = true},
  {&cc_op_get_credential, .right = CC_RIGHT_MEMBER, .tx = CCD_READ,
   .handler = ccd_credential_show},
  {&cc_op_list_api_tokens, .right = CC_RIGHT_MANAGE_TOKENS, .tx = CCD_READ,
   .query = &ccd_q_api_token_list, .keyset = {"id"}},
  {&cc_op_revoke_api_token, .right = CC_RIGHT_MANAGE_TOKENS, .tx = CCD_WRITE,
   .handler = ccd_api_token_end, .audit = "api_token.revoke"},

  {&cc_op_create_device, .right = CC_RIGHT_MANAGE_DEVICES, .tx = CCD_WRITE,
   .handler = ccd_device_add, .audit = "device.create", .secret_reply = true, .scope = CCD_SCOPE_NONE},
  {&cc_op_get_device, .right = CC_RIGHT_MANAGE_DEVICES, .tx = CCD_READ,
   .query = &ccd_q_device_get, .by_key = true},
  {&cc_op_list_devices, .right = CC_RIGHT_MANAGE_DEVICES, .tx = CCD_READ,
   .query = &ccd_q_device_list, .keyset = {"id"}},
  {&cc_op_update_device, .right = CC_RIGHT_MANAGE_DEVICES, .tx = CCD_WRITE,
   .query = &ccd_q_device_update, .audit = "device.update"},
  {&cc_op_revoke_device, .right = CC_RIGHT_MANAGE_DEVICES, .tx = CCD_WRITE,
   .handler = ccd_device_end, .audit = "device.revoke"},
  {&cc_op_renew_pairing, .right = CC_RIGHT_MANAGE_DEVICES, .tx = CCD_WRITE,
   .handler = ccd_device_renew_code, .audit = "device.renew_pairing", .secret_reply = true},
  {&cc_op_pair_device, .right = CC_RIGHT_PUBLIC, .tx = CCD_WRITE,
   .handler = ccd_device_join, .audit = "device.pair", .limit = CCD_LIMIT_LOGIN,
   .secret_reply = true},
  {0},
};
/* clang-format on */
