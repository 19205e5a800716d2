/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scans and checks the rows of table files; see ccd-table.h. */
#include "server/voters/ccd-table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/voters/ccd-table-private.h"

typedef enum scan {
  SCAN_ROW,
  SCAN_MORE, /* the buffer ends inside the row: more bytes are needed */
  SCAN_BAD,  /* the error is in table->bad; the reader skips only the row's first line */
} scan;

CC_PRINTF(4, 5)

static scan
bad_row(ccd_table *table, const char *code, size_t column, const char *format, ...)
{
  table->bad.code = code;
  table->bad.column = (int) column;
  va_list args;
  va_start(args, format);
  (void) vsnprintf(table->bad.message, sizeof table->bad.message, format, args);
  va_end(args);
  return SCAN_BAD;
}

static scan
bad_long(ccd_table *table, size_t column)
{
  return bad_row(table,
                 "field_too_long",
                 column,
                 "The field in column %zu is longer than %d bytes.",
                 column,
                 CCD_TABLE_FIELD_MAX);
}

static scan
bad_quote(ccd_table *table, size_t column)
{
  return bad_row(table,
                 "unclosed_quote",
                 column,
                 "The quote at the beginning of the field in column %zu is not closed; the row "
                 "is skipped up to the end of its first line.",
                 column);
}

/* Scan the quoted field that begins at *at, the opening quote. Moves *at after the closing
 * quote. */
static scan
scan_quoted(ccd_table *table, const char **at, size_t column)
{
  const char *end = table->buffer + table->end;
  const char *start = *at + 1;
  char quote = table->format.quote;
  const char *p = start;
  bool doubled = false;
  for (;;) {
    p = memchr(p, quote, (size_t) (end - p));
    size_t length = (size_t) ((p != NULL ? p : end) - start);
    if (length > CCD_TABLE_FIELD_MAX && memchr(start, '\n', length) == NULL)
      return bad_long(table, column + 1);
    if (length > CCD_TABLE_FIELD_MAX || (p == NULL && table->eof))
      return bad_quote(table, column + 1);
    if (p == NULL || (p + 1 == end && !table->eof))
      return SCAN_MORE;
    if (p + 1 == end || table->special[(unsigned char) p[1]])
      break;
    /* A doubled quote is part of the field. A single quote that does not end the field is taken
     * literally. */
    doubled |= p[1] == quote;
    table->stray |= p[1] != quote;
    p += p[1] == quote ? 2 : 1;
  }
  if (doubled)
    table->escaped[table->n_escaped++] = (uint16_t) column;
  table->fields[column] = (ccd_slice){start, (size_t) (p - start)};
  *at = p + 1;
  return SCAN_ROW;
}

/* Complete the scan of a row. @p: the line end after the last field. */
static scan
scan_end(ccd_table *table, const char *p)
{
  const char *end = table->buffer + table->end;
  bool last = p >= end || (*p == '\r' && p + 1 == end);
  if (last && !table->eof)
    return SCAN_MORE;
  table->row_end = (size_t) (p - table->buffer);
  size_t pair = !last && *p == '\r' && p[1] == '\n' ? 2 : 1;
  table->next = p >= end ? table->end : table->row_end + pair;
  return SCAN_ROW;
}

static scan
scan_row(ccd_table *table)
{
  const char *p = table->buffer + table->begin;
  const char *end = table->buffer + table->end;
  char quote = table->format.quote;
  size_t n = 0;
  table->n_escaped = 0;
  table->quoted = table->stray = false;
  for (;;) {
    if (n == CCD_TABLE_COLUMNS_MAX)
      return bad_row(table, "too_many_columns", n, "The row has more than %zu fields.", n);
    if (*p == quote && quote != '\0' && p < end) {
      table->quoted = true;
      scan step = scan_quoted(table, &p, n);
      if (step != SCAN_ROW)
        return step;
    } else {
      const char *start = p;
      while (!table->special[(unsigned char) *p])
        p++;
      size_t length = (size_t) (p - start);
      if (length > CCD_TABLE_FIELD_MAX)
        return bad_long(table, n + 1);
      table->fields[n] = (ccd_slice){start, length};
    }
    n++;
    if (*p != table->format.delimiter)
      break;
    p++;
  }
  table->n = n;
  return scan_end(table, p);
}

