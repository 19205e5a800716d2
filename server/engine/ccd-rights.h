/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/api/cc-right.h"
#include "common/base/cc-arena.h"

/* Rights of a member: the role's set changed by @permissions, a JSON object such as
 * {"check_in": true, "manage_events": false}; what cannot be granted is ignored there. */
uint64_t ccd_rights_of_member(const char *role, const char *permissions_json);

/* Rights of a token or device: the names of a JSON array, as far as they can be granted, and
 * member. */
uint64_t ccd_rights_of_scopes(const char *scopes_json);

/* What a person sent as permissions may be stored: every name is a right that can be granted, every
 * value true, false or (in a patch: leave it to the role) null. False: @ret_name, in @arena, is the
 * first wrong name, NULL when the text is no JSON object at all. */
bool ccd_permissions_check(const char *permissions_json, cc_arena *arena, const char **ret_name);
