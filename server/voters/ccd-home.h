/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"
#include "common/base/cc-str.h"
#include "server/voters/ccd-residence.h"

/* Writes a parsed residence as JSON. SQL functions use the keys in this JSON to find or create
 * the building, the door and the household. */

/**
 * Parse a residence and append the members of its JSON object: address_key, building_key,
 * street_key, number, street, unit, line, zip5. The caller writes the braces.
 *
 * @scratch: for temporary texts
 *
 * Returns CC_ERR_NO_MEMORY when @scratch is at its limit. If @out is at its limit, out->failed is
 * set.
 */
cc_status ccd_home_add(const ccd_residence *residence, cc_arena *scratch, cc_str *out) CC_MUSTCHECK;

/* Append "name":"value" to a JSON object, with a comma before it unless it is the first member. */
void ccd_home_add_member(cc_str *out, const char *name, ccd_slice value);
