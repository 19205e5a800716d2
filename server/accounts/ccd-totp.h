/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-time.h"

/* Time-based one-time codes (RFC 6238 with SHA-1, six digits, steps of 30 seconds) and recovery
 * codes. Stateless: the database ensures that each step and code is used once. */

#define CCD_TOTP_SECRET_BYTES 20
#define CCD_TOTP_DIGITS 6
#define CCD_TOTP_PERIOD 30

/* Does @code belong to the step of @now, or to the one before or after? @ret_step is that step. */
bool
ccd_totp_match(const uint8_t *secret, size_t n, const char *code, cc_time now, int64_t *ret_step);

/* otpauth:// URI, which authenticator applications read from a QR code. NULL at the arena's
 * ceiling. */
char *ccd_totp_uri(cc_arena *arena, const char *secret_base32, const char *email);

/* A new recovery code: 80 random bits as "abcd-efgh-ijkl-mnop". */
char *ccd_recovery_code_new(cc_arena *arena);

/* Normalize a typed recovery code for hashing: lower-case letters and digits only. */
char *ccd_recovery_code_plain(cc_arena *arena, const char *typed);
