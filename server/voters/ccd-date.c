/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses and formats the dates of voter files, which come in several formats; see ccd-date.h. */
#include "server/voters/ccd-date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "server/voters/ccd-voter-row.h"

/* The numbers of a date in the order of the text, and the number of digits of each. */
typedef struct numbers {
  int value[3], digits[3];
  int n;
  char sign; /* the separator */
} numbers;

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Read the digits at *at as the next number of @ret and move *at after them. Returns false when
 * there are no digits, or more than 8. */
static bool
read_number(ccd_slice text, size_t *at, numbers *ret)
{
  int n = ret->n++;
  for (; *at < text.length && is_digit(text.text[*at]); ++*at) {
    ret->value[n] = ret->value[n] * 10 + (text.text[*at] - '0');
    if (++ret->digits[n] > 8)
      return false;
  }
  return ret->digits[n] > 0;
}

/* Returns whether the rest of the text, from @at on, has only characters of a time of day. The
 * time is ignored. */
static bool
only_time(ccd_slice text, size_t at)
{
  for (; at < text.length; at++) {
    if (text.text[at] == '\0' || strchr("0123456789:. TZAPMapm+-", text.text[at]) == NULL)
      return false;
  }
  return true;
}

/* Read up to three numbers with the same separator between them. A time of day may follow, after
 * a blank or "T". */
static bool
read_numbers(ccd_slice text, numbers *ret)
{
  *ret = (numbers){.n = 0};
  size_t at = 0;
  while (ret->n < 3) {
    if (!read_number(text, &at, ret))
      return false;
    char c = at < text.length ? text.text[at] : '\0';
    if (at == text.length || ((c == ' ' || c == 'T') && ret->n != 2))
      return only_time(text, at);
    bool sign = (c == '/' || c == '-' || c == '.') && (ret->sign == '\0' || ret->sign == c);
    if (!sign)
      return false;
    ret->sign = c;
    at++;
  }
  return false;
}

static int
days_in(int year, int month)
{
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

/* Set *ret to the date. Returns false if the date is not valid. Some states write 0 for an
 * unknown month or day; the result is then only the year. */
static bool
set_date(int year, int month, int day, ccd_date *ret)
{
  if (year == 0 && month == 0 && day == 0) {
    *ret = (ccd_date){0};
    return true;
  }
  if (year < 1800 || year > 2100 || month < 0 || month > 12 || day < 0)
    return false;
  if (month == 0 || day == 0) {
    if (day > 31)
      return false;
    *ret = (ccd_date){.year = (int16_t) year};
    return true;
  }
  if (day > days_in(year, month))
    return false;
  bool placeholder = month == 1 && day == 1 && (year == 1800 || year == 1900);
  *ret = placeholder ? (ccd_date){0} : (ccd_date){(int16_t) year, (uint8_t) month, (uint8_t) day};
  return true;
}

static int
whole_year(const numbers *n, int index, int pivot)
{
  if (n->digits[index] != 2)
    return n->digits[index] == 4 ? n->value[index] : 0;
  return n->value[index] + (n->value[index] <= pivot ? 2000 : 1900);
}

/* Set *ret to the date that a spreadsheet stores as a day number (days since 1899-12-30).
 * Returns false outside of March 1900 to 2099. */
static bool
set_excel(int days, ccd_date *ret)
{
  if (days < 61 || days > 73050)
    return false;
  int year = 1900, left = days - 2; /* days since 1900-01-01 */
  for (int length; left >= (length = 337 + days_in(year, 2)); year++)
    left -= length;
  int month = 1;
  for (; left >= days_in(year, month); month++)
    left -= days_in(year, month);
  return set_date(year, month, left + 1, ret);
}

/* Set *ret to the date that is written as eight digits without separators, in the format @form. */
static bool
set_packed(const numbers *n, int form, ccd_date *ret)
{
  int v = n->value[0];
  bool year_first = form == CC_DATE_YYYYMMDD;
  if (form == CC_DATE_AUTO) {
    int year = v / 10000;
    year_first = year >= 1850 && year <= 2100 && v / 100 % 100 <= 12;
  }
  return year_first ? set_date(v / 10000, v / 100 % 100, v % 100, ret)
                    : set_date(v % 10000, v / 1000000, v / 10000 % 100, ret);
}

static bool
set_single(const numbers *n, int form, ccd_date *ret)
{
  bool automatic = form == CC_DATE_AUTO;
  if (form == CC_DATE_EXCEL)
    return set_excel(n->value[0], ret);
  if (n->digits[0] == 4 && (automatic || form == CC_DATE_YEAR))
    return set_date(n->value[0], 0, 0, ret);
  bool packed = automatic || form == CC_DATE_YYYYMMDD || form == CC_DATE_MMDDYYYY;
  if (n->digits[0] == 8 && packed)
    return set_packed(n, form, ret);
  /* MMDDYYYY with seven digits: a spreadsheet has removed the leading zero of the month. */
  if (n->digits[0] == 7 && form == CC_DATE_MMDDYYYY)
    return set_packed(n, form, ret);
  return false;
}

bool
ccd_date_parse(ccd_slice text, int form, int pivot, ccd_date *ret)
{
  while (text.length > 0 && text.text[text.length - 1] == ' ')
    text.length--;
  while (text.length > 0 && text.text[0] == ' ') {
    text.text++;
    text.length--;
  }
  if (text.length == 0) {
    *ret = (ccd_date){0};
    return true;
  }
  numbers n;
  if (!read_numbers(text, &n))
    return false;
  bool automatic = form == CC_DATE_AUTO || form == 0;
  if (n.n == 1)
    return set_single(&n, automatic ? CC_DATE_AUTO : form, ret);
  if (n.n != 3)
    return false;
  if (n.digits[0] == 4)
    return (automatic || form == CC_DATE_YMD) && set_date(n.value[0], n.value[1], n.value[2], ret);
  int year = whole_year(&n, 2, pivot);
  if (form == CC_DATE_DMY)
    return set_date(year, n.value[1], n.value[0], ret);
  return (automatic || form == CC_DATE_MDY) && set_date(year, n.value[0], n.value[1], ret);
}

void
ccd_date_format(ccd_date date, char buffer[static 11])
{
  buffer[0] = '\0';
  if (date.year > 0 && date.year <= 9999 && date.month > 0)
    (void) snprintf(buffer, 11, "%04d-%02d-%02d", date.year, date.month % 100, date.day % 100);
  else if (date.year > 0 && date.year <= 9999)
    (void) snprintf(buffer, 11, "%04d", date.year);
}
