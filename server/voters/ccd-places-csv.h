/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "common/base/cc-str.h"

/* Address points as a table, as the GeoJSON that they would be. */
cc_status ccd_points_from_table(cc_arena *arena,
                                const char *bytes,
                                size_t length,
                                cc_str *out,
                                cc_error *reterr) CC_MUSTCHECK;
