/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "common/base/cc-str.h"

/* Converts a table of address points to GeoJSON, so that the table can be imported like a
 * GeoJSON file. */

/**
 * Append the table to @out as GeoJSON, with one feature for each row. A row that cannot be read, or
 * has no valid coordinates, becomes a feature without a geometry.
 *
 * @arena: for temporary memory
 *
 * Returns CC_ERR_INVALID "columns" when the table has no columns for latitude and longitude.
 */
cc_status ccd_points_from_table(cc_arena *arena,
                                const char *bytes,
                                size_t length,
                                cc_str *out,
                                cc_error *reterr) CC_MUSTCHECK;
