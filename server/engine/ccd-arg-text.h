/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-time.h"

/* Arguments of queries (ccd_arg): numbers as text, allocated in the arena. */
const char *ccd_text_int64(cc_arena *arena, int64_t value);
/* Returns NULL for 0, which becomes SQL NULL. */
const char *ccd_text_id(cc_arena *arena, int64_t id);
const char *ccd_text_time(cc_arena *arena, cc_time value);
