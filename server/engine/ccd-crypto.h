/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* The few cryptographic pieces of the house, all from OpenSSL's libcrypto. */

#define CCD_KEY_BYTES 32
#define CCD_HASH_BYTES 32

#define CCD_KEY_ID_BYTES 4
#define CCD_KEYS_BEFORE_MAX 4

/* What is derived of one SECRET_KEY for reading what was written under another one. */
typedef struct ccd_keys_before {
  uint8_t id[CCD_KEY_ID_BYTES];
  uint8_t seal[CCD_KEY_BYTES];
  uint8_t cursor[CCD_KEY_BYTES];
  uint8_t lookup[CCD_KEY_BYTES];
} ccd_keys_before;

/* Keys of one purpose each, derived from SECRET_KEY with HKDF-SHA256 (RFC 5869, info = purpose). */
typedef struct ccd_keys {
  uint8_t id[CCD_KEY_ID_BYTES];  /* stands in seals; tells nothing of the key */
  uint8_t seal[CCD_KEY_BYTES];   /* AES-256-GCM of secrets at rest */
  uint8_t cursor[CCD_KEY_BYTES]; /* HMAC of list cursors */
  uint8_t
    lookup[CCD_KEY_BYTES]; /* HMAC of addresses in rate counters, so Redis holds none in clear */
  uint8_t erasure[CCD_KEY_BYTES]; /* marks of erased people: stays when SECRET_KEY changes */
  ccd_keys_before before[CCD_KEYS_BEFORE_MAX]; /* of SECRET_KEY_PREVIOUS, newest first */
  size_t n_before;
} ccd_keys;

/* @secret_hex: 64 hexadecimal digits. */
cc_status ccd_keys_derive(const char *secret_hex, ccd_keys *ret, cc_error *reterr) CC_MUSTCHECK;

/**
 * Let @keys also read what was written under earlier keys.
 *
 * @previous: SECRET_KEY_PREVIOUS, newest first, with commas; "": none
 * @erasure_hex: ERASURE_KEY; "": the erasure key of the oldest secret that is known
 */
cc_status ccd_keys_add_previous(ccd_keys *keys,
                                const char *previous,
                                const char *erasure_hex,
                                cc_error *reterr) CC_MUSTCHECK;

/* Bytes of the system's generator; failure aborts, since nothing safe can follow. */
void ccd_random(void *bytes, size_t n);

/* A new token: @prefix and 43 base64url characters of 32 random bytes. In the arena. */
char *ccd_token_new(cc_arena *arena, const char *prefix);

void ccd_sha256(const void *data, size_t n, uint8_t ret[static CCD_HASH_BYTES]);
void ccd_hmac_sha256(const uint8_t key[static CCD_KEY_BYTES],
                     const void *data,
                     size_t n,
                     uint8_t ret[static CCD_HASH_BYTES]);
bool ccd_equal_constant_time(const void *a, const void *b, size_t n);

/* bytea in PostgreSQL's text form ("\\x…"), in the arena: for query arguments. */
char *ccd_bytea(cc_arena *arena, const void *data, size_t n);

/* SHA-256 of a token as bytea text: what the tables store instead of the token. */
char *ccd_token_hash(cc_arena *arena, const char *token);

/* Bytes of PostgreSQL's bytea text form. False when it is not one. */
bool ccd_bytea_parse(cc_arena *arena, const char *text, uint8_t **ret, size_t *ret_n);

char *ccd_hex(cc_arena *arena, const void *data, size_t n);
char *ccd_base64url(cc_arena *arena, const void *data, size_t n);
bool
ccd_base64url_parse(cc_arena *arena, const char *text, size_t length, uint8_t **ret, size_t *ret_n);
char *
ccd_base32(cc_arena *arena, const void *data, size_t n); /* RFC 4648, no padding: TOTP secrets */

/**
 * Seal @n bytes with AES-256-GCM. @place (such as "users|7|totp_secret") is authenticated but not
 * stored, so a sealed value that was moved to another row does not open.
 *
 * The result is bytea text for a query argument: version byte, id of the key, nonce, tag,
 * ciphertext.
 */
char *
ccd_seal(cc_arena *arena, const ccd_keys *keys, const char *place, const void *data, size_t n);

/* Open what ccd_seal made, given as bytea text. The bytes are followed by a NUL that is not
 * counted. False: not ours, moved or changed. */
bool ccd_unseal(cc_arena *arena,
                const ccd_keys *keys,
                const char *place,
                const char *bytea_text,
                char **ret,
                size_t *ret_n);
