/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-arena.h"
#include "server/engine/ccd-crypto.h"

/* Make an opaque signed cursor, bound to the operation and the organization. NULL at the arena's
 * ceiling. */
const char *ccd_cursor_make(const ccd_keys *keys,
                            cc_arena *arena,
                            const char *scope,
                            const char *const *parts,
                            size_t n);

/* Read a cursor. False when it is not signed by this server or belongs to another list. @ret
 * must have space for @n parts. */
bool ccd_cursor_read(const ccd_keys *keys,
                     cc_arena *arena,
                     const char *scope,
                     const char *cursor,
                     const char **ret,
                     size_t n);
