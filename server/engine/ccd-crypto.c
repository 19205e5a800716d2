/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-crypto.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/cc-str.h"

#define SEAL_VERSION 1
#define SEAL_NONCE 12
#define SEAL_TAG 16
#define SEAL_HEAD (1 + SEAL_NONCE + SEAL_TAG)

/* Fetched once: looking an algorithm up by name costs more than hashing a token. */
static EVP_MD *sha256;
static EVP_MAC *hmac;
static EVP_CIPHER *aes_gcm;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void
fetch_algorithms(void)
{
  sha256 = EVP_MD_fetch(/* libctx= */ NULL, "SHA256", /* properties= */ NULL);
  hmac = EVP_MAC_fetch(/* libctx= */ NULL, "HMAC", /* properties= */ NULL);
  aes_gcm = EVP_CIPHER_fetch(/* libctx= */ NULL, "AES-256-GCM", /* properties= */ NULL);
  assert(sha256 != NULL && hmac != NULL && aes_gcm != NULL);
}

static void
fetch_once(void)
{
  int failed = pthread_once(&fetched, fetch_algorithms);
  assert(failed == 0);
}

static bool
hex_parse(const char *text, size_t n, uint8_t *ret)
{
  for (size_t i = 0; i < n; i++) {
    int high = cc_hex_value(text[2 * i]);
    int low = high < 0 ? -1 : cc_hex_value(text[2 * i + 1]);
    if (low < 0)
      return false;
    ret[i] = (uint8_t) (high * 16 + low);
  }
  return true;
}

static void
hex_write(const uint8_t *data, size_t n, char *ret)
{
  static const char digits[] = "0123456789abcdef";

  for (size_t i = 0; i < n; i++) {
    ret[2 * i] = digits[data[i] >> 4];
    ret[2 * i + 1] = digits[data[i] & 15];
  }
}

static bool
derive_key(const uint8_t *secret, const char *purpose, uint8_t ret[static CCD_KEY_BYTES])
{
  EVP_KDF *kdf = EVP_KDF_fetch(/* libctx= */ NULL, "HKDF", /* properties= */ NULL);
  EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
  OSSL_PARAM params[] = {
    OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, (void *) (uintptr_t) "SHA256", 6),
    OSSL_PARAM_octet_string(OSSL_KDF_PARAM_KEY, (void *) (uintptr_t) secret, CCD_KEY_BYTES),
    OSSL_PARAM_octet_string(OSSL_KDF_PARAM_INFO, (void *) (uintptr_t) purpose, strlen(purpose)),
    OSSL_PARAM_END,
  };
  bool ok = context != NULL && EVP_KDF_derive(context, ret, CCD_KEY_BYTES, params) == 1;

  EVP_KDF_CTX_free(context);
  EVP_KDF_free(kdf);
  return ok;
}

cc_status
ccd_keys_derive(const char *secret_hex, ccd_keys *ret, cc_error *reterr)
{
  uint8_t secret[CCD_KEY_BYTES];

  if (secret_hex == NULL || strlen(secret_hex) != 2 * sizeof(secret) ||
      !hex_parse(secret_hex, sizeof(secret), secret))
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "secret_key",
                   "SECRET_KEY must be %zu hexadecimal digits",
                   2 * sizeof(secret));
  bool ok = derive_key(secret, "campaign-center seal v1", ret->seal) &&
            derive_key(secret, "campaign-center cursor v1", ret->cursor) &&
            derive_key(secret, "campaign-center lookup v1", ret->lookup) &&
            derive_key(secret, "campaign-center erasure v1", ret->erasure);
  OPENSSL_cleanse(secret, sizeof(secret));
  if (!ok)
    return cc_fail(reterr, CC_ERR_INTERNAL, "hkdf", "Keys could not be derived from SECRET_KEY");
  return CC_OK;
}

void
ccd_random(void *bytes, size_t n)
{
  uint8_t *at = bytes;

  while (n > 0) {
    ssize_t got = getrandom(at, n < 256 ? n : 256, 0);
    /* Up to 256 bytes come whole and uninterrupted once the generator is ready. */
    assert(got > 0);
    at += got;
    n -= (size_t) got;
  }
}

