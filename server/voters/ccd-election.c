/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalizes the names of elections to a date and a kind; see ccd-election.h. */
#include "server/voters/ccd-election.h"

#include <string.h>
#include <strings.h>

#include "common/api/cc-voter-profile.h"

#define NAME_MAX 200
#define PIVOT 99 /* two-digit years up to this one are 20xx, so all are; see ccd_date_parse */

typedef struct word {
  const char *given, *normal;
} word;

static const word words[] = {
  {"GE", "GENERAL"},
  {"GEN", "GENERAL"},
  {"G", "GENERAL"},
  {"GN", "GENERAL"},
  {"PR", "PRIMARY"},
  {"PRI", "PRIMARY"},
  {"PE", "PRIMARY"},
  {"P", "PRIMARY"},
  {"PP", "PRESIDENTIAL PRIMARY"},
  {"PPP", "PRESIDENTIAL PRIMARY"},
  {"SP", "SPECIAL"},
  {"SPEC", "SPECIAL"},
  {"S", "SPECIAL"},
  {"MUN", "MUNICIPAL"},
  {"RO", "RUNOFF"},
  {"ELECTION", ""},
  {"ELECTIONS", ""},
  {"THE", ""},
  {"AM", ""},
  {"PM", ""},
};

static bool
is_part(char c)
{
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
         (unsigned char) c >= 0x80;
}

/* Returns the length of the token at the beginning of @text. Every punctuation mark ends a
 * token, except a hyphen, dot or slash between the numbers of a date. */
static size_t
token_length(ccd_slice text)
{
  size_t n = 0;
  bool number = text.length > 0 && text.text[0] >= '0' && text.text[0] <= '9';
  while (n < text.length && (is_part(text.text[n]) ||
                             (number && n + 1 < text.length && text.text[n + 1] >= '0' &&
                              text.text[n + 1] <= '9' && strchr("-/.", text.text[n]) != NULL)))
    n++;
  return n;
}

/* If the token of length @n is a word and a year in one ("November2024", "GN2024"), returns the
 * length of the word, so that the year becomes the next token. Otherwise returns @n. */
static size_t
without_year(ccd_slice text, size_t n)
{
  size_t letters = 0;
  while (letters < n && (text.text[letters] | 0x20) >= 'a' && (text.text[letters] | 0x20) <= 'z')
    letters++;
  ccd_date ignored;
  bool year = letters > 0 && n == letters + 4 &&
              ccd_date_parse((ccd_slice){text.text + letters, 4}, CC_DATE_YEAR, PIVOT, &ignored);
  return year ? letters : n;
}

static bool
is_day(ccd_slice token, ccd_date *ret)
{
  return token.length >= 6 && token.text[0] >= '0' && token.text[0] <= '9' &&
         ccd_date_parse(token, CC_DATE_AUTO, PIVOT, ret) && ret->month > 0;
}

/* Returns the day in November of a general election: the Tuesday after the first Monday. */
static int
general_day(int year)
{
  /* Weekday of 1 November by Sakamoto's method; 0 is Sunday. */
  int weekday = (year + year / 4 - year / 100 + year / 400 + 2 + 1) % 7;
  int monday = 1 + (8 - weekday) % 7;
  return monday + 1;
}

typedef struct name {
  char words[NAME_MAX];
  size_t n;
  ccd_date day;
  int year; /* a year that is written without a month and day; 0: none */
} name;

static void
add_word(name *to, ccd_slice token)
{
  const char *normal = NULL;
  for (size_t i = 0; i < CC_N(words); i++) {
    if (strlen(words[i].given) == token.length &&
        strncasecmp(words[i].given, token.text, token.length) == 0)
      normal = words[i].normal;
  }
  ccd_slice text = normal != NULL ? ccd_slice_of(normal) : token;
  if (text.length == 0 || to->n + text.length + 2 > sizeof(to->words))
    return;
  if (to->n > 0)
    to->words[to->n++] = ' ';
  for (size_t i = 0; i < text.length; i++) {
    char c = text.text[i];
    to->words[to->n++] = (char) (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  to->words[to->n] = '\0';
}

/* Returns whether the token is the hour, minute or second of a time of day. */
static bool
is_time(ccd_slice text, size_t n, bool colon)
{
  return n > 0 && n <= 2 && text.text[0] >= '0' && text.text[0] <= '9' &&
         (colon || (n < text.length && text.text[n] == ':'));
}

static void
read_name(ccd_slice text, name *ret)
{
  bool colon = false;
  while (text.length > 0) {
    size_t n = without_year(text, token_length(text));
    ccd_slice token = {text.text, n};
    ccd_date day = {0};
    bool time = is_time(text, n, colon);
    colon = n == 0 && text.text[0] == ':';
    if (time)
      day = (ccd_date){0};
    else if (n > 0 && ret->day.month == 0 && is_day(token, &day))
      ret->day = day;
    else if (n == 4 && ret->year == 0 && ccd_date_parse(token, CC_DATE_YEAR, PIVOT, &day))
      ret->year = day.year;
    else if (n > 0)
      add_word(ret, token);
    text.text += n > 0 ? n : 1;
    text.length -= n > 0 ? n : 1;
  }
}

static const char *
collapse_blanks(ccd_slice text, cc_arena *arena)
{
  char *out = cc_arena_text(arena, text.length + 1);
  size_t n = 0;
  for (size_t i = 0; i < text.length && out != NULL; i++) {
    bool blank = (unsigned char) text.text[i] <= ' ';
    if (!blank)
      out[n++] = text.text[i];
    else if (n > 0 && out[n - 1] != ' ')
      out[n++] = ' ';
  }
  if (out == NULL)
    return NULL;
  out[n > 0 && out[n - 1] == ' ' ? n - 1 : n] = '\0';
  return out;
}

const char *
ccd_election_name(ccd_slice text, cc_arena *arena)
{
  name made = {.n = 0};
  if (text.length < NAME_MAX)
    read_name(text, &made);
  bool general = strcmp(made.words, "GENERAL") == 0 ||
                 (made.year % 2 == 0 && strcmp(made.words, "NOVEMBER") == 0);
  made.n = general ? 0 : made.n;
  if (made.day.month == 0 && made.year >= 1950 && general)
    made.day = (ccd_date){(int16_t) made.year, 11, (uint8_t) general_day(made.year)};
  if (made.day.month == 0)
    return collapse_blanks(text, arena);
  bool federal = made.day.month == 11 && made.day.year % 2 == 0 && made.n == 0 &&
                 made.day.day == general_day(made.day.year);
  return cc_arena_printf(arena,
                         "%02d/%02d/%04d%s%s",
                         made.day.month,
                         made.day.day,
                         made.day.year,
                         made.n > 0 ? " " : "",
                         federal || general ? " GENERAL" : made.words);
}

bool
ccd_election_is_date(const char *text)
{
  ccd_date day = {0};
  return is_day(ccd_slice_of(text), &day);
}
