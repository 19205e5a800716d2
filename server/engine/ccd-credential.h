/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

typedef struct ccd_credential {
  ccd_actor_kind kind;
  bool by_cookie;
  const char *token; /* as sent */
  char key[72];      /* hexadecimal SHA-256 of the token: name in caches and tables */
} ccd_credential;

/* Read a credential from the values of the headers Authorization and Cookie (either may be NULL).
 * ANONYMOUS when neither has one. False: the Authorization header is not a bearer token of ours. */
bool ccd_credential_read(const char *authorization,
                         const char *cookie,
                         cc_arena *arena,
                         ccd_credential *ret);

/* The protocol of a WebSocket whose client names a token as a second one: new WebSocket(url,
 * ["bearer", token]). */
#define CCD_SOCKET_PROTOCOL "bearer"

/* What such a list stands for, as a value of Authorization; NULL: it is another list. */
const char *ccd_credential_in_protocols(const char *protocols, cc_arena *arena);
