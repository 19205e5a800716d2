/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-time.h"

/* Numbers as text in the arena, for arguments of queries (ccd_arg). */
const char *ccd_text_int64(cc_arena *arena, int64_t value);
/* Like ccd_text_int64, but 0 becomes NULL, which is SQL NULL. */
const char *ccd_text_id(cc_arena *arena, int64_t id);
const char *ccd_text_time(cc_arena *arena, cc_time value);
