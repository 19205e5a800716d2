/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/organizations/ccd-plain-text.h"

#include <stdint.h>
#include <string.h>

#include "common/base/cc-utf8.h"

/* Finds the places where a mail client would turn text into a link, also when the text is
 * written with unusual characters. */

/* Characters that a mail client may treat as the dot of a host name. */
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

/* Invisible characters that a mail client may ignore. */
static bool
is_invisible(uint32_t c)
{
  return c == 0x00ad || (c >= 0x200b && c <= 0x200f) || c == 0x2060 || c == 0xfeff;
}

/* Read the next visible character and advance *@at. */
static uint32_t
next_visible(const char **at)
{
  uint32_t c = 0;
  while (**at != '\0' && is_invisible(c = cc_utf8_next(at)))
    c = 0;
  return c;
}

/* True at the first dot of four numbers separated by dots. */
static bool
is_network_address(const char *at)
{
  for (int i = 0; i < 3; i++) {
    if (!is_dot(next_visible(&at)))
      return false;
    const char *digits = at;
    while (*at >= '0' && *at <= '9')
      at++;
    if (at == digits || at - digits > 3)
      return false;
  }
  return true;
}

/* Would a mail client turn the text at @at into a link? True for "://", for a dot between a word
 * and two letters, as in "example.org", and for the dots of an IPv4 address. */
static bool
is_link(const char *at, bool after_word)
{
  if (strncmp(at, "://", 3) == 0)
    return true;
  if (!after_word)
    return false;
  if (is_network_address(at))
    return true;
  return is_dot(next_visible(&at)) && is_letter(next_visible(&at)) && is_letter(next_visible(&at));
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
    uint32_t c = cc_utf8_next(&text);
    after_word = is_invisible(c) ? after_word : cc_utf8_is_word(c);
    memcpy(plain + n, from, (size_t) (text - from));
    n += (size_t) (text - from);
  }
  plain[n] = '\0';
  return plain;
}
