/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

/* Which organization a credential was last seen to be of. Only for taking turns: the answer may be
 * old, missing or, for one credential in some millions, another one's. Without locks. */

#define CCD_HINTS                                                                                  \
  65536 /* a power of two; 8 bytes each, which are not there before the first use                  \
         */

typedef struct ccd_hints {
  atomic_uint_fast64_t entries[CCD_HINTS];
} ccd_hints;

/* @key: of the credential: a SHA-256 in hexadecimal. @organization_id: 1 and above */
void ccd_hints_note(ccd_hints *hints, const char *key, int64_t organization_id);

/* 0: none */
int64_t ccd_hints_find(ccd_hints *hints, const char *key);
