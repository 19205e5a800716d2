/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/api/cc-organization.h"

/* Rights of actors. A role gives a set of rights; the server's route table names the right of
 * each operation. */

/* A role gives a set of rights, a member's `permissions` add or remove single ones, and an API
 * token's scopes or a device's profile restrict them. */
typedef enum cc_right {
  CC_RIGHT_UNSET = 0,
  CC_RIGHT_PUBLIC,    /* anybody */
  CC_RIGHT_SIGNED_IN, /* any signed-in person, with or without an organization */
  CC_RIGHT_MEMBER,    /* a member of the active organization, or its API token or device */
  CC_RIGHT_CHECK_IN,  /* from this right up to CC_RIGHT_OWNER (exclusive): may be named in
                         permissions and scopes */
  CC_RIGHT_MANAGE_EVENTS,
  CC_RIGHT_MANAGE_MEMBERS,
  CC_RIGHT_MANAGE_DEVICES,
  CC_RIGHT_MANAGE_TOKENS,
  CC_RIGHT_MANAGE_ORGANIZATION,
  CC_RIGHT_VIEW_AUDIT,
  CC_RIGHT_CANVASS, /* knock, call and text with the turfs, phone banks and campaigns that were
                       assigned */
  CC_RIGHT_MANAGE_CANVASS,
  CC_RIGHT_VIEW_VOTERS,
  CC_RIGHT_MANAGE_VOTERS,
  CC_RIGHT_EXPORT_VOTERS,
  CC_RIGHT_OWNER, /* only owners */
  _CC_RIGHT_MAX
} cc_right;

#define CC_RIGHT_BIT(right) (UINT64_C(1) << (right))
#define CC_ROLE_BIT(role) (1u << (role))

typedef struct cc_right_info {
  const char *doc;
  unsigned roles; /* CC_ROLE_BITs of the roles that have the right by default */
  bool device;    /* some device profile has the right */
} cc_right_info;

/* True when the right exists within an organization only: a person without an active
 * organization does not have it. */
static inline bool
cc_right_needs_organization(cc_right right)
{
  return right > CC_RIGHT_SIGNED_IN;
}

const cc_right_info *cc_right_get(cc_right right);

/* Name of a right as used in permissions, scopes and problems, such as "manage_events". */
const char *cc_right_name(cc_right right);

/* May permissions and scopes contain the right? */
bool cc_right_is_given(cc_right right);

/* The right with this name, or CC_RIGHT_UNSET. */
cc_right cc_right_find(const char *name);
