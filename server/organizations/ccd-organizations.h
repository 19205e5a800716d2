/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Routes and handlers of organizations, members, invitations, API tokens and devices. */

extern const ccd_route ccd_organizations_routes[];

/* Handlers; each is documented at its operation (cc-organization.c). */
ccd_handler ccd_organization_check;
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
ccd_handler ccd_credential_show;
ccd_handler ccd_api_token_make;
ccd_handler ccd_api_token_end;
ccd_handler ccd_device_add;
ccd_handler ccd_device_end;
ccd_handler ccd_device_renew_code;
ccd_handler ccd_device_join;
