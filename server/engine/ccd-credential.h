/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

typedef struct ccd_credential {
  ccd_actor_kind kind;
  bool by_cookie;
  const char *token; /* as sent */
  char key[72];      /* hexadecimal SHA-256 of the token: its name in caches and tables */
} ccd_credential;

/* Read a credential from the headers Authorization and Cookie (each may be NULL). The kind is
 * ANONYMOUS when neither has one. False: the Authorization header does not contain a bearer
 * token of this server. */
bool ccd_credential_read(const char *authorization,
                         const char *cookie,
                         cc_arena *arena,
                         ccd_credential *ret);

/* WebSocket protocol name of a client that sends its token as the second protocol: new
 * WebSocket(url, ["bearer", token]). */
#define CCD_SOCKET_PROTOCOL "bearer"

/* Return the token in a list of protocols like ["bearer", token], in the form of an
 * Authorization header; NULL when the list has another form. */
const char *ccd_credential_in_protocols(const char *protocols, cc_arena *arena);
