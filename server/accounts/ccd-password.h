/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Passwords: Argon2id (RFC 9106) with 19 MiB, two passes, one lane, kept as PHC strings. The text
 * is brought to NFC first, so that one keyboard's "é" is another's. */

/* Hash a password. CC_ERR_UNAVAILABLE: too many hashes are waiting. */
cc_status
ccd_password_hash(cc_arena *arena, const char *password, char **ret, cc_error *reterr) CC_MUSTCHECK;

/**
 * Is it the password of @hash?
 *
 * @hash: NULL when there is no such account: the work is the same, the answer is no
 * @ret_right: set only on CC_OK
 */
cc_status ccd_password_verify(cc_arena *arena,
                              const char *password,
                              const char *hash,
                              bool *ret_right,
                              cc_error *reterr) CC_MUSTCHECK;

/* The hash was made with other parameters than those of today. */
bool ccd_password_needs_rehash(const char *hash);

/**
 * Hold a new password against the rules: 12 to 128 code points, a zxcvbn score of 3 or more.
 *
 * @pointer: JSON pointer of its field
 * @words: what is easily guessed of this person (address, names); ends with NULL
 * @reterr: gets the field error with a hint
 *
 * Returns CC_ERR_INVALID, or CC_ERR_NO_MEMORY.
 */
cc_status ccd_password_check(const char *password,
                             const char *pointer,
                             const char *const *words,
                             cc_error_list *reterr) CC_MUSTCHECK;

/* The command hash-password: a line from @in, its hash to @out. Rules are not asked, so that an
 * operator can make what a test or a demonstration needs. */
cc_status ccd_password_hash_line(FILE *in, FILE *out, cc_error *reterr) CC_MUSTCHECK;
