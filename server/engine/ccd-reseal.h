/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-crypto.h"

/* Sealing stored values anew after SECRET_KEY changed. */

typedef struct ccd_resealed {
  int64_t sealed; /* values that are now under the key in force */
  int64_t closed; /* values that no known key opens */
  int64_t kept;   /* answers for repeated requests under another key; they end by themselves */
} ccd_resealed;

/**
 * Seal second factors and waiting mails under the key in force. Values that change meanwhile are
 * left to whoever changed them. A command of its own, without threads.
 *
 * @url: connection of the owner
 */
cc_status
ccd_reseal(const char *url, const ccd_keys *keys, ccd_resealed *ret, cc_error *reterr) CC_MUSTCHECK;
