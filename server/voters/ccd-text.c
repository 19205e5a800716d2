/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conversions between Windows-1252, UTF-16 and UTF-8; see ccd-text.h. */
#include "server/voters/ccd-text.h"

#include <stdint.h>
#include <string.h>

#include "common/base/cc-base.h"

bool
ccd_text_has_high(const char *text, size_t n)
{
  uint64_t seen = 0;
  for (; n >= 8; n -= 8, text += 8) {
    uint64_t word;
    memcpy(&word, text, 8);
    seen |= word;
  }
  for (; n > 0; n--, text++)
    seen |= (unsigned char) *text;
  return (seen & UINT64_C(0x8080808080808080)) != 0;
}

static char *
put_utf8(char *out, uint32_t c)
{
  if (c < 0x80) {
    *out++ = (char) c;
    return out;
  }
  if (c < 0x800) {
    *out++ = (char) (0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    *out++ = (char) (0xE0 | (c >> 12));
    *out++ = (char) (0x80 | ((c >> 6) & 0x3F));
  } else {
    *out++ = (char) (0xF0 | (c >> 18));
    *out++ = (char) (0x80 | ((c >> 12) & 0x3F));
    *out++ = (char) (0x80 | ((c >> 6) & 0x3F));
  }
  *out++ = (char) (0x80 | (c & 0x3F));
  return out;
}

/* Code points of the Windows-1252 bytes 0x80 to 0x9F; the other bytes are the same as in Latin-1.
 */
static const uint16_t special[32] = {
  0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
  0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
  0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
};

size_t
ccd_text_from_1252(const char *text, size_t n, char *out)
{
  char *at = out;
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char) text[i];
    at = put_utf8(at, c >= 0x80 && c < 0xA0 ? special[c - 0x80] : c);
  }
  return (size_t) (at - out);
}

size_t
ccd_text_to_1252(const char *text, size_t n, unsigned char *ret)
{
  const unsigned char *p = (const unsigned char *) text;
  if (n > 1 && (p[0] == 0xC2 || p[0] == 0xC3) && (p[1] & 0xC0) == 0x80) {
    *ret = (unsigned char) (p[0] == 0xC2 ? p[1] : p[1] | 0x40);
    return 2;
  }
  for (unsigned i = 0; i < CC_N(special); i++) {
    char one[4];
    size_t length = (size_t) (put_utf8(one, special[i]) - one);
    if (special[i] != 0xFFFD && n >= length && memcmp(text, one, length) == 0) {
      *ret = (unsigned char) (0x80 + i);
      return length;
    }
  }
  return 0;
}

static uint32_t
read_unit(const unsigned char *bytes, bool big_endian)
{
  return big_endian ? (uint32_t) bytes[0] << 8 | bytes[1] : (uint32_t) bytes[1] << 8 | bytes[0];
}

size_t
ccd_text_from_utf16(const unsigned char *bytes,
                    size_t n,
                    bool big_endian,
                    bool last,
                    char *out,
                    size_t *ret_used)
{
  char *at = out;
  size_t i = 0;
  while (n - i >= 2) {
    uint32_t c = read_unit(bytes + i, big_endian);
    bool high = c >= 0xD800 && c < 0xDC00;
    if (high && n - i < 4 && !last)
      break;
    uint32_t low = high && n - i >= 4 ? read_unit(bytes + i + 2, big_endian) : 0;
    i += 2;
    if (high && low >= 0xDC00 && low < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    } else if (c >= 0xD800 && c < 0xE000) {
      c = 0xFFFD;
    }
    at = put_utf8(at, c);
  }
  if (last && n - i == 1) {
    at = put_utf8(at, 0xFFFD);
    i++;
  }
  *ret_used = i;
  return (size_t) (at - out);
}