char *
ccd_token_new(cc_arena *arena, const char *prefix)
{
  uint8_t bytes[32];

  ccd_random(bytes, sizeof(bytes));
  char *text = ccd_base64url(arena, bytes, sizeof(bytes));
  OPENSSL_cleanse(bytes, sizeof(bytes));
  return text == NULL ? NULL : cc_arena_printf(arena, "%s%s", prefix, text);
}

void
ccd_sha256(const void *data, size_t n, uint8_t ret[static CCD_HASH_BYTES])
{
  fetch_once();
  int ok = EVP_Digest(data, n, ret, /* size= */ NULL, sha256, /* engine= */ NULL);
  assert(ok == 1);
}

void
ccd_hmac_sha256(const uint8_t key[static CCD_KEY_BYTES],
                const void *data,
                size_t n,
                uint8_t ret[static CCD_HASH_BYTES])
{
  fetch_once();
  char digest[] = "SHA256";
  OSSL_PARAM params[] = {
    OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, sizeof(digest) - 1),
    OSSL_PARAM_END,
  };
  size_t written = 0;
  EVP_MAC_CTX *context = EVP_MAC_CTX_new(hmac);
  /* The only failure is memory, and an answer without a MAC must not leave the house. */
  assert(context != NULL);
  bool ok = EVP_MAC_init(context, key, CCD_KEY_BYTES, params) == 1 &&
            EVP_MAC_update(context, data, n) == 1 &&
            EVP_MAC_final(context, ret, &written, CCD_HASH_BYTES) == 1;
  EVP_MAC_CTX_free(context);
  assert(ok && written == CCD_HASH_BYTES);
}

bool
ccd_equal_constant_time(const void *a, const void *b, size_t n)
{
  return CRYPTO_memcmp(a, b, n) == 0;
}

char *
ccd_bytea(cc_arena *arena, const void *data, size_t n)
{
  char *text = cc_arena_text(arena, 2 * n + 3);
  if (text == NULL)
    return NULL;
  text[0] = '\\';
  text[1] = 'x';
  hex_write(data, n, text + 2);
  text[2 * n + 2] = '\0';
  return text;
}

char *
ccd_token_hash(cc_arena *arena, const char *token)
{
  uint8_t hash[CCD_HASH_BYTES];

  ccd_sha256(token, strlen(token), hash);
  return ccd_bytea(arena, hash, sizeof(hash));
}

bool
ccd_bytea_parse(cc_arena *arena, const char *text, uint8_t **ret, size_t *ret_n)
{
  size_t length = text == NULL ? 0 : strlen(text);
  if (length < 2 || length % 2 != 0 || text[0] != '\\' || text[1] != 'x')
    return false;
  size_t n = (length - 2) / 2;
  uint8_t *bytes = cc_arena_alloc(arena, n + 1);
  if (bytes == NULL || !hex_parse(text + 2, n, bytes))
    return false;
  *ret = bytes;
  *ret_n = n;
  return true;
}

char *
ccd_hex(cc_arena *arena, const void *data, size_t n)
{
  char *text = cc_arena_text(arena, 2 * n + 1);
  if (text == NULL)
    return NULL;
  hex_write(data, n, text);
  text[2 * n] = '\0';
  return text;
}

/* @per_digit bits of the data to a digit, without padding (RFC 4648). */
static char *
write_digits(cc_arena *arena, const void *data, size_t n, const char *digits, unsigned per_digit)
{
  const uint8_t *bytes = data;
  char *text = cc_arena_text(arena, (n * 8 + per_digit - 1) / per_digit + 1);
  if (text == NULL)
    return NULL;
  size_t length = 0;
  unsigned buffer = 0, bits = 0, mask = (1u << per_digit) - 1;
  for (size_t i = 0; i < n; i++) {
    buffer = (buffer << 8 | bytes[i]) & 0xffff;
    for (bits += 8; bits >= per_digit; bits -= per_digit)
      text[length++] = digits[buffer >> (bits - per_digit) & mask];
  }
  if (bits > 0)
    text[length++] = digits[buffer << (per_digit - bits) & mask];
  text[length] = '\0';
  return text;
}

