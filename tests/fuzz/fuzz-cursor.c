/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "common/base/cc-arena.h"
#include "server/engine/ccd-cursor.h"
#include "server/engine/ccd-exchange.h"
#include "tests/fuzz/fuzz.h"

/* A cursor that a client made up is always refused; a cursor of the server is read back
 * unchanged, for any values. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  ccd_keys keys = {.cursor = {1, 2, 3}};
  const char *back[2] = {NULL, NULL};
  CC_AUTO(cc_arena) arena = cc_arena_new(1024 * 1024);
  char *text = arena == NULL ? NULL : cc_arena_strndup(arena, (const char *) data, size);
  if (text == NULL)
    return 0;
  assert(!ccd_cursor_read(&keys, arena, "list|1", text, back, 1));
  assert(!ccd_cursor_read(&keys, arena, "list|1", text, back, 2));
  if (strlen(text) > 200)
    return 0;
  const char *parts[] = {text, "7"};
  const char *cursor = ccd_cursor_make(&keys, arena, "list|1", parts, 2);
  if (cursor != NULL) {
    bool taken = ccd_cursor_read(&keys, arena, "list|1", cursor, back, 2);
    assert(taken && strcmp(back[0], text) == 0 && strcmp(back[1], "7") == 0);
  }
  return 0;
}
