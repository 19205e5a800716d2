/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-rights.h"

#include <jansson.h>
#include <string.h>

/* Find a right by its name among those that permissions and scopes may contain; CC_RIGHT_UNSET:
 * none. */
static cc_right
find_grantable(const char *name)
{
  cc_right right = cc_right_find(name);
  return cc_right_is_given(right) ? right : CC_RIGHT_UNSET;
}

static unsigned
role_bit(const char *role)
{
  for (size_t i = 0; role != NULL && i < cc_role_enum.n; i++) {
    if (strcmp(cc_role_enum.names[i], role) == 0)
      return CC_ROLE_BIT(i + 1);
  }
  return 0;
}

uint64_t
ccd_rights_of_member(const char *role, const char *permissions_json)
{
  unsigned bit = role_bit(role);
  uint64_t set = 0;
  for (unsigned right = CC_RIGHT_UNSET + 1; right < _CC_RIGHT_MAX; right++) {
    if (cc_right_get((cc_right) right)->roles & bit)
      set |= CC_RIGHT_BIT(right);
  }
  /* The rights of an owner cannot be reduced: otherwise an organization could lock itself out.
   * For the usual value '{}' the parser is not needed. */
  if (bit == 0 || bit == CC_ROLE_BIT(CC_ROLE_OWNER) || permissions_json == NULL ||
      strcmp(permissions_json, "{}") == 0)
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
