/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guesses the format of a table file: tries each delimiter on the first rows; see
 * ccd-table-guess.h. */
#include "server/voters/ccd-table-guess.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/cc-utf8.h"
#include "server/voters/ccd-profile.h"
#include "server/voters/ccd-table-private.h"
#include "server/voters/ccd-text.h"

#define ROWS_COUNTED 200

/* The rows of the sample, read with one of the delimiters. */
typedef struct attempt {
  size_t fields[ROWS_COUNTED]; /* number of fields of each row; 0: the row was rejected */
  int64_t lines[ROWS_COUNTED]; /* number of the line on which each row begins */
  size_t n;                    /* rows */
  size_t columns;              /* the most frequent number of fields per row */
  size_t agree;                /* number of rows that have this number of fields */
} attempt;

static ccd_encoding
guess_units(const unsigned char *bytes, size_t size)
{
  if (size >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE)
    return CCD_ENCODING_UTF16LE;
  if (size >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF)
    return CCD_ENCODING_UTF16BE;
  size_t zeros[2] = {0, 0};
  size_t n = size < 1024 ? size : 1024;
  for (size_t i = 0; i < n; i++)
    zeros[i % 2] += bytes[i] == 0;
  /* Text in western languages has a zero byte in nearly every UTF-16 unit; its position tells
   * the byte order. */
  if (n >= 4 && zeros[1] > n / 5 && zeros[0] == 0)
    return CCD_ENCODING_UTF16LE;
  if (n >= 4 && zeros[0] > n / 5 && zeros[1] == 0)
    return CCD_ENCODING_UTF16BE;
  return CCD_ENCODING_BYTES;
}

static const char *
name_encoding(ccd_encoding encoding, const char *bytes, size_t size)
{
  if (encoding != CCD_ENCODING_BYTES)
    return encoding == CCD_ENCODING_UTF16LE ? "utf-16le" : "utf-16be";
  bool utf8 = false, other = false;
  for (size_t at = 0; at < size;) {
    const char *feed = memchr(bytes + at, '\n', size - at);
    size_t n = feed != NULL ? (size_t) (feed - bytes) - at : size - at;
    /* The sample may end inside a character, so its last line counts only if no other line has
     * non-ASCII characters. */
    if (ccd_text_has_high(bytes + at, n) && (feed != NULL || at == 0 || (!utf8 && !other))) {
      bool valid = cc_utf8_length(bytes + at, n) >= 0;
      utf8 |= valid;
      other |= !valid;
    }
    at += n + 1;
  }
  if (utf8 && other)
    return "mixed";
  return utf8 ? "utf-8" : other ? "windows-1252" : "ascii";
}

static void
count_commonest(attempt *a)
{
  for (size_t i = 0; i < a->n; i++) {
    size_t agree = 0;
    for (size_t k = 0; k < a->n; k++)
      agree += a->fields[k] == a->fields[i];
    bool better = agree > a->agree || (agree == a->agree && a->fields[i] > a->columns);
    if (a->fields[i] > 0 && better) {
      a->columns = a->fields[i];
      a->agree = agree;
    }
  }
}

static cc_status
try_delimiter(ccd_source *source, ccd_table_format format, bool cut, attempt *ret, cc_error *reterr)
{
  format.header = false;
  format.n_columns = 0;
  CC_AUTO(ccd_table) table = NULL;
  cc_status status = ccd_table_open(source, &format, &table, reterr);
  ccd_table_row row;
  ccd_table_reject reject;
  while (status == CC_OK && ret->n < ROWS_COUNTED) {
    table->n_columns = 0; /* 0: accept any number of fields */
    ccd_table_step step = ccd_table_next(table, &row, &reject, reterr);
    if (step == CCD_TABLE_END)
      break;
    if (step == CCD_TABLE_FAILED)
      return reterr->status;
    bool read = step == CCD_TABLE_ROW;
    ret->lines[ret->n] = read ? row.line : reject.line;
    ret->fields[ret->n++] = read ? row.n : 0;
  }
  /* If the sample is cut, its last row is incomplete and does not count. */
  if (cut && ret->n > 1 && ret->n < ROWS_COUNTED)
    ret->n--;
  count_commonest(ret);
  return status;
}

/* Returns a score for reading the sample with one delimiter. It rises mainly with the share of
 * rows that have the same number of fields, and a little with this number of fields. */
static double
attempt_score(const attempt *a)
{
  if (a->n == 0 || a->columns < 2)
    return 0;
  double share = (double) a->agree / (double) a->n;
  return share * share * (2.0 - 1.0 / (double) a->columns);
}

