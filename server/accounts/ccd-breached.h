/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-status.h"

/* Passwords that were stolen elsewhere, which attackers try first: a list in a file, one per
 * line, plain or gzip. See docs/decisions/0008-breached-passwords.md. */

/* Read the list before threads start. Lines too short for a password are skipped. @path "": no
 * list. CC_ERR_INVALID: @path cannot be read; it is no error that CCD_PASSWORD_LIST is not
 * installed. */
cc_status ccd_breached_load(const char *path, cc_error *reterr) CC_MUSTCHECK;
void ccd_breached_done(void);

/* Is a password on the list? Case is ignored. */
bool ccd_breached_has(const char *password);
