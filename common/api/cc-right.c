/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-right.h"

#include <string.h>

#define OWNER CC_ROLE_BIT(CC_ROLE_OWNER)
#define ADMIN CC_ROLE_BIT(CC_ROLE_ADMIN)
#define MEMBER CC_ROLE_BIT(CC_ROLE_MEMBER)
#define ANY_ROLE (OWNER | ADMIN | MEMBER)

/* clang-format off */
static const cc_right_info rights[_CC_RIGHT_MAX] = {
  [CC_RIGHT_PUBLIC] = {"public", "Anybody.", ANY_ROLE, false},
  [CC_RIGHT_SIGNED_IN] = {"signed_in", "Any person who is signed in.", ANY_ROLE, false},
  [CC_RIGHT_MEMBER] = {"member", "Belong to the active organization.", ANY_ROLE, false},
  [CC_RIGHT_CHECK_IN] = {"check_in", "Check people in at events.", ANY_ROLE, true},
  [CC_RIGHT_MANAGE_EVENTS] = {"manage_events", "Create, change, publish and cancel events.",
                              OWNER | ADMIN, true},
  [CC_RIGHT_MANAGE_MEMBERS] = {"manage_members", "Invite, change and remove members.",
                               OWNER | ADMIN, true},
  [CC_RIGHT_MANAGE_DEVICES] = {"manage_devices", "Add, pair and revoke devices.",
                               OWNER | ADMIN, true},
  [CC_RIGHT_MANAGE_TOKENS] = {"manage_tokens", "Make and revoke API tokens.",
                              OWNER | ADMIN, true},
  [CC_RIGHT_MANAGE_ORGANIZATION] = {"manage_organization", "Change the organization itself.",
                                    OWNER | ADMIN, true},
  [CC_RIGHT_VIEW_AUDIT] = {"view_audit", "Read the audit log.", OWNER | ADMIN, true},
  [CC_RIGHT_CANVASS] = {"canvass", "Knock, call and text from what was handed out.", ANY_ROLE, true},
  [CC_RIGHT_MANAGE_CANVASS] = {"manage_canvass",
                               "Make scripts, turf, phone banks and text campaigns, and see their results.",
                               OWNER | ADMIN, true},
  [CC_RIGHT_VIEW_VOTERS] = {"view_voters", "Search and read the voter file.", OWNER | ADMIN, true},
  [CC_RIGHT_MANAGE_VOTERS] = {"manage_voters", "Import, change, merge and purge voters, doors and streets.",
                              OWNER | ADMIN, true},
  [CC_RIGHT_EXPORT_VOTERS] = {"export_voters", "Take lists of voters out of the system.", OWNER | ADMIN, true},
  [CC_RIGHT_OWNER] = {"owner", "What only an owner may do.", OWNER, false},
};

/* clang-format on */

const cc_right_info *
cc_right_get(cc_right right)
{
  return right > CC_RIGHT_UNSET && right < _CC_RIGHT_MAX ? &rights[right] : NULL;
}

cc_right
cc_right_find(const char *name)
{
  for (unsigned right = CC_RIGHT_UNSET + 1; right < _CC_RIGHT_MAX; right++) {
    if (strcmp(rights[right].name, name) == 0)
      return (cc_right) right;
  }
  return CC_RIGHT_UNSET;
}