/* Scan a line of a fixed width file as one field. cut_line divides the line later, after it has
 * been decoded. */
static scan
scan_line(ccd_table *table)
{
  const char *start = table->buffer + table->begin;
  const char *p = start;
  while (!table->special[(unsigned char) *p])
    p++;
  size_t length = (size_t) (p - start);
  table->n_escaped = 0;
  table->quoted = false;
  table->fields[0] = (ccd_slice){start, length};
  table->n = 1;
  return length > CCD_TABLE_FIELD_MAX ? bad_long(table, 1) : scan_end(table, p);
}

/* Divide a decoded line into columns whose widths are given in characters. If the line is too
 * short, the remaining columns are empty. */
static scan
cut_line(ccd_table *table)
{
  const char *p = table->fields[0].text;
  const char *end = p + table->fields[0].length;
  for (size_t i = 0; i < table->format.n_columns; i++) {
    const char *start = p;
    for (int64_t left = table->format.widths[i]; left > 0 && p < end; left--) {
      p++;
      while (p < end && ((unsigned char) *p & 0xC0) == 0x80)
        p++;
    }
    table->fields[i] = (ccd_slice){start, (size_t) (p - start)};
  }
  table->n = table->format.n_columns;
  while (p < end && (*p == ' ' || *p == '\x1A'))
    p++;
  if (p < end)
    return bad_row(table, "ragged", 0, "The line is longer than the columns of the layout.");
  return SCAN_ROW;
}

static bool
is_blank(const ccd_table *table)
{
  for (size_t i = 0; i < table->n; i++) {
    for (size_t k = 0; k < table->fields[i].length; k++) {
      char c = table->fields[i].text[k];
      /* In old DOS files, 0x1A marks the end of the file; it counts as blank. */
      if (c != ' ' && c != '\t' && c != '\r' && c != '\n' && c != '\x1A')
        return false;
    }
  }
  return true;
}

/* Returns the number of line ends inside the row: LF, CRLF or CR. */
static int64_t
breaks_inside(const ccd_table *table)
{
  const char *p = table->buffer + table->begin;
  const char *end = table->buffer + table->row_end;
  int64_t n = 0;
  if (!table->quoted ||
      (memchr(p, '\n', (size_t) (end - p)) == NULL && memchr(p, '\r', (size_t) (end - p)) == NULL))
    return 0;
  for (; p < end; p++)
    n += *p == '\n' || (*p == '\r' && p[1] != '\n');
  return n;
}

static size_t
column_at(const ccd_table *table, const char *spot)
{
  size_t i = 0;
  while (i + 1 < table->n && table->fields[i + 1].text <= spot)
    i++;
  return i + 1;
}

/* Reject a broken row that spans several lines as unclosed_quote. Most likely its first line has
 * a surplus quote, and the lines after it are correct rows. */
static scan
check_lines(ccd_table *table)
{
  for (size_t i = 0; i < table->n; i++) {
    const ccd_slice *field = &table->fields[i];
    if (memchr(field->text, '\n', field->length) != NULL ||
        memchr(field->text, '\r', field->length) != NULL)
      return bad_quote(table, i + 1);
  }
  return bad_quote(table, 1);
}

static scan
check_row(ccd_table *table)
{
  const char *row = table->buffer + table->begin;
  size_t length = table->row_end - table->begin;
  if (length > CCD_TABLE_ROW_MAX)
    return bad_row(table, "row_too_long", 0, "The row is longer than %d bytes.", CCD_TABLE_ROW_MAX);
  const char *nul = memchr(row, '\0', length);
  if (nul != NULL)
    return bad_row(table,
                   "nul_byte",
                   column_at(table, nul),
                   "There is a NUL byte in column %zu.",
                   column_at(table, nul));
  table->lines = 1 + breaks_inside(table);
  if (table->lines > CCD_TABLE_QUOTE_LINES || (table->lines > 1 && table->stray))
    return check_lines(table);
  size_t expected = table->n_columns;
  if (table->format.delimiter == '\0' || expected == 0)
    return SCAN_ROW;
  /* Some programs write a delimiter after the last field of every row; format.spare counts the
   * empty fields that result. If only some rows have too many delimiters, the fields of these
   * rows are shifted, so these rows are rejected as ragged. */
  if (table->n == expected + table->format.spare) {
    while (table->n > expected && table->fields[table->n - 1].length == 0)
      table->n--;
  }
  if (table->n == expected)
    return SCAN_ROW;
  if (table->lines > 1)
    return check_lines(table);
  return bad_row(table,
                 "ragged",
                 table->n < expected ? table->n : expected + 1,
                 "The row has %zu fields where the file has %zu columns.",
                 table->n,
                 expected);
}

