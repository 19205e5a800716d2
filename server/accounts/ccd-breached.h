/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-status.h"

/* Passwords that were stolen elsewhere and are tried first: a list in a file, one a line, plain or
 * gzip. See docs/decisions/0008-breached-passwords.md. */

/* Read the list, before there are other threads. Lines that are too short for a password are left
 * out. @path "": none. CC_ERR_INVALID: @path cannot be read; that CCD_PASSWORD_LIST is not
 * installed is no error. */
cc_status ccd_breached_load(const char *path, cc_error *reterr) CC_MUSTCHECK;
void ccd_breached_done(void);

/* Whether a password is on the list; capitals do not matter. */
bool ccd_breached_has(const char *password);
