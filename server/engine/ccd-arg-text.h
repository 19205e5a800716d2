/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-time.h"

/* For ccd_arg: numbers as text in the arena. */
const char *ccd_text_int64(cc_arena *arena, int64_t value);
/* NULL for 0: SQL NULL. */
const char *ccd_text_id(cc_arena *arena, int64_t id);
const char *ccd_text_time(cc_arena *arena, cc_time value);
