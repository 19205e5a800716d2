/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-crypto.h"

/* Seals stored values again after SECRET_KEY was changed. */

typedef struct ccd_resealed {
  int64_t sealed; /* number of values now sealed with the current key */
  int64_t closed; /* number of values that no known key opens */
  int64_t kept;   /* stored replies under another key; they are deleted by expiry */
} ccd_resealed;

/**
 * Seal second factors and waiting mails with the current key. A value that another program changes
 * meanwhile is skipped, because that program has sealed it with the current key. Run as a command,
 * without threads.
 *
 * @url: connection of the database owner
 */
cc_status
ccd_reseal(const char *url, const ccd_keys *keys, ccd_resealed *ret, cc_error *reterr) CC_MUSTCHECK;
