/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-crypto.h"

/* People who are erased: see db/functions/imports/erase.sql. */

/* The key of the marks by which imports know erased people, as bytea text in the arena; NULL
 * without memory. */
const char *ccd_erasure_key(cc_arena *arena, const ccd_keys *keys);
