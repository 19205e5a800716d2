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
