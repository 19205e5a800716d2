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

#define SEAL_BARE 1 /* version of seals without a key id, from before keys could be changed */
#define SEAL_VERSION 2
#define SEAL_NONCE 12
#define SEAL_TAG 16

/* The algorithms, looked up once at start: looking one up by name costs more than hashing a
 * token. */
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

static bool
derive_id(const uint8_t *secret, uint8_t ret[static CCD_KEY_ID_BYTES])
{
  uint8_t id[CCD_KEY_BYTES];
  bool ok = derive_key(secret, "campaign-center key id v1", id);
  memcpy(ret, id, CCD_KEY_ID_BYTES);
  return ok;
}

static cc_status
read_secret(const char *hex,
            size_t length,
            const char *setting,
            uint8_t ret[static CCD_KEY_BYTES],
            cc_error *reterr)
{
  if (length == 2 * CCD_KEY_BYTES && hex_parse(hex, CCD_KEY_BYTES, ret))
    return CC_OK;
  return cc_fail(reterr,
                 CC_ERR_INVALID,
                 "secret_key",
                 "%s must be %d hexadecimal digits",
                 setting,
                 2 * CCD_KEY_BYTES);
}

static cc_status
fail_derive(cc_error *reterr)
{
  return cc_fail(reterr, CC_ERR_INTERNAL, "hkdf", "Keys could not be derived from SECRET_KEY");
}

cc_status
ccd_keys_derive(const char *secret_hex, ccd_keys *ret, cc_error *reterr)
{
  uint8_t secret[CCD_KEY_BYTES];
  size_t length = secret_hex == NULL ? 0 : strlen(secret_hex);

  cc_status status = read_secret(secret_hex, length, "SECRET_KEY", secret, reterr);
  if (status != CC_OK)
    return status;
  ret->n_before = 0;
  bool ok = derive_id(secret, ret->id) &&
            derive_key(secret, "campaign-center seal v1", ret->seal) &&
            derive_key(secret, "campaign-center cursor v1", ret->cursor) &&
            derive_key(secret, "campaign-center lookup v1", ret->lookup) &&
            derive_key(secret, "campaign-center erasure v1", ret->erasure);
  OPENSSL_cleanse(secret, sizeof(secret));
  return ok ? CC_OK : fail_derive(reterr);
}

cc_status
ccd_keys_add_previous(ccd_keys *keys,
                      const char *previous,
                      const char *erasure_hex,
                      cc_error *reterr)
{
  uint8_t secret[CCD_KEY_BYTES];

  for (const char *at = previous; *at != '\0';) {
    size_t length = strcspn(at, ",");
    if (keys->n_before == CCD_KEYS_BEFORE_MAX)
      return cc_fail(reterr,
                     CC_ERR_INVALID,
                     "secret_key",
                     "SECRET_KEY_PREVIOUS has more than %d keys",
                     CCD_KEYS_BEFORE_MAX);
    cc_status status = read_secret(at, length, "Each key of SECRET_KEY_PREVIOUS", secret, reterr);
    if (status != CC_OK)
      return status;
    ccd_keys_before *before = &keys->before[keys->n_before++];
    bool ok = derive_id(secret, before->id) &&
              derive_key(secret, "campaign-center seal v1", before->seal) &&
              derive_key(secret, "campaign-center cursor v1", before->cursor) &&
              derive_key(secret, "campaign-center lookup v1", before->lookup) &&
              derive_key(secret, "campaign-center erasure v1", keys->erasure);
    OPENSSL_cleanse(secret, sizeof(secret));
    if (!ok)
      return fail_derive(reterr);
    at += length + (at[length] == ',');
  }
  return *erasure_hex == '\0'
           ? CC_OK
           : read_secret(erasure_hex, strlen(erasure_hex), "ERASURE_KEY", keys->erasure, reterr);
}

void
ccd_random(void *bytes, size_t n)
{
  uint8_t *at = bytes;

  while (n > 0) {
    ssize_t got = getrandom(at, n < 256 ? n : 256, 0);
    /* Once the system's generator is ready, requests of up to 256 bytes are always complete and
     * never interrupted. */
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
  /* The only possible failure is lack of memory. The program must not continue then, because a
   * message without a MAC must never be sent. */
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

/* Write @per_digit bits of the data per digit, without padding (RFC 4648). */
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
  /* The unused bits of the last digit must be zero, so that each value has exactly one text. */
  if ((buffer & ((1u << bits) - 1)) != 0)
    return false;
  *ret = bytes;
  *ret_n = n;
  return true;
}

/* Run AES-256-GCM in either direction: @tag is written when sealing, and checked when opening. */
static bool
crypt_gcm(bool sealing,
          const uint8_t key[static CCD_KEY_BYTES],
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
    context != NULL && EVP_CipherInit_ex2(context, aes_gcm, key, nonce, sealing, NULL) == 1 &&
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
  const size_t head = 1 + CCD_KEY_ID_BYTES + SEAL_NONCE + SEAL_TAG;
  if (n > INT32_MAX / 4)
    return NULL;
  uint8_t *sealed = cc_arena_alloc(arena, head + n + 1);
  if (sealed == NULL)
    return NULL;
  uint8_t *nonce = sealed + 1 + CCD_KEY_ID_BYTES, *tag = nonce + SEAL_NONCE;
  sealed[0] = SEAL_VERSION;
  memcpy(sealed + 1, keys->id, CCD_KEY_ID_BYTES);
  ccd_random(nonce, SEAL_NONCE);
  if (!crypt_gcm(/* sealing= */ true, keys->seal, place, nonce, data, (int) n, tag + SEAL_TAG, tag))
    return NULL;
  return ccd_bytea(arena, sealed, head + n);
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

  if (!ccd_bytea_parse(arena, bytea_text, &sealed, &n) || n == 0 || n > INT32_MAX / 4)
    return false;
  bool bare = sealed[0] == SEAL_BARE;
  size_t start = bare ? 1 : 1 + CCD_KEY_ID_BYTES, head = start + SEAL_NONCE + SEAL_TAG;
  if ((!bare && sealed[0] != SEAL_VERSION) || n < head)
    return false;
  uint8_t *nonce = sealed + start, *tag = nonce + SEAL_NONCE;
  uint8_t *clear = cc_arena_alloc(arena, n - head + 1);
  bool open = false;
  for (size_t i = 0; clear != NULL && !open && i <= keys->n_before; i++) {
    const uint8_t *id = i == 0 ? keys->id : keys->before[i - 1].id;
    const uint8_t *key = i == 0 ? keys->seal : keys->before[i - 1].seal;
    if (bare || memcmp(id, sealed + 1, CCD_KEY_ID_BYTES) == 0)
      open = crypt_gcm(/* sealing= */ false,
                       key,
                       place,
                       nonce,
                       tag + SEAL_TAG,
                       (int) (n - head),
                       clear,
                       tag);
  }
  *ret = open ? (char *) clear : NULL;
  *ret_n = open ? n - head : 0;
  return open;
}