/* Returns the length that all lines have, as in a fixed width file; 0 when the lengths differ. */
static int64_t
common_length(const char *bytes, size_t size)
{
  int64_t length = -1;
  int lines = 0;
  for (size_t at = 0; at < size;) {
    const char *feed = memchr(bytes + at, '\n', size - at);
    if (feed == NULL)
      break;
    size_t n = (size_t) (feed - bytes) - at;
    int64_t here = (int64_t) (n > 0 && feed[-1] == '\r' ? n - 1 : n);
    if (length >= 0 && here != length && here != 0)
      return 0;
    length = here != 0 ? here : length;
    lines += here != 0;
    at += n + 1;
  }
  return lines >= 2 && length >= 20 ? length : 0;
}

/* Returns the number of lines before the table, such as a title or a note. These are the leading
 * rows that have at most half as many fields as the table has columns. */
static int64_t
preamble_lines(const attempt *a)
{
  size_t first = 0;
  while (first < a->n && a->fields[first] != a->columns)
    first++;
  if (first == 0 || first >= a->n || first > 20 || a->columns < 2)
    return 0;
  for (size_t i = 0; i < first; i++) {
    if (a->fields[i] > a->columns / 2)
      return 0;
  }
  return a->lines[first] - 1;
}

/* Returns true when the cell is a usual column name that does not occur as a value. */
static bool
is_column_name(const char *text)
{
  static const char *const names[] = {"first name",
                                      "last name",
                                      "middle name",
                                      "fname",
                                      "lname",
                                      "voter id",
                                      "zip",
                                      "zip code",
                                      "birth date",
                                      "birth year",
                                      "date of birth",
                                      "gender",
                                      "party",
                                      "status",
                                      "precinct",
                                      "county",
                                      "street name",
                                      "house number"};
  for (size_t i = 0; i < CC_N(names); i++) {
    if (ccd_column_same(text, names[i]))
      return true;
  }
  return false;
}

static bool
looks_like_value(const char *text)
{
  size_t length = strlen(text);
  size_t digits = 0;
  for (size_t i = 0; i < length; i++)
    digits += text[i] >= '0' && text[i] <= '9';
  bool letter = (text[0] | 0x20) >= 'a' && (text[0] | 0x20) <= 'z';
  return strchr(text, '@') != NULL || (digits * 2 > length && !letter) || strcmp(text, "*") == 0;
}

/* Returns true when the cell contains a word that is typical of column names. */
static bool
looks_like_name(const char *text)
{
  static const char *const words[] = {"name",   "first", "last",  "voter",  "county", "city",
                                      "zip",    "state", "birth", "date",   "status", "party",
                                      "addr",   "phone", "email", "street", "code",   "precinct",
                                      "gender", "sex",   "_",     "id",     "number", "desc"};
  for (size_t i = 0; i < CC_N(words); i++) {
    if (strcasestr(text, words[i]) != NULL)
      return true;
  }
  return false;
}

/* Guess whether the first row of the file is a header. @first: the first row; @rows: the rows
 * after it. */
static bool
has_header(const char *const *first, size_t n, char ***rows, size_t n_rows)
{
  size_t names = 0, values = 0, filled = 0, below = 0;
  for (size_t i = 0; i < n; i++) {
    filled += first[i][0] != '\0';
    names += looks_like_name(first[i]);
    values += looks_like_value(first[i]) && first[i][0] != '\0';
  }
  for (size_t i = 0; i < n && n_rows > 0; i++)
    below += looks_like_value(rows[0][i]) && rows[0][i][0] != '\0';
  size_t sure = 0;
  for (size_t i = 0; i < n; i++)
    sure += is_column_name(first[i]);
  if (sure >= 3) /* surely a header, even if other columns have dates or numbers as names */
    return true;
  if (filled == 0 || values * 4 > filled)
    return values < filled && names * 2 > filled;
  if (names >= 2 && names * 4 >= filled)
    return true;
  return values == 0 && (below > 0 || n_rows == 0 || names > 0);
}

static char *
copy_text(cc_arena *arena, ccd_slice text)
{
  return cc_arena_strndup(arena, text.length > 0 ? text.text : "", text.length);
}

