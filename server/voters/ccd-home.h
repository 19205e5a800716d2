/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"
#include "common/base/cc-str.h"
#include "server/voters/ccd-residence.h"

/**
 * Add the members of a home as voter_home, points_import and places_rekey read them: address_key,
 * building_key, street_key, number, street, unit, line, zip5. Braces are the caller's.
 *
 * @scratch: for what is made of the address
 *
 * CC_ERR_NO_MEMORY: the arena's ceiling; that of @out shows in out->failed.
 */
cc_status ccd_home_add(const ccd_residence *residence, cc_arena *scratch, cc_str *out) CC_MUSTCHECK;

/* "name":"value", behind a comma unless it is the first of its object. */
void ccd_home_add_member(cc_str *out, const char *name, ccd_slice value);
