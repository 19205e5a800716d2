/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/api/cc-right.h"
#include "common/base/cc-arena.h"

/* Rights of a member: the role's set changed by @permissions, a JSON object such as {"check_in":
 * true, "manage_events": false}. Names that cannot be granted are ignored. */
uint64_t ccd_rights_of_member(const char *role, const char *permissions_json);

/* Rights of a token or device: `member`, and those named in a JSON array. Names that cannot be
 * granted are ignored. */
uint64_t ccd_rights_of_scopes(const char *scopes_json);
