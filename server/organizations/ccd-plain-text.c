/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/organizations/ccd-plain-text.h"

#include <stdint.h>
#include <string.h>

#include "common/base/cc-utf8.h"

/* Characters that a mail client may take for the dot of a host's name. */
static bool
is_dot(uint32_t c)
{
  return c == '.' || c == 0x2024 || c == 0x3002 || c == 0xff0e || c == 0xff61;
}

static bool
is_letter(uint32_t c)
{
  return cc_utf8_is_word(c) && c != '_' && !(c >= '0' && c <= '9');
}

/* Whether a mail client would make a link of what stands here: "://", or a dot between a word and
 * two letters, as in "example.org". */
static bool
is_link(const char *at, bool after_word)
{
  if (strncmp(at, "://", 3) == 0)
    return true;
  if (!after_word || !is_dot(cc_utf8_next(&at)))
    return false;
  for (int i = 0; i < 2; i++) {
    if (*at == '\0' || !is_letter(cc_utf8_next(&at)))
      return false;
  }
  return true;
}

const char *
ccd_plain_text(cc_arena *arena, const char *text, bool *ret_links)
{
  char *plain = cc_arena_text(arena, 2 * strlen(text) + 1);
  bool after_word = false;
  size_t n = 0;

  *ret_links = false;
  if (plain == NULL)
    return NULL;
  while (*text != '\0') {
    if (is_link(text, after_word)) {
      *ret_links = true;
      plain[n++] = ' ';
    }
    const char *from = text;
    after_word = cc_utf8_is_word(cc_utf8_next(&text));
    memcpy(plain + n, from, (size_t) (text - from));
    n += (size_t) (text - from);
  }
  plain[n] = '\0';
  return plain;
}
