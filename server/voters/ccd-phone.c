/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/voters/ccd-phone.h"

#include <string.h>
#include <strings.h>

#define DIGITS_MAX 15

/* Digits of the number, as far as it goes. */
typedef struct dialled {
  char digits[DIGITS_MAX + 1];
  size_t n;
  bool plus;
} dialled;

/* Keys of a telephone: ABC is 2, …, WXYZ is 9. */
static char
key_of(char letter)
{
  static const char keys[] = "22233344455566677778889999";
  return keys[(letter | 0x20) - 'a'];
}

static bool
is_letter(char c)
{
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Where an extension begins: "x12", "ext. 12", ";ext=12", "extension 12", "#12", a float's ".0". */
static bool
is_extension(ccd_slice text, size_t at, size_t digits)
{
  const char *rest = text.text + at;
  size_t left = text.length - at;
  bool whole = digits >= 10 || (digits >= 7 && text.text[0] == '+');
  if (!whole)
    return false;
  return *rest == ';' || *rest == '#' || *rest == ',' || (*rest | 0x20) == 'x' ||
         (left >= 3 && strncasecmp(rest, "ext", 3) == 0) ||
         (left == 2 && memcmp(rest, ".0", 2) == 0);
}

/* A digit of the full-width forms U+FF10 to U+FF19; '\0': none. */
static char
wide_digit(ccd_slice text, size_t at)
{
  const unsigned char *p = (const unsigned char *) text.text + at;
  bool wide = text.length - at >= 3 && p[0] == 0xEF && p[1] == 0xBC && p[2] >= 0x90 && p[2] <= 0x99;
  return wide ? (char) ('0' + p[2] - 0x90) : '\0';
}

/* Letters stand for digits behind four digits and a hyphen or dot, as in 1-800-FLOWERS. */
static bool
take_letter(dialled *d, ccd_slice text, size_t at)
{
  bool spelled = d->n >= 3 && d->n < 11;
  if (!spelled || !is_letter(text.text[at]))
    return false;
  d->digits[d->n++] = key_of(text.text[at]);
  return true;
}

static bool
read_digits(ccd_slice text, dialled *d)
{
  for (size_t i = 0; i < text.length; i++) {
    char c = text.text[i];
    char wide = wide_digit(text, i);
    if (is_extension(text, i, d->n))
      return true;
    if (d->n == DIGITS_MAX && (wide != '\0' || (c >= '0' && c <= '9')))
      return false;
    if (wide != '\0' || (c >= '0' && c <= '9')) {
      d->digits[d->n++] = wide != '\0' ? wide : c;
      i += wide != '\0' ? 2 : 0;
    } else if (c == '+') {
      d->plus |= d->n == 0;
    } else if (is_letter(c) && !take_letter(d, text, i)) {
      return false;
    }
  }
  return true;
}

/* NPA and exchange begin with 2 to 9. */
static bool
in_plan(const char *digits)
{
  return digits[0] >= '2' && digits[3] >= '2';
}

bool
ccd_phone_normal(ccd_slice text, char ret[static CCD_PHONE_MAX])
{
  dialled d = {.n = 0};
  if (text.length == 0 || !read_digits(text, &d))
    return false;
  const char *digits = d.digits;
  size_t n = d.n;
  if (!d.plus && n > 10 && memcmp(digits, "011", 3) == 0) { /* dialled from the United States */
    d.plus = true;
    digits += 3;
    n -= 3;
  }
  bool national = !d.plus && n == 10;
  if (!national && n > 0 && digits[0] == '1') {
    if (n != 11)
      return false;
    digits++;
    national = true;
  }
  if (national ? !in_plan(digits) : (!d.plus || n < 7 || digits[0] == '0'))
    return false;
  char *out = ret;
  *out++ = '+';
  if (national)
    *out++ = '1';
  memcpy(out, digits, national ? 10 : n);
  out[national ? 10 : n] = '\0';
  return true;
}
