/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-right.h"

#include <string.h>

#define OWNER CC_ROLE_BIT(CC_ROLE_OWNER)
#define ADMIN CC_ROLE_BIT(CC_ROLE_ADMIN)
#define MEMBER CC_ROLE_BIT(CC_ROLE_MEMBER)
#define ANY_ROLE (OWNER | ADMIN | MEMBER)

/* clang-format off */
static const char *const names[_CC_RIGHT_MAX] = {
  [CC_RIGHT_PUBLIC] = "public",
  [CC_RIGHT_SIGNED_IN] = "signed_in",
  [CC_RIGHT_MEMBER] = "member",
  [CC_RIGHT_CHECK_IN] = "check_in",
  [CC_RIGHT_MANAGE_EVENTS] = "manage_events",
  [CC_RIGHT_MANAGE_MEMBERS] = "manage_members",
  [CC_RIGHT_MANAGE_DEVICES] = "manage_devices",
  [CC_RIGHT_MANAGE_TOKENS] = "manage_tokens",
  [CC_RIGHT_MANAGE_ORGANIZATION] = "manage_organization",
  [CC_RIGHT_VIEW_AUDIT] = "view_audit",
  [CC_RIGHT_CANVASS] = "canvass",
  [CC_RIGHT_MANAGE_CANVASS] = "manage_canvass",
  [CC_RIGHT_VIEW_VOTERS] = "view_voters",
  [CC_RIGHT_MANAGE_VOTERS] = "manage_voters",
  [CC_RIGHT_EXPORT_VOTERS] = "export_voters",
  [CC_RIGHT_OWNER] = "owner",
};

/* Rights that permissions and scopes may contain: those between the rights of every member and
 * the rights that only a role gives. */
const cc_enum cc_right_given_enum = {names + CC_RIGHT_CHECK_IN, CC_RIGHT_OWNER - CC_RIGHT_CHECK_IN, "unknown_right"};

static const cc_right_info rights[_CC_RIGHT_MAX] = {
  [CC_RIGHT_PUBLIC] = {"Anybody.", ANY_ROLE},
  [CC_RIGHT_SIGNED_IN] = {"Any person who is signed in.", ANY_ROLE},
  [CC_RIGHT_MEMBER] = {"Belong to the active organization.", ANY_ROLE, true},
  [CC_RIGHT_CHECK_IN] = {"Check people in at events.", ANY_ROLE, true},
  [CC_RIGHT_MANAGE_EVENTS] = {"Create, change, publish and cancel events.",
                              OWNER | ADMIN},
  [CC_RIGHT_MANAGE_MEMBERS] = {"Invite, change and remove members.",
                               OWNER | ADMIN},
  [CC_RIGHT_MANAGE_DEVICES] = {"Add, pair and revoke devices.",
                               OWNER | ADMIN},
  [CC_RIGHT_MANAGE_TOKENS] = {"Make and revoke API tokens.",
                              OWNER | ADMIN},
  [CC_RIGHT_MANAGE_ORGANIZATION] = {"Change the organization itself.",
                                    OWNER | ADMIN},
  [CC_RIGHT_VIEW_AUDIT] = {"Read the audit log.", OWNER | ADMIN},
  [CC_RIGHT_CANVASS] = {"Knock, call and text from what was handed out.", ANY_ROLE, true},
  [CC_RIGHT_MANAGE_CANVASS] = {"Make scripts, turf, phone banks and text campaigns, and see their results.",
                               OWNER | ADMIN},
  [CC_RIGHT_VIEW_VOTERS] = {"Search and read the voter file.", OWNER | ADMIN},
  [CC_RIGHT_MANAGE_VOTERS] = {"Import, change, merge and purge voters, doors and streets.",
                              OWNER | ADMIN},
  [CC_RIGHT_EXPORT_VOTERS] = {"Take lists of voters out of the system.", OWNER | ADMIN},
  [CC_RIGHT_OWNER] = {"What only an owner may do.", OWNER},
};

/* clang-format on */

const cc_right_info *
cc_right_get(cc_right right)
{
  return right > CC_RIGHT_UNSET && right < _CC_RIGHT_MAX ? &rights[right] : NULL;
}

const char *
cc_right_name(cc_right right)
{
  return right > CC_RIGHT_UNSET && right < _CC_RIGHT_MAX ? names[right] : NULL;
}

bool
cc_right_is_given(cc_right right)
{
  return right >= CC_RIGHT_CHECK_IN && right < CC_RIGHT_OWNER;
}

cc_right
cc_right_find(const char *name)
{
  for (unsigned right = CC_RIGHT_UNSET + 1; right < _CC_RIGHT_MAX; right++) {
    if (strcmp(names[right], name) == 0)
      return (cc_right) right;
  }
  return CC_RIGHT_UNSET;
}