static bool
sample_add_row(cc_arena *arena, const ccd_table_row *row, ccd_table_guess *ret)
{
  char **cells = cc_arena_alloc(arena, (row->n + 1) * sizeof *cells);
  bool fits = cells != NULL;
  for (size_t i = 0; i < row->n && fits; i++) {
    cells[i] = copy_text(arena, row->fields[i]);
    fits = cells[i] != NULL;
  }
  if (fits)
    ret->rows[ret->n_rows++] = cells;
  return fits;
}

static bool
sample_copy_columns(cc_arena *arena, const ccd_table *table, ccd_table_guess *ret)
{
  size_t n = 0;
  const char *const *names = ccd_table_columns(table, &n);
  ret->columns = cc_arena_alloc(arena, (n + 1) * sizeof *ret->columns);
  if (ret->columns == NULL)
    return false;
  for (ret->n_columns = 0; ret->n_columns < n; ret->n_columns++) {
    const char *copy = cc_arena_strdup(arena, names[ret->n_columns]);
    if (copy == NULL)
      return false;
    ret->columns[ret->n_columns] = copy;
  }
  return true;
}

/* Read the first rows of the file with the guessed format into ret->rows. */
static cc_status
sample_rows(ccd_source *source, cc_arena *arena, ccd_table_guess *ret, cc_error *reterr)
{
  CC_AUTO(ccd_table) table = NULL;
  cc_status status = ccd_table_open(source, &ret->format, &table, reterr);
  ret->rows = cc_arena_alloc(arena, CCD_GUESS_ROWS * sizeof *ret->rows);
  ret->n_rows = 0;
  bool fits = ret->rows != NULL;
  ccd_table_row row;
  ccd_table_reject reject;
  while (status == CC_OK && fits && ret->n_rows < CCD_GUESS_ROWS) {
    ccd_table_step step = ccd_table_next(table, &row, &reject, reterr);
    if (step == CCD_TABLE_END)
      break;
    if (step == CCD_TABLE_FAILED)
      return reterr->status;
    if (step == CCD_TABLE_ROW)
      fits = sample_add_row(arena, &row, ret);
  }
  if (status == CC_OK && (!fits || !sample_copy_columns(arena, table, ret)))
    return cc_fail(reterr, CC_ERR_NO_MEMORY, "no_memory", "The first rows are too large.");
  return status;
}

typedef struct sample {
  const char *bytes;
  size_t size;
  bool cut;
} sample;

/* Number of rows that must have empty fields after the last column before these fields count as
 * part of the format. With fewer rows, each row might just have a surplus comma in a value. Not
 * applied to tabs and pipes, which do not occur in values. */
#define SPARE_ROWS 3

/* Returns the number of fields after the last column if all of these fields are empty; otherwise
 * 0. */
static size_t
row_spare(const ccd_table_row *row, size_t n_columns)
{
  for (size_t i = n_columns; i < row->n; i++) {
    if (row->fields[i].length > 0)
      return 0;
  }
  return row->n > n_columns ? row->n - n_columns : 0;
}

/* Set format.spare: the number of empty fields that every row of the sample has after the last
 * column. */
