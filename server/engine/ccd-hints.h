/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

/* A cache that maps recently seen credentials to their organization. Used only for fair
 * queueing: the result may be outdated, missing or, for one credential in some millions, wrong.
 * Lock-free. */

#define CCD_HINTS                                                                                  \
  65536 /* number of entries, a power of two; 8 bytes each, allocated by the system at first use   \
           \ */

typedef struct ccd_hints {
  atomic_uint_fast64_t entries[CCD_HINTS];
} ccd_hints;

/* Remember the organization of a credential. @key: SHA-256 of the credential in hexadecimal.
 * @organization_id: at least 1 */
void ccd_hints_note(ccd_hints *hints, const char *key, int64_t organization_id);

/* 0: none */
int64_t ccd_hints_find(ccd_hints *hints, const char *key);
