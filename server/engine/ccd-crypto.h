/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Cryptographic functions of the server, all based on OpenSSL's libcrypto. */

#define CCD_KEY_BYTES 32
#define CCD_HASH_BYTES 32

#define CCD_KEY_ID_BYTES 4
#define CCD_KEYS_BEFORE_MAX 4

/* Keys derived from an earlier SECRET_KEY, used only for reading what was written under it. */
typedef struct ccd_keys_before {
  uint8_t id[CCD_KEY_ID_BYTES];
  uint8_t seal[CCD_KEY_BYTES];
  uint8_t cursor[CCD_KEY_BYTES];
  uint8_t lookup[CCD_KEY_BYTES];
} ccd_keys_before;

/* Keys for one purpose each, derived from SECRET_KEY with HKDF-SHA256 (RFC 5869, info =
 * purpose). */
typedef struct ccd_keys {
  uint8_t id[CCD_KEY_ID_BYTES];  /* identifies the key in seals without revealing the key */
  uint8_t seal[CCD_KEY_BYTES];   /* AES-256-GCM of stored secrets */
  uint8_t cursor[CCD_KEY_BYTES]; /* HMAC of list cursors */
  uint8_t lookup[CCD_KEY_BYTES]; /* HMAC of addresses in rate counters, so that Redis contains no
                                    addresses in plain text */
  /* key of the HMAC that marks erased people; does not change when SECRET_KEY changes */
  uint8_t erasure[CCD_KEY_BYTES];
  ccd_keys_before before[CCD_KEYS_BEFORE_MAX]; /* keys of SECRET_KEY_PREVIOUS, newest first */
  size_t n_before;
} ccd_keys;

/* Derive the keys from a secret of 64 hexadecimal digits. */
cc_status ccd_keys_derive(const char *secret_hex, ccd_keys *ret, cc_error *reterr) CC_MUSTCHECK;

/**
 * Let @keys also read data that was written under earlier keys.
 *
 * @previous: SECRET_KEY_PREVIOUS, newest first, separated by commas; "": none
 * @erasure_hex: ERASURE_KEY; "": the erasure key derived from the oldest known secret
 */
cc_status ccd_keys_add_previous(ccd_keys *keys,
                                const char *previous,
                                const char *erasure_hex,
                                cc_error *reterr) CC_MUSTCHECK;

/* Fill with random bytes of the system's generator; aborts on failure, because the program must
 * not continue with predictable bytes. */
void ccd_random(void *bytes, size_t n);

/* A new token: @prefix and 43 base64url characters made of 32 random bytes. Allocated in the
 * arena. */
char *ccd_token_new(cc_arena *arena, const char *prefix);

void ccd_sha256(const void *data, size_t n, uint8_t ret[static CCD_HASH_BYTES]);
void ccd_hmac_sha256(const uint8_t key[static CCD_KEY_BYTES],
                     const void *data,
                     size_t n,
                     uint8_t ret[static CCD_HASH_BYTES]);
bool ccd_equal_constant_time(const void *a, const void *b, size_t n);

/* Bytes as PostgreSQL's text form of bytea ("\\x…"), allocated in the arena: for query
 * arguments. */
char *ccd_bytea(cc_arena *arena, const void *data, size_t n);

/* SHA-256 of a token as bytea text: the tables store this instead of the token. */
char *ccd_token_hash(cc_arena *arena, const char *token);

/* Read the bytes of PostgreSQL's text form of bytea. False when the text has another form. */
bool ccd_bytea_parse(cc_arena *arena, const char *text, uint8_t **ret, size_t *ret_n);

char *ccd_hex(cc_arena *arena, const void *data, size_t n);
char *ccd_base64url(cc_arena *arena, const void *data, size_t n);
bool
ccd_base64url_parse(cc_arena *arena, const char *text, size_t length, uint8_t **ret, size_t *ret_n);
char *
ccd_base32(cc_arena *arena, const void *data, size_t n); /* RFC 4648, no padding: TOTP secrets */

/**
 * Seal @n bytes with AES-256-GCM. @place (such as "users|7|totp_secret") is authenticated but not
 * stored, so a sealed value that was copied to another row does not open.
 *
 * The result is bytea text for a query argument: version byte, id of the key, nonce, tag,
 * ciphertext.
 */
char *
ccd_seal(cc_arena *arena, const ccd_keys *keys, const char *place, const void *data, size_t n);

/* Open bytea text that ccd_seal made. The bytes are followed by a NUL that is not counted.
 * False: made by another key, moved or changed. */
bool ccd_unseal(cc_arena *arena,
                const ccd_keys *keys,
                const char *place,
                const char *bytea_text,
                char **ret,
                size_t *ret_n);
