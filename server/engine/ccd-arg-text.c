/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-arg-text.h"

#include <inttypes.h>

const char *
ccd_text_int64(cc_arena *arena, int64_t value)
{
  return cc_arena_printf(arena, "%" PRId64, value);
}

const char *
ccd_text_time(cc_arena *arena, cc_time value)
{
  char text[CC_TIME_TEXT_MAX];
  cc_time_format(value, text);
  return cc_arena_strdup(arena, text);
}

const char *
ccd_text_id(cc_arena *arena, int64_t id)
{
  return id == 0 ? NULL : ccd_text_int64(arena, id);
}