/* Reject the scanned row: *ret describes its first line. Reading continues after this line. */
static cc_status
reject_row(ccd_table *table, ccd_table_reject *ret, cc_error *reterr)
{
  const char *row = table->buffer + table->begin;
  size_t have = table->end - table->begin;
  size_t n = 0;
  while (n < have && n < CCD_TABLE_RAW_MAX && row[n] != '\n' && row[n] != '\r')
    n++;
  memcpy(table->raw, row, n);
  table->bad.raw = (ccd_slice){table->raw, n};
  table->bad.line = table->line + 1;
  table->bad.number = ++table->number;
  *ret = table->bad;
  return ccd_table_skip_line(table, reterr);
}

/* Scan a row, reading more bytes until the complete row is in the buffer. */
static cc_status
scan_complete_row(ccd_table *table, scan *ret, cc_error *reterr)
{
  bool fixed = table->format.delimiter == '\0';
  cc_status status = CC_OK;
  *ret = fixed ? scan_line(table) : scan_row(table);
  while (*ret == SCAN_MORE && table->end - table->begin <= CCD_TABLE_ROW_MAX) {
    status = ccd_table_fill(table, reterr);
    if (status != CC_OK || (table->begin == table->end && table->eof))
      return status;
    *ret = fixed ? scan_line(table) : scan_row(table);
  }
  if (*ret == SCAN_MORE)
    *ret = bad_row(table, "row_too_long", 0, "The row is longer than %d bytes.", CCD_TABLE_ROW_MAX);
  return status;
}

/* Check the scanned row and decode its fields. *ret is set to SCAN_BAD when the row must be
 * rejected. */
static cc_status
finish_row(ccd_table *table, scan *ret, cc_error *reterr)
{
  *ret = check_row(table);
  if (*ret != SCAN_ROW)
    return CC_OK;
  cc_status status = ccd_table_decode_row(table, reterr);
  if (status == CC_OK && table->format.delimiter == '\0')
    *ret = cut_line(table);
  return status;
}

/* Read the next row that is not blank. */
static ccd_table_step
read_row(ccd_table *table, ccd_table_reject *ret_reject, cc_error *reterr)
{
  scan step;
  for (;;) {
    if (scan_complete_row(table, &step, reterr) != CC_OK)
      return CCD_TABLE_FAILED;
    if (table->begin == table->end && table->eof)
      return CCD_TABLE_END;
    if (step != SCAN_ROW || !is_blank(table))
      break;
    table->line += 1 + breaks_inside(table);
    table->begin = table->next;
  }
  if (step == SCAN_ROW && finish_row(table, &step, reterr) != CC_OK)
    return CCD_TABLE_FAILED;
  if (step == SCAN_ROW)
    return CCD_TABLE_ROW;
  return reject_row(table, ret_reject, reterr) == CC_OK ? CCD_TABLE_REJECT : CCD_TABLE_FAILED;
}

/* Move the reader after the current row. The bytes of the row stay in the buffer until the next
 * fill. */
static void
advance_row(ccd_table *table)
{
  table->line += table->lines;
  table->begin = table->next;
}

ccd_table_step
ccd_table_next(ccd_table *table,
               ccd_table_row *ret_row,
               ccd_table_reject *ret_reject,
               cc_error *reterr)
{
  ccd_table_step step = read_row(table, ret_reject, reterr);
  if (step != CCD_TABLE_ROW)
    return step;
  if (table->columns == NULL && ccd_table_name_columns(table, /* header= */ false, reterr) != CC_OK)
    return CCD_TABLE_FAILED;
  *ret_row = (ccd_table_row){
    .fields = table->fields,
    .n = table->n,
    .number = ++table->number,
    .line = table->line + 1,
    .raw = {table->buffer + table->begin, table->row_end - table->begin},
  };
  advance_row(table);
  return CCD_TABLE_ROW;
}

