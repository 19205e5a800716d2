/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-sql-line.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Finds the line of a statement in an SQL file with several statements, for error messages of
 * the migrator. */

/* PostgreSQL treats bytes from 0x80 on as letters. */
static bool
is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || ((unsigned char) c & 0x80);
}

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static const char *
after_comment(const char *at)
{
  if (at[1] == '-')
    return at + strcspn(at, "\n");
  int depth = 0;
  for (; *at != '\0'; at++) {
    if (at[0] == '/' && at[1] == '*') {
      depth++;
      at++;
    } else if (at[0] == '*' && at[1] == '/') {
      at++;
      if (--depth == 0)
        return at + 1;
    }
  }
  return at;
}

/* Skip a quoted text; @at is at the opening quote. A doubled quote is read as the end of one
 * text and the start of the next, which has the same result. */
static const char *
after_quotes(const char *at, bool backslash)
{
  char quote = *at++;
  for (; *at != '\0' && *at != quote; at++)
    if (backslash && *at == '\\' && at[1] != '\0')
      at++;
  return *at == '\0' ? at : at + 1;
}

/* Skip $tag$ … $tag$. A $ that opens no such text, as in $1, is skipped alone. */
static const char *
after_dollar(const char *at)
{
  const char *end = at + 1;
  if (is_letter(*end))
    while (is_letter(*end) || is_digit(*end))
      end++;
  if (*end != '$')
    return at + 1;
  size_t length = (size_t) (end + 1 - at);
  for (const char *close = end + 1; (close = strchr(close, '$')) != NULL; close++)
    if (strncmp(close, at, length) == 0)
      return close + length;
  return end + strlen(end);
}

static const char *
after_word(const char *at)
{
  while (is_letter(*at) || is_digit(*at) || *at == '$')
    at++;
  return at;
}

static bool
is_word(const char *at, const char *end, const char *word)
{
  return (size_t) (end - at) == strlen(word) && strncasecmp(at, word, strlen(word)) == 0;
}

/* Nesting depth after a token: BEGIN ATOMIC, and CASE within it, open a level that END closes. */
static int
depth_after(int depth, bool after_begin, const char *at, const char *end)
{
  if ((after_begin && is_word(at, end, "atomic")) || (depth > 0 && is_word(at, end, "case")))
    return depth + 1;
  return depth > 0 && is_word(at, end, "end") ? depth - 1 : depth;
}

static bool
is_comment(const char *at)
{
  return (at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*');
}

/* Return the end of the token (quoted text, name, word or single character) that begins at @at. */
static const char *
after_piece(const char *at)
{
  if (*at == '\'' || *at == '"')
    return after_quotes(at, false);
  if ((*at == 'E' || *at == 'e') && at[1] == '\'')
    return after_quotes(at + 1, true);
  if (*at == '$')
    return after_dollar(at);
  return is_letter(*at) || is_digit(*at) ? after_word(at) : at + 1;
}

static long long
line_at(const char *sql, const char *at)
{
  long long line = 1;
  for (; sql < at; sql++)
    line += *sql == '\n';
  return line;
}

long long
ccd_sql_line(const char *sql, int n)
{
  bool inside = false, after_begin = false;
  int depth = 0;
  for (const char *at = sql, *end; *at != '\0'; at = end) {
    end = is_comment(at) ? after_comment(at) : after_piece(at);
    if (is_comment(at) || strchr(" \t\r\n\f\v", *at) != NULL)
      continue;
    if (*at == ';' && depth == 0) {
      n -= inside;
      inside = false;
      continue;
    }
    if (!inside && n == 0)
      return line_at(sql, at);
    inside = true;
    depth = depth_after(depth, after_begin, at, end);
    after_begin = is_word(at, end, "begin");
  }
  return 0;
}
