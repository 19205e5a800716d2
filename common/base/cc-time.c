/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/cc-time.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAY_SECONDS 86400
#define ZONE_FOLDER "/usr/share/zoneinfo/"

static int64_t
clock_read(clockid_t id)
{
  struct timespec now;
  clock_gettime(id, &now);
  return (int64_t) now.tv_sec * CC_TIME_SECOND + now.tv_nsec / 1000;
}

cc_time
cc_time_now(void)
{
  return clock_read(CLOCK_REALTIME);
}

int64_t
cc_time_monotonic(void)
{
  return clock_read(CLOCK_MONOTONIC);
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar. The year starts in March, so that the
 * leap day is its last. Formula: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
 * days_from_civil; here for years >= 1 only, so that no era is negative. */
static int64_t
days_from_civil(int64_t year, unsigned month, unsigned day)
{
  if (month <= 2)
    year--;
  int64_t era = year / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

/* The inverse function (civil_from_days of the same page). */
static void
civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
  days += 719468;
  int64_t era = days / 146097;
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era =
    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t from_march = (5 * day_of_year + 2) / 153;
  *day = (unsigned) (day_of_year - (153 * from_march + 2) / 5 + 1);
  *month = (unsigned) (from_march < 10 ? from_march + 3 : from_march - 9);
  *year = year_of_era + era * 400 + (*month <= 2);
}

static unsigned
days_in_month(int64_t year, unsigned month)
{
  static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29u : days[month - 1];
}

typedef struct reader {
  const char *at, *end;
  bool failed;
} reader;

static unsigned
read_digits(reader *in, int n)
{
  unsigned value = 0;
  for (int i = 0; i < n; i++) {
    if (in->at >= in->end || *in->at < '0' || *in->at > '9') {
      in->failed = true;
      return 0;
    }
    value = value * 10 + (unsigned) (*in->at++ - '0');
  }
  return value;
}

static bool
accept_char(reader *in, char c, char or_c)
{
  if (in->at >= in->end || (*in->at != c && *in->at != or_c))
    return false;
  in->at++;
  return true;
}

static void
expect_char(reader *in, char c, char or_c)
{
  if (!accept_char(in, c, or_c))
    in->failed = true;
}

static int64_t
read_fraction(reader *in)
{
  if (!accept_char(in, '.', '.'))
    return 0;
  int64_t value = read_digits(in, 1) * INT64_C(100000);
  for (int64_t unit = 10000; in->at < in->end && *in->at >= '0' && *in->at <= '9'; unit /= 10)
    value += (*in->at++ - '0') * unit;
  return value;
}

/* Seconds east of UTC. */
static int64_t
read_offset(reader *in)
{
  if (accept_char(in, 'Z', 'z'))
    return 0;
  bool west = accept_char(in, '-', '-');
  if (!west)
    expect_char(in, '+', '+');
  unsigned hours = read_digits(in, 2);
  expect_char(in, ':', ':');
  unsigned minutes = read_digits(in, 2);
  if (hours > 23 || minutes > 59)
    in->failed = true;
  int64_t seconds = (int64_t) hours * 3600 + minutes * 60;
  return west ? -seconds : seconds;
}

static const cc_time earliest = -INT64_C(62135596800) * CC_TIME_SECOND;
static const cc_time latest = INT64_C(253402300799) * CC_TIME_SECOND + CC_TIME_SECOND - 1;

bool
cc_time_parse(const char *text, size_t length, cc_time *ret)
{
  reader in = {.at = text, .end = text + length};
  unsigned year = read_digits(&in, 4);
  expect_char(&in, '-', '-');
  unsigned month = read_digits(&in, 2);
  expect_char(&in, '-', '-');
  unsigned day = read_digits(&in, 2);
  expect_char(&in, 'T', 't');
  unsigned hour = read_digits(&in, 2);
  expect_char(&in, ':', ':');
  unsigned minute = read_digits(&in, 2);
  expect_char(&in, ':', ':');
  unsigned second = read_digits(&in, 2);
  int64_t micros = read_fraction(&in);
  int64_t east = read_offset(&in);
  if (in.failed || in.at != in.end)
    return false;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
      hour > 23 || minute > 59 || second > 60)
    return false;
  if (second == 60)
    second = 59;
  int64_t seconds = days_from_civil(year, month, day) * DAY_SECONDS + (int64_t) hour * 3600 +
                    (int64_t) minute * 60 + second - east;
  cc_time time = seconds * CC_TIME_SECOND + micros;
  /* Applying an offset can leave the range of years that can be written. */
  if (time < earliest || time > latest)
    return false;
  *ret = time;
  return true;
}

static char *
put_digits(char *to, uint64_t value, int n)
{
  for (int i = n - 1; i >= 0; i--) {
    to[i] = (char) ('0' + value % 10);
    value /= 10;
  }
  return to + n;
}

void
cc_time_format(cc_time time, char buffer[static CC_TIME_TEXT_MAX])
{
  if (time < earliest)
    time = earliest;
  if (time > latest)
    time = latest;
  /* Counting from the earliest instant avoids negative numbers, so that division needs no
   * correction. */
  uint64_t since = (uint64_t) (time - earliest);
  uint64_t micros = since % CC_TIME_SECOND;
  uint64_t second_of_day = since / CC_TIME_SECOND % DAY_SECONDS;
  int64_t days = (int64_t) (since / CC_TIME_SECOND / DAY_SECONDS);
  int64_t year;
  unsigned month, day;
  civil_from_days(days + earliest / CC_TIME_SECOND / DAY_SECONDS, &year, &month, &day);
  char *to = put_digits(buffer, (uint64_t) year, 4);
  *to++ = '-';
  to = put_digits(to, month, 2);
  *to++ = '-';
  to = put_digits(to, day, 2);
  *to++ = 'T';
  to = put_digits(to, second_of_day / 3600, 2);
  *to++ = ':';
  to = put_digits(to, second_of_day / 60 % 60, 2);
  *to++ = ':';
  to = put_digits(to, second_of_day % 60, 2);
  if (micros > 0) {
    *to++ = '.';
    to = put_digits(to, micros, 6);
    while (to[-1] == '0')
      to--;
  }
  *to++ = 'Z';
  *to = '\0';
}

/* Accept letters, digits and _ + - in parts divided by single slashes, so that neither "." nor a
 * leading "/" can leave the folder. */
static bool
zone_name_shaped(const char *name, size_t length)
{
  if (length == 0 || length > 64 || name[0] == '/' || name[length - 1] == '/')
    return false;
  for (size_t i = 0; i < length; i++) {
    char c = name[i];
    bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    bool other = (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
    if (!letter && !other && !(c == '/' && name[i + 1] != '/'))
      return false;
  }
  return true;
}

bool
cc_time_zone_known(const char *name)
{
  size_t length = strlen(name);
  if (!zone_name_shaped(name, length))
    return false;
  if (strcmp(name, "UTC") == 0)
    return true;
  /* IANA names begin with a capital; posix/, right/ and localtime are files of the system. The
   * zone Factory means that no zone was chosen. */
  if (name[0] < 'A' || name[0] > 'Z' || strcmp(name, "Factory") == 0)
    return false;
  char path[sizeof ZONE_FOLDER + 64];
  (void) snprintf(path, sizeof path, "%s%s", ZONE_FOLDER, name);
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0)
    return false;
  char magic[4] = {0};
  bool known = read(file, magic, sizeof magic) == (ssize_t) sizeof magic &&
               memcmp(magic, "TZif", sizeof magic) == 0;
  close(file);
  return known;
}
