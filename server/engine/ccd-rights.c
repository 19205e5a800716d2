/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-rights.h"

#include <jansson.h>
#include <string.h>

#define OWNER CCD_ROLE_BIT(CC_ROLE_OWNER)
#define ADMIN CCD_ROLE_BIT(CC_ROLE_ADMIN)
#define MEMBER CCD_ROLE_BIT(CC_ROLE_MEMBER)
#define ANY_ROLE (OWNER | ADMIN | MEMBER)

/* clang-format off */
static const ccd_right_info rights[_CC_RIGHT_MAX] = {
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

const ccd_right_info *
ccd_right_get(cc_right right)
{
  return right > CC_RIGHT_UNSET && right < _CC_RIGHT_MAX ? &rights[right] : NULL;
}

cc_right
ccd_right_find(const char *name)
{
  for (unsigned right = CC_RIGHT_UNSET + 1; right < _CC_RIGHT_MAX; right++) {
    if (strcmp(rights[right].name, name) == 0)
      return (cc_right) right;
  }
  return CC_RIGHT_UNSET;
}

/* The right of a name that may stand in permissions and scopes, or CC_RIGHT_UNSET. */
static cc_right
find_grantable(const char *name)
{
  cc_right right = ccd_right_find(name);
  return right != CC_RIGHT_UNSET && rights[right].grantable ? right : CC_RIGHT_UNSET;
}

static unsigned
role_bit(const char *role)
{
  for (size_t i = 0; role != NULL && i < cc_role_enum.n; i++) {
    if (strcmp(cc_role_enum.names[i], role) == 0)
      return CCD_ROLE_BIT(i + 1);
  }
  return 0;
}

uint64_t
ccd_rights_of_member(const char *role, const char *permissions_json)
{
  unsigned bit = role_bit(role);
  uint64_t set = 0;
  for (unsigned right = CC_RIGHT_UNSET + 1; right < _CC_RIGHT_MAX; right++) {
    if (rights[right].roles & bit)
      set |= CC_RIGHT_BIT(right);
  }
  /* Nothing can be taken from an owner: otherwise an organization could lock itself out. The common
   * '{}' needs no parser. */
  if (bit == 0 || bit == OWNER || permissions_json == NULL || strcmp(permissions_json, "{}") == 0)
    return set;
  json_t *permissions = json_loads(permissions_json, 0, NULL);
  const char *name;
  json_t *value;
  json_object_foreach (permissions, name, value) {
    cc_right right = find_grantable(name);
    if (right != CC_RIGHT_UNSET && json_is_true(value))
      set |= CC_RIGHT_BIT(right);
    else if (right != CC_RIGHT_UNSET && json_is_false(value))
      set &= ~CC_RIGHT_BIT(right);
  }
  json_decref(permissions);
  return set;
}

uint64_t
ccd_rights_of_scopes(const char *scopes_json)
{
  uint64_t set = CC_RIGHT_BIT(CC_RIGHT_PUBLIC) | CC_RIGHT_BIT(CC_RIGHT_MEMBER);
  if (scopes_json == NULL || strcmp(scopes_json, "[]") == 0)
    return set;
  json_t *scopes = json_loads(scopes_json, 0, NULL);
  size_t index;
  json_t *scope;
  json_array_foreach (scopes, index, scope) {
    cc_right right =
      json_is_string(scope) ? find_grantable(json_string_value(scope)) : CC_RIGHT_UNSET;
    if (right != CC_RIGHT_UNSET)
      set |= CC_RIGHT_BIT(right);
  }
  json_decref(scopes);
  return set;
}

bool
ccd_permissions_check(const char *permissions_json, cc_arena *arena, const char **ret_name)
{
  *ret_name = NULL;
  json_t *permissions = json_loads(permissions_json, 0, NULL);
  const char *name;
  json_t *value;
  bool fine = json_is_object(permissions);
  json_object_foreach (permissions, name, value) {
    bool known = find_grantable(name) != CC_RIGHT_UNSET;
    if (known && (json_is_boolean(value) || json_is_null(value)))
      continue;
    fine = false;
    *ret_name = cc_arena_strdup(arena, name);
    break;
  }
  json_decref(permissions);
  return fine;
}
