/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-arena.h"

/* Compress @bytes with gzip, without time and name, into the arena. NULL: memory is exhausted. */
uint8_t *ccd_gzip(cc_arena *arena, const void *bytes, size_t length, size_t *ret_length);
