/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/api/cc-organization.h"

/* Rights. A role gives a set of them; which operation needs which right stands in the route table
 * of the server. */

/* Rights stand in the route table and nowhere else. A role gives a set, a member's `permissions`
 * add or take single ones, an API token's scopes and a device's profile cut it down. */
typedef enum cc_right {
  CC_RIGHT_UNSET = 0,
  CC_RIGHT_PUBLIC,    /* anybody */
  CC_RIGHT_SIGNED_IN, /* any person, with or without an organization */
  CC_RIGHT_MEMBER,    /* belongs to the active organization (or a token or device of it) */
  CC_RIGHT_CHECK_IN,  /* from here to the last but one: may stand in permissions and scopes */
  CC_RIGHT_MANAGE_EVENTS,
  CC_RIGHT_MANAGE_MEMBERS,
  CC_RIGHT_MANAGE_DEVICES,
  CC_RIGHT_MANAGE_TOKENS,
  CC_RIGHT_MANAGE_ORGANIZATION,
  CC_RIGHT_VIEW_AUDIT,
  CC_RIGHT_CANVASS, /* knock, call and text from what was handed out */
  CC_RIGHT_MANAGE_CANVASS,
  CC_RIGHT_VIEW_VOTERS,
  CC_RIGHT_MANAGE_VOTERS,
  CC_RIGHT_EXPORT_VOTERS,
  CC_RIGHT_OWNER, /* what only an owner may do */
  _CC_RIGHT_MAX
} cc_right;

#define CC_RIGHT_BIT(right) (UINT64_C(1) << (right))
#define CC_ROLE_BIT(role) (1u << (role))

typedef struct cc_right_info {
  const char *doc;
  unsigned roles; /* CC_ROLE_BITs that have it without being asked */
  bool device;    /* some profile of devices has it */
} cc_right_info;

/* Held in an organization: a person without an active one has no such right. */
static inline bool
cc_right_needs_organization(cc_right right)
{
  return right > CC_RIGHT_SIGNED_IN;
}

const cc_right_info *cc_right_get(cc_right right);

/* "manage_events": in permissions, scopes and problems. */
const char *cc_right_name(cc_right right);

/* May it stand in permissions and scopes? */
bool cc_right_is_given(cc_right right);

/* The right of a name, or CC_RIGHT_UNSET. */
cc_right cc_right_find(const char *name);
