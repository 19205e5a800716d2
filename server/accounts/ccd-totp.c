/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accounts/ccd-totp.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "server/engine/ccd-crypto.h"

/* Computes one-time codes and recovery codes. Pure functions without access to the database;
 * called by ccd-second-factor.c. */

#define SHA1_BYTES 20
#define RECOVERY_BYTES 10

/* The one-time code of a step (RFC 6238). */
static void
make_code(const uint8_t *secret, size_t n, int64_t step, char ret[CCD_TOTP_DIGITS + 1])
{
  uint8_t counter[8], mac[SHA1_BYTES];
  unsigned length = 0;

  for (size_t i = 0; i < sizeof(counter); i++)
    counter[i] = (uint8_t) ((uint64_t) step >> (56 - 8 * i));
  const void *made = HMAC(EVP_sha1(), secret, (int) n, counter, sizeof(counter), mac, &length);
  assert(made != NULL && length == SHA1_BYTES);
  /* RFC 4226 section 5.3: dynamic truncation. */
  const uint8_t *at = mac + (mac[SHA1_BYTES - 1] & 15);
  uint32_t number =
    (uint32_t) (at[0] & 127) << 24 | (uint32_t) at[1] << 16 | (uint32_t) at[2] << 8 | at[3];
  for (size_t i = CCD_TOTP_DIGITS; i > 0; i--, number /= 10)
    ret[i - 1] = (char) ('0' + number % 10);
  ret[CCD_TOTP_DIGITS] = '\0';
}

bool
ccd_totp_match(const uint8_t *secret, size_t n, const char *code, cc_time now, int64_t *ret_step)
{
  int64_t step = now / (CCD_TOTP_PERIOD * CC_TIME_SECOND);
  bool found = false;

  if (strlen(code) != CCD_TOTP_DIGITS)
    return false;
  for (int64_t i = step - 1; i <= step + 1; i++) {
    char right[CCD_TOTP_DIGITS + 1];
    make_code(secret, n, i, right);
    if (ccd_equal_constant_time(right, code, CCD_TOTP_DIGITS)) {
      found = true;
      *ret_step = i;
    }
  }
  return found;
}

char *
ccd_totp_uri(cc_arena *arena, const char *secret_base32, const char *email)
{
  static const char hex[] = "0123456789ABCDEF";
  char *label = cc_arena_text(arena, 3 * strlen(email) + 1);
  if (label == NULL)
    return NULL;
  size_t length = 0;
  for (const unsigned char *at = (const unsigned char *) email; *at != '\0'; at++) {
    bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                 (*at >= '0' && *at <= '9') || strchr("-._~", *at) != NULL;
    if (plain) {
      label[length++] = (char) *at;
      continue;
    }
    label[length++] = '%';
    label[length++] = hex[*at >> 4];
    label[length++] = hex[*at & 15];
  }
  label[length] = '\0';
  return cc_arena_printf(arena,
                         "otpauth://totp/Campaign%%20Center:%s?secret=%s&issuer=Campaign%%20Center"
                         "&algorithm=SHA1&digits=%d&period=%d",
                         label,
                         secret_base32,
                         CCD_TOTP_DIGITS,
                         CCD_TOTP_PERIOD);
}

char *
ccd_recovery_code_plain(cc_arena *arena, const char *typed)
{
  char *plain = cc_arena_text(arena, strlen(typed) + 1);
  if (plain == NULL)
    return NULL;
  size_t length = 0;
  for (; *typed != '\0'; typed++) {
    char c = *typed >= 'A' && *typed <= 'Z' ? (char) (*typed - 'A' + 'a') : *typed;
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      plain[length++] = c;
  }
  plain[length] = '\0';
  return plain;
}

char *
ccd_recovery_code_new(cc_arena *arena)
{
  uint8_t bytes[RECOVERY_BYTES];

  ccd_random(bytes, sizeof(bytes));
  char *text = ccd_base32(arena, bytes, sizeof(bytes));
  char *code = text == NULL ? NULL : ccd_recovery_code_plain(arena, text);
  if (code == NULL)
    return NULL;
  return cc_arena_printf(arena, "%.4s-%.4s-%.4s-%.4s", code, code + 4, code + 8, code + 12);
}
