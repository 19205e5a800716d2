/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-credential.h"

#include <string.h>

#include "server/engine/ccd-crypto.h"

/* Reads the credential of a request: a bearer token, otherwise the cookie of a session. */

static void
set_credential(ccd_credential *ret,
               ccd_actor_kind kind,
               const char *token,
               bool by_cookie,
               cc_arena *arena)
{
  uint8_t hash[CCD_HASH_BYTES];
  ccd_sha256(token, strlen(token), hash);
  const char *hex = ccd_hex(arena, hash, sizeof(hash));
  *ret = (ccd_credential){.kind = hex == NULL ? CCD_ACTOR_ANONYMOUS : kind,
                          .by_cookie = by_cookie,
                          .token = token};
  if (hex != NULL)
    memcpy(ret->key, hex, strlen(hex) + 1);
}

static ccd_actor_kind
kind_of_token(const char *token)
{
  if (strncmp(token, "ccs_", 4) == 0)
    return CCD_ACTOR_PERSON;
  if (strncmp(token, "cct_", 4) == 0)
    return CCD_ACTOR_TOKEN;
  if (strncmp(token, "ccd_", 4) == 0)
    return CCD_ACTOR_DEVICE;
  return CCD_ACTOR_ANONYMOUS;
}

/* Find the value of the session cookie, which has one of two names. */
static const char *
cookie_token(const char *cookie, cc_arena *arena)
{
  while (*cookie != '\0') {
    cookie += strspn(cookie, "; ");
    size_t length = strcspn(cookie, ";");
    size_t name = strncmp(cookie, "__Host-cc=", 10) == 0 ? 10
                  : strncmp(cookie, "cc=", 3) == 0       ? 3
                                                         : 0;
    if (name > 0)
      return cc_arena_strndup(arena, cookie + name, length - name);
    cookie += length;
  }
  return NULL;
}

/* Find the token in a list of WebSocket protocols such as "bearer, ccs_…". */
const char *
ccd_credential_in_protocols(const char *protocols, cc_arena *arena)
{
  static const char name[] = CCD_SOCKET_PROTOCOL;
  size_t length = sizeof name - 1;
  const char *at = protocols == NULL ? "" : protocols + strspn(protocols, " \t");
  if (strncmp(at, name, length) != 0)
    return NULL;
  at += length + strspn(at + length, " \t");
  if (*at != ',')
    return NULL;
  at += 1 + strspn(at + 1, " \t");
  return cc_arena_printf(arena, "Bearer %.*s", (int) strcspn(at, ", \t"), at);
}

bool
ccd_credential_read(const char *authorization,
                    const char *cookie,
                    cc_arena *arena,
                    ccd_credential *ret)
{
  *ret = (ccd_credential){.kind = CCD_ACTOR_ANONYMOUS};
  if (authorization != NULL) {
    if (strncasecmp(authorization, "Bearer ", 7) != 0)
      return false;
    const char *token = authorization + 7 + strspn(authorization + 7, " ");
    ccd_actor_kind kind = kind_of_token(token);
    if (kind == CCD_ACTOR_ANONYMOUS)
      return false;
    set_credential(ret, kind, token, /* by_cookie= */ false, arena);
    return true;
  }
  const char *token = cookie == NULL ? NULL : cookie_token(cookie, arena);
  if (token != NULL && kind_of_token(token) == CCD_ACTOR_PERSON)
    set_credential(ret, CCD_ACTOR_PERSON, token, /* by_cookie= */ true, arena);
  return true;
}