static cc_status
read_header(ccd_table *table, cc_error *reterr)
{
  ccd_table_reject reject;
  cc_status status = CC_OK;
  switch (read_row(table, &reject, reterr)) {
  case CCD_TABLE_ROW:
    status = ccd_table_name_columns(table, /* header= */ true, reterr);
    advance_row(table);
    return status;
  case CCD_TABLE_REJECT:
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "bad_header",
                   "The header cannot be read. %s",
                   reject.message);
  case CCD_TABLE_FAILED:
    return reterr != NULL && reterr->status != CC_OK ? reterr->status : CC_ERR_INTERNAL;
  case CCD_TABLE_END:
    break;
  }
  return CC_OK;
}

static cc_status
begin_reading(ccd_table *table, cc_error *reterr)
{
  cc_status status = ccd_table_skip_mark(table, reterr);
  for (int64_t i = 0; i < table->format.skip_lines && status == CC_OK; i++)
    status = ccd_table_skip_line(table, reterr);
  if (status == CC_OK && table->format.header)
    status = read_header(table, reterr);
  else if (status == CC_OK)
    table->n_columns = table->format.n_columns;
  return status;
}

static bool
allocate_buffers(ccd_table *table)
{
  bool units = table->format.encoding != CCD_ENCODING_BYTES;
  table->buffer = malloc(TABLE_BUFFER + 1);
  table->fields = calloc(CCD_TABLE_COLUMNS_MAX + 1, sizeof *table->fields);
  table->escaped = calloc(CCD_TABLE_COLUMNS_MAX + 1, sizeof *table->escaped);
  table->raw = malloc(CCD_TABLE_RAW_MAX);
  table->names = cc_arena_new((size_t) 4 * 1024 * 1024);
  table->units = units ? malloc(TABLE_CHUNK) : NULL;
  return table->buffer != NULL && table->fields != NULL && table->escaped != NULL &&
         table->raw != NULL && table->names != NULL && (table->units != NULL || !units);
}

static cc_status
begin_table(ccd_table *table, cc_error *reterr)
{
  if (!allocate_buffers(table))
    return cc_fail_memory(reterr);
  table->buffer[0] = '\n';
  table->special['\n'] = table->special['\r'] = true;
  if (table->format.delimiter != '\0')
    table->special[(unsigned char) table->format.delimiter] = true;
  return begin_reading(table, reterr);
}

cc_status
ccd_table_open(ccd_source *source,
               const ccd_table_format *format,
               ccd_table **ret,
               cc_error *reterr)
{
  bool fixed = format->delimiter == '\0';
  if (fixed && (format->n_columns == 0 || format->n_columns > CCD_TABLE_COLUMNS_MAX))
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "no_layout",
                   "A file with fixed widths needs a profile with a layout.");
  ccd_table *table = calloc(1, sizeof *table);
  if (table == NULL)
    return cc_fail_memory(reterr);
  table->source = source;
  table->format = *format;
  cc_error error = {.status = CC_OK};
  cc_status status = begin_table(table, &error);
  if (status == CC_OK) {
    *ret = table;
    return CC_OK;
  }
  if (reterr != NULL)
    *reterr = error;
  ccd_table_free(table);
  return status;
}

void
ccd_table_free(ccd_table *table)
{
  if (table == NULL)
    return;
  free(table->buffer);
  free(table->fields);
  free(table->escaped);
  free(table->raw);
  free(table->units);
  free(table->scratch);
  cc_arena_free(table->names);
  free(table);
}

const char *const *
ccd_table_columns(const ccd_table *table, size_t *ret_n)
{
  *ret_n = table->columns != NULL ? table->n_columns : 0;
  return table->columns;
}

bool
ccd_table_is_formula(const char *text, size_t length)
{
  static const char *const wide[] = {"＝", "＋", "－", "＠"};
  if (length == 0 || text[0] == '\0')
    return false;
  for (size_t i = 0; i < CC_N(wide); i++) {
    if (length >= 3 && memcmp(text, wide[i], 3) == 0)
      return true;
  }
  return strchr("=+-@\t\r", text[0]) != NULL;
}
