/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-cursor.h"

#include <string.h>

#include "common/base/cc-utf8.h"
#include "server/engine/ccd-exchange.h"

/* A cursor is base64url(mac, part NUL part NUL …). The MAC covers the scope too, so that a
 * cursor is valid for its list and organization only, and clients cannot make cursors. */

#define MAC_BYTES 16
#define CURSOR_MAX 600

static bool
sign_cursor(const uint8_t key[static CCD_KEY_BYTES],
            cc_arena *arena,
            const char *scope,
            const char *text,
            size_t length,
            uint8_t *ret)
{
  size_t scope_length = strlen(scope) + 1;
  char *whole = cc_arena_text(arena, scope_length + length);
  if (whole == NULL)
    return false;
  memcpy(whole, scope, scope_length);
  memcpy(whole + scope_length, text, length);
  ccd_hmac_sha256(key, whole, scope_length + length, ret);
  return true;
}

const char *
ccd_cursor_make(const ccd_keys *keys,
                cc_arena *arena,
                const char *scope,
                const char *const *parts,
                size_t n)
{
  size_t length = 0;
  for (size_t i = 0; i < n; i++)
    length += strlen(parts[i]) + 1;
  char *plain = cc_arena_text(arena, MAC_BYTES + length);
  if (plain == NULL)
    return NULL;
  char *at = plain + MAC_BYTES;
  for (size_t i = 0; i < n; i++) {
    size_t bytes = strlen(parts[i]) + 1;
    memcpy(at, parts[i], bytes);
    at += bytes;
  }
  uint8_t mac[CCD_HASH_BYTES];
  if (!sign_cursor(keys->cursor, arena, scope, plain + MAC_BYTES, length, mac))
    return NULL;
  memcpy(plain, mac, MAC_BYTES);
  return ccd_base64url(arena, plain, MAC_BYTES + length);
}

bool
ccd_cursor_read(const ccd_keys *keys,
                cc_arena *arena,
                const char *scope,
                const char *cursor,
                const char **ret,
                size_t n)
{
  uint8_t *plain = NULL;
  size_t length = 0;
  if (strlen(cursor) > CURSOR_MAX ||
      !ccd_base64url_parse(arena, cursor, strlen(cursor), &plain, &length) || length <= MAC_BYTES ||
      plain[length - 1] != '\0')
    return false;
  bool ours = false;
  for (size_t i = 0; !ours && i <= keys->n_before; i++) {
    uint8_t mac[CCD_HASH_BYTES];
    const uint8_t *key = i == 0 ? keys->cursor : keys->before[i - 1].cursor;
    ours =
      sign_cursor(key, arena, scope, (const char *) plain + MAC_BYTES, length - MAC_BYTES, mac) &&
      ccd_equal_constant_time(mac, plain, MAC_BYTES);
  }
  if (!ours)
    return false;
  const char *at = (const char *) plain + MAC_BYTES;
  const char *end = (const char *) plain + length;
  for (size_t i = 0; i < n; i++) {
    if (at >= end)
      return false;
    ret[i] = at;
    at += strlen(at) + 1;
  }
  return at == end;
}