char *
ccd_base64url(cc_arena *arena, const void *data, size_t n)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return write_digits(arena, data, n, digits, /* per_digit= */ 6);
}

char *
ccd_base32(cc_arena *arena, const void *data, size_t n)
{
  return write_digits(arena, data, n, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", /* per_digit= */ 5);
}

static int
base64url_value(char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  if (c == '-')
    return 62;
  return c == '_' ? 63 : -1;
}

bool
ccd_base64url_parse(cc_arena *arena, const char *text, size_t length, uint8_t **ret, size_t *ret_n)
{
  if (length % 4 == 1)
    return false;
  uint8_t *bytes = cc_arena_alloc(arena, length * 3 / 4 + 1);
  if (bytes == NULL)
    return false;
  size_t n = 0;
  unsigned buffer = 0, bits = 0;
  for (size_t i = 0; i < length; i++) {
    int value = base64url_value(text[i]);
    if (value < 0)
      return false;
    buffer = (buffer << 6 | (unsigned) value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[n++] = (uint8_t) (buffer >> bits);
    }
  }
  /* One text per value: what is left over must be zero. */
  if ((buffer & ((1u << bits) - 1)) != 0)
    return false;
  *ret = bytes;
  *ret_n = n;
  return true;
}

/* Both directions of AES-256-GCM: @tag is written when sealing and checked when opening. */
static bool
crypt_gcm(bool sealing,
          const ccd_keys *keys,
          const char *place,
          const uint8_t *nonce,
          const uint8_t *input,
          int n,
          uint8_t *output,
          uint8_t *tag)
{
  fetch_once();
  int part = 0, last = 0;
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  bool ok =
    context != NULL &&
    EVP_CipherInit_ex2(context, aes_gcm, keys->seal, nonce, sealing, NULL) == 1 &&
    EVP_CipherUpdate(context, NULL, &part, (const uint8_t *) place, (int) strlen(place)) == 1 &&
    EVP_CipherUpdate(context, output, &part, input, n) == 1;
  if (ok && !sealing)
    ok = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG, tag) == 1;
  ok = ok && EVP_CipherFinal_ex(context, output + part, &last) == 1 && part + last == n;
  if (ok && sealing)
    ok = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG, tag) == 1;
  EVP_CIPHER_CTX_free(context);
  return ok;
}

char *
ccd_seal(cc_arena *arena, const ccd_keys *keys, const char *place, const void *data, size_t n)
{
  if (n > INT32_MAX / 4)
    return NULL;
  uint8_t *sealed = cc_arena_alloc(arena, SEAL_HEAD + n + 1);
  if (sealed == NULL)
    return NULL;
  uint8_t *nonce = sealed + 1, *tag = nonce + SEAL_NONCE;
  sealed[0] = SEAL_VERSION;
  ccd_random(nonce, SEAL_NONCE);
  if (!crypt_gcm(/* sealing= */ true, keys, place, nonce, data, (int) n, tag + SEAL_TAG, tag))
    return NULL;
  return ccd_bytea(arena, sealed, SEAL_HEAD + n);
}

bool
ccd_unseal(cc_arena *arena,
           const ccd_keys *keys,
           const char *place,
           const char *bytea_text,
           char **ret,
           size_t *ret_n)
{
  uint8_t *sealed = NULL;
  size_t n = 0;

  if (!ccd_bytea_parse(arena, bytea_text, &sealed, &n) || n < SEAL_HEAD || n > INT32_MAX / 4 ||
      sealed[0] != SEAL_VERSION)
    return false;
  n -= SEAL_HEAD;
  uint8_t *nonce = sealed + 1, *tag = nonce + SEAL_NONCE;
  uint8_t *clear = cc_arena_alloc(arena, n + 1);
  if (clear == NULL ||
      !crypt_gcm(/* sealing= */ false, keys, place, nonce, tag + SEAL_TAG, (int) n, clear, tag))
    return false;
  *ret = (char *) clear;
  *ret_n = n;
  return true;
}
