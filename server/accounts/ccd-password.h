/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Passwords: Argon2id (RFC 9106) with 19 MiB, two passes and one lane, stored as PHC strings.
 * The text is normalized to NFC first, because keyboards compose characters such as "é"
 * differently. */

/* Hash a password. CC_ERR_UNAVAILABLE: too many hashes are waiting. */
cc_status
ccd_password_hash(cc_arena *arena, const char *password, char **ret, cc_error *reterr) CC_MUSTCHECK;

/**
 * Check a password against @hash.
 *
 * @hash: NULL when the account does not exist: takes the same time, and the result is false
 * @ret_right: set only on CC_OK
 */
cc_status ccd_password_verify(cc_arena *arena,
                              const char *password,
                              const char *hash,
                              bool *ret_right,
                              cc_error *reterr) CC_MUSTCHECK;

/* Was the hash made with other parameters than the current ones? */
bool ccd_password_needs_rehash(const char *hash);

/**
 * Check a new password against the rules: 12 to 128 code points, a zxcvbn score of 3 or more.
 *
 * @pointer: JSON pointer of its field
 * @words: words that are easily guessed for this person (address, names); ends with NULL
 * @reterr: gets the field error with a hint
 *
 * Returns CC_ERR_INVALID, or CC_ERR_NO_MEMORY.
 */
cc_status ccd_password_check(const char *password,
                             const char *pointer,
                             const char *const *words,
                             cc_error_list *reterr) CC_MUSTCHECK;

/* The command hash-password: reads a line from @in, writes its hash to @out. The rules are not
 * applied, so that operators can make passwords for tests and demonstrations. */
cc_status ccd_password_hash_line(FILE *in, FILE *out, cc_error *reterr) CC_MUSTCHECK;
