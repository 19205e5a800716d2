/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Converts the telephone numbers of voter files to E.164; see ccd-phone.h. */
#include "server/voters/ccd-phone.h"

#include <string.h>
#include <strings.h>

#include "common/base/cc-base.h"

#define DIGITS_MAX 15

/* The digits of a telephone number that were read so far; plus: the number began with "+". */
typedef struct dialled {
  char digits[DIGITS_MAX + 1];
  size_t n;
  bool plus;
} dialled;

/* Returns the digit key on which the letter is printed: A, B and C are on 2, …, W to Z on 9. */
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

/* Returns whether an extension begins at @at: "x12", "ext. 12", ";ext=12", "extension 12",
 * "#12". Also true for the ".0" of a number that was stored as floating point, because both are
 * dropped. @digits: number of digits read before @at. */
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

/* Returns the ASCII digit for a full-width digit (U+FF10 to U+FF19) at @at; '\0' for any other
 * character. */
static char
wide_digit(ccd_slice text, size_t at)
{
  const unsigned char *p = (const unsigned char *) text.text + at;
  bool wide = text.length - at >= 3 && p[0] == 0xEF && p[1] == 0xBC && p[2] >= 0x90 && p[2] <= 0x99;
  return wide ? (char) ('0' + p[2] - 0x90) : '\0';
}

/* Add the digit key of a letter, as in 1-800-FLOWERS. Letters are accepted only after at least
 * three digits. Returns false when the character is not accepted. */
static bool
add_letter(dialled *d, ccd_slice text, size_t at)
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
    } else if (is_letter(c) && !add_letter(d, text, i)) {
      return false;
    }
  }
  return true;
}

/* Returns whether ten digits are valid in the North American Numbering Plan: area code and
 * exchange each begin with 2 to 9. */
static bool
in_plan(const char *digits)
{
  return digits[0] >= '2' && digits[3] >= '2';
}

/* Returns whether the word is a label of a telephone number: "(cell)", "tel:". */
static bool
is_label(const char *word, size_t length)
{
  static const char *const labels[] = {"tel",
                                       "telephone",
                                       "phone",
                                       "ph",
                                       "cell",
                                       "mobile",
                                       "home",
                                       "work",
                                       "office",
                                       "landline",
                                       "c",
                                       "m",
                                       "h",
                                       "w"};
  for (size_t i = 0; i < CC_N(labels); i++) {
    if (strlen(labels[i]) == length && strncasecmp(labels[i], word, length) == 0)
      return true;
  }
  return false;
}

static bool
is_around(char c)
{
  return c == ' ' || c == '(' || c == ')' || c == ':' || c == '.';
}

/* Returns the text without a label before or after the number. Letters after a hyphen are kept,
 * because they may spell a number as in 1-800-FLOWERS. */
static ccd_slice
without_labels(ccd_slice text)
{
  size_t n = 0;
  while (n < text.length && (text.text[n] == '(' || text.text[n] == ' '))
    n++;
  size_t begin = n;
  while (n < text.length && is_letter(text.text[n]))
    n++;
  if (n > begin && n < text.length && is_around(text.text[n]) &&
      is_label(text.text + begin, n - begin))
    text = (ccd_slice){text.text + n, text.length - n};
  size_t end = text.length;
  while (end > 0 && is_around(text.text[end - 1]))
    end--;
  n = end;
  while (n > 0 && is_letter(text.text[n - 1]))
    n--;
  if (n > 0 && n < end && is_around(text.text[n - 1]) && is_label(text.text + n, end - n))
    text.length = n;
  return text;
}

static size_t
count_digits(const char *text, size_t length)
{
  size_t n = 0;
  for (size_t i = 0; i < length; i++)
    n += text[i] >= '0' && text[i] <= '9';
  return n;
}

static bool
is_between(char c)
{
  return c != '\0' && strchr(";/,|&", c) != NULL;
}

ccd_slice
ccd_phone_next(ccd_slice *text)
{
  size_t taken = text->length;
  for (size_t i = 0; i < text->length && taken == text->length; i++) {
    size_t next = i + 1;
    if (!is_between(text->text[i]) || count_digits(text->text, i) < 10)
      continue;
    while (next < text->length && !is_between(text->text[next]))
      next++;
    if (count_digits(text->text + i + 1, next - i - 1) >= 10)
      taken = i;
  }
  ccd_slice one = {text->text, taken};
  taken += taken < text->length;
  *text = (ccd_slice){text->text + taken, text->length - taken};
  return one;
}

bool
ccd_phone_normal(ccd_slice text, char ret[static CCD_PHONE_MAX])
{
  dialled d = {.n = 0};
  text = without_labels(text);
  if (text.length == 0 || !read_digits(text, &d))
    return false;
  const char *digits = d.digits;
  size_t n = d.n;
  if (!d.plus && n > 10 &&
      memcmp(digits, "011", 3) == 0) { /* international prefix of the United States */
    d.plus = true;
    digits += 3;
    n -= 3;
  }
  if (!d.plus && n > 10 &&
      memcmp(digits, "00", 2) == 0) { /* international prefix of most other countries */
    d.plus = true;
    digits += 2;
    n -= 2;
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
