/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-arena.h"

/* The gzip form of @bytes, without a time or a name in it, in the arena. NULL: out of memory. */
uint8_t *ccd_gzip(cc_arena *arena, const void *bytes, size_t length, size_t *ret_length);
