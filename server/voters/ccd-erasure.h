/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-crypto.h"

/* The key for recognizing erased persons, used by imports and by eraseVoter. The database stores
 * keyed hashes of the data of erased persons, see db/functions/imports/erase.sql. */

/* Returns the key of the hashes as bytea text in @arena; NULL when out of memory. */
const char *ccd_erasure_key(cc_arena *arena, const ccd_keys *keys);