static cc_status
count_spare(const sample *s, ccd_table_guess *guess, cc_error *reterr)
{
  CC_AUTO(ccd_source) source = ccd_source_memory(s->bytes, s->size);
  CC_AUTO(ccd_table) table = NULL;
  size_t least = SIZE_MAX, last = SIZE_MAX, rows = 0;
  if (source == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_table_open(source, &guess->format, &table, reterr);
  while (status == CC_OK && rows < ROWS_COUNTED) {
    ccd_table_row row;
    ccd_table_reject reject;
    table->n_columns = 0; /* 0: accept any number of fields */
    ccd_table_step step = ccd_table_next(table, &row, &reject, reterr);
    if (step == CCD_TABLE_END)
      break;
    if (step == CCD_TABLE_FAILED)
      return reterr->status;
    if (step == CCD_TABLE_REJECT)
      continue;
    least = last < least ? last : least;
    last = row_spare(&row, guess->n_columns);
    rows++;
  }
  if (!s->cut) /* if the sample is cut, its last row is incomplete and does not count */
    least = last < least ? last : least;
  bool sure =
    rows >= SPARE_ROWS || guess->format.delimiter == '\t' || guess->format.delimiter == '|';
  guess->format.spare = sure && least != SIZE_MAX ? least : 0;
  return status;
}

static const char delimiters[] = {'\t', '|', ',', ';'};

/* Returns the delimiter from a first line such as "sep=;", which some spreadsheets write; '\0'
 * when there is no such line. The caller must skip this line, because it contains the delimiter
 * and would be read as a row. */
static char
declared_delimiter(const sample *s)
{
  const char *at = s->bytes;
  size_t left = s->size;
  if (left >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0)
    at += 3, left -= 3;
  bool is = left >= 6 && strncasecmp(at, "sep=", 4) == 0 && (at[5] == '\n' || at[5] == '\r') &&
            memchr(delimiters, at[4], CC_N(delimiters)) != NULL;
  return is ? at[4] : '\0';
}

static cc_status
guess_delimiter(const sample *s, ccd_table_guess *ret, cc_error *reterr)
{
  double best = 0;
  ret->format.delimiter = declared_delimiter(s);
  ret->format.skip_lines = 1;
  if (ret->format.delimiter != '\0')
    return CC_OK;
  ret->format.skip_lines = 0;
  ret->format.delimiter = ',';
  for (size_t i = 0; i < CC_N(delimiters); i++) {
    CC_AUTO(ccd_source) source = ccd_source_memory(s->bytes, s->size);
    attempt a = {.n = 0};
    ccd_table_format format = ret->format;
    format.delimiter = delimiters[i];
    format.skip_lines = 0;
    if (source == NULL)
      return cc_fail_memory(reterr);
    cc_status status = try_delimiter(source, format, s->cut, &a, reterr);
    if (status != CC_OK)
      return status;
    if (attempt_score(&a) > best + 1e-9) {
      best = attempt_score(&a);
      ret->format.delimiter = delimiters[i];
      ret->format.skip_lines = preamble_lines(&a);
    }
  }
  ret->line_length =
    best < 0.8 && ret->format.encoding == CCD_ENCODING_BYTES ? common_length(s->bytes, s->size) : 0;
  ret->fixed_width = ret->line_length > 0;
  return CC_OK;
}

cc_status
ccd_table_guess_bytes(const void *bytes,
                      size_t size,
                      cc_arena *arena,
                      ccd_table_guess *ret,
                      cc_error *reterr)
{
  cc_error local;
  cc_error *error = reterr != NULL ? reterr : &local;
  sample s = {bytes, size < CCD_GUESS_SAMPLE ? size : CCD_GUESS_SAMPLE, size >= CCD_GUESS_SAMPLE};
  *ret = (ccd_table_guess){.format = {.quote = '"', .encoding = guess_units(bytes, s.size)}};
  ret->encoding = name_encoding(ret->format.encoding, s.bytes, s.size);
  cc_status status = guess_delimiter(&s, ret, error);
  int64_t whole_line[1] = {CCD_TABLE_FIELD_MAX};
  if (ret->fixed_width) {
    ret->format = (ccd_table_format){.widths = whole_line, .n_columns = 1};
  }
  CC_AUTO(ccd_source) source = ccd_source_memory(s.bytes, s.size);
  if (status == CC_OK && source == NULL)
    return cc_fail_memory(error);
  if (status == CC_OK)
    status = sample_rows(source, arena, ret, error);
  ret->format.widths = NULL;
  ret->format.n_columns = 0;
  if (status != CC_OK || ret->fixed_width || ret->n_rows == 0)
    return status;
  ret->format.header =
    has_header((const char *const *) ret->rows[0], ret->n_columns, ret->rows + 1, ret->n_rows - 1);
  if (!ret->format.header)
    return CC_OK;
  CC_AUTO(ccd_source) again = ccd_source_memory(s.bytes, s.size);
  if (again == NULL)
    return cc_fail_memory(error);
  status = sample_rows(again, arena, ret, error);
  return status == CC_OK ? count_spare(&s, ret, error) : status;
}

cc_status
ccd_table_guess_file(const char *path,
                     const char *member,
                     cc_arena *arena,
                     ccd_table_guess *ret,
                     cc_error *reterr)
{
  CC_AUTO(ccd_source) source = NULL;
  cc_status status = ccd_source_open(path, member, &source, reterr);
  if (status != CC_OK)
    return status;
  char *bytes = malloc(CCD_GUESS_SAMPLE);
  size_t size = 0;
  size_t n = 1;
  while (bytes != NULL && status == CC_OK && n > 0 && size < CCD_GUESS_SAMPLE) {
    status = ccd_source_read(source, bytes + size, CCD_GUESS_SAMPLE - size, &n, reterr);
    size += status == CC_OK ? n : 0;
  }
  if (bytes == NULL)
    status = cc_fail_memory(reterr);
  if (status == CC_OK)
    status = ccd_table_guess_bytes(bytes, size, arena, ret, reterr);
  free(bytes);
  return status;
}
