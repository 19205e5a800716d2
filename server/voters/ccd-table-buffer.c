/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The byte level of the table reader: fills the buffer, decodes fields and names columns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cc-utf8.h"
#include "server/voters/ccd-table-private.h"
#include "server/voters/ccd-text.h"

/* Read UTF-16 from the source and append it to the buffer as UTF-8. At most as many bytes are
 * appended as the buffer has free. */
static cc_status
fill_units(ccd_table *table, size_t room, cc_error *reterr)
{
  size_t most = room / 2 < TABLE_CHUNK / 2 ? room / 2 : TABLE_CHUNK / 2;
  size_t n = 0;
  cc_status status = ccd_source_read(table->source,
                                     table->units + table->n_units,
                                     most - table->n_units,
                                     &n,
                                     reterr);
  if (status != CC_OK)
    return status;
  table->eof = n == 0;
  table->n_units += n;
  size_t used = 0;
  table->end += ccd_text_from_utf16(table->units,
                                    table->n_units,
                                    table->format.encoding == CCD_ENCODING_UTF16BE,
                                    table->eof,
                                    table->buffer + table->end,
                                    &used);
  table->n_units -= used;
  memmove(table->units, table->units + used, table->n_units);
  return CC_OK;
}

cc_status
ccd_table_fill(ccd_table *table, cc_error *reterr)
{
  memmove(table->buffer, table->buffer + table->begin, table->end - table->begin);
  table->end -= table->begin;
  table->begin = 0;
  size_t room = TABLE_BUFFER - table->end - 8;
  size_t n = 0;
  cc_status status = CC_OK;
  if (table->units != NULL) {
    status = fill_units(table, room, reterr);
  } else {
    size_t most = room < TABLE_CHUNK ? room : TABLE_CHUNK;
    status = ccd_source_read(table->source, table->buffer + table->end, most, &n, reterr);
    table->eof = status == CC_OK && n == 0;
    table->end += n;
  }
  table->buffer[table->end] = '\n';
  return status;
}

cc_status
ccd_table_skip_line(ccd_table *table, cc_error *reterr)
{
  for (;;) {
    const char *begin = table->buffer + table->begin;
    size_t n = table->end - table->begin;
    const char *feed = memchr(begin, '\n', n);
    const char *ret = memchr(begin, '\r', feed != NULL ? (size_t) (feed - begin) : n);
    const char *at = ret != NULL ? ret : feed;
    if (at != NULL && (*at == '\n' || at + 1 < begin + n || table->eof)) {
      bool pair = *at == '\r' && at + 1 < begin + n && at[1] == '\n';
      table->begin = (size_t) (at - table->buffer) + (pair ? 2 : 1);
      table->line++;
      return CC_OK;
    }
    if (table->eof) {
      table->line += n > 0;
      table->begin = table->end;
      return CC_OK;
    }
    table->begin = at != NULL ? (size_t) (at - table->buffer) : table->end;
    cc_status status = ccd_table_fill(table, reterr);
    if (status != CC_OK)
      return status;
  }
}

cc_status
ccd_table_skip_mark(ccd_table *table, cc_error *reterr)
{
  while (!table->eof && table->end - table->begin < 3) {
    cc_status status = ccd_table_fill(table, reterr);
    if (status != CC_OK)
      return status;
  }
  /* A byte order mark of UTF-16 has already been converted to these three bytes. */
  if (table->end - table->begin >= 3 &&
      memcmp(table->buffer + table->begin, "\xEF\xBB\xBF", 3) == 0)
    table->begin += 3;
  return CC_OK;
}

/* Returns @n free bytes of the scratch buffer after the first scratch_used bytes; NULL when out
 * of memory. The scratch buffer is large enough for the longest row converted to UTF-8. */
static char *
scratch_reserve(ccd_table *table, size_t n)
{
  size_t size = (size_t) 4 * CCD_TABLE_ROW_MAX + 64;
  if (table->scratch == NULL)
    table->scratch = malloc(size);
  if (table->scratch == NULL || n > size - table->scratch_used)
    return NULL;
  return table->scratch + table->scratch_used;
}

static bool
undouble_quotes(ccd_table *table, ccd_slice *field)
{
  char *out = scratch_reserve(table, field->length);
  if (out == NULL)
    return false;
  size_t n = 0;
  for (size_t i = 0; i < field->length; i++) {
    out[n++] = field->text[i];
    if (field->text[i] == table->format.quote && i + 1 < field->length &&
        field->text[i + 1] == table->format.quote)
      i++;
  }
  table->scratch_used += n;
  *field = (ccd_slice){out, n};
  return true;
}

cc_status
ccd_table_decode_row(ccd_table *table, cc_error *reterr)
{
  const char *row = table->buffer + table->begin;
  size_t length = table->row_end - table->begin;
  bool fits = true;
  table->scratch_used = 0;
  for (size_t i = 0; i < table->n_escaped; i++)
    fits = fits && undouble_quotes(table, &table->fields[table->escaped[i]]);
  if (ccd_text_has_high(row, length) && cc_utf8_length(row, length) < 0) {
    for (size_t i = 0; i < table->n && fits; i++) {
      ccd_slice *field = &table->fields[i];
      if (!ccd_text_has_high(field->text, field->length))
        continue;
      char *out = scratch_reserve(table, 3 * field->length);
      fits = out != NULL;
      if (!fits)
        break;
      size_t n = ccd_text_from_1252(field->text, field->length, out);
      table->scratch_used += n;
      *field = (ccd_slice){out, n};
    }
  }
  return fits ? CC_OK : cc_fail_memory(reterr);
}

static ccd_slice
trim_blanks(ccd_slice text)
{
  while (text.length > 0 && (unsigned char) text.text[0] <= ' ') {
    text.text++;
    text.length--;
  }
  while (text.length > 0 && (unsigned char) text.text[text.length - 1] <= ' ')
    text.length--;
  return text;
}

static int
by_name(const void *a, const void *b)
{
  const char *const *one = a, *const *other = b;
  int order = strcmp(**(const char *const *const *) one, **(const char *const *const *) other);
  return order != 0 ? order : (*one > *other) - (*one < *other);
}

/* Make the column names unique: if several columns have the same name, a number is appended to
 * the second and further ones. Returns false when out of memory. */
static bool
make_names_unique(ccd_table *table)
{
  const char ***sorted = malloc((table->n_columns + 1) * sizeof *sorted);
  if (sorted == NULL)
    return false;
  for (size_t i = 0; i < table->n_columns; i++)
    sorted[i] = &table->columns[i];
  qsort(sorted, table->n_columns, sizeof *sorted, by_name);
  const char *name = NULL;
  int count = 1;
  bool fits = true;
  for (size_t i = 0; i < table->n_columns && fits; i++) {
    bool same = name != NULL && strcmp(name, *sorted[i]) == 0;
    count = same ? count + 1 : 1;
    if (!same)
      name = *sorted[i];
    else
      *sorted[i] = cc_arena_printf(table->names, "%s_%d", name, count);
    fits = *sorted[i] != NULL;
  }
  free(sorted);
  return fits;
}

cc_status
ccd_table_name_columns(ccd_table *table, bool header, cc_error *reterr)
{
  table->n_columns = table->n;
  table->columns = cc_arena_alloc(table->names, (table->n + 1) * sizeof *table->columns);
  bool fits = table->columns != NULL;
  for (size_t i = 0; i < table->n && fits; i++) {
    ccd_slice name = header ? trim_blanks(table->fields[i]) : (ccd_slice){NULL, 0};
    table->columns[i] = name.length > 0 ? cc_arena_strndup(table->names, name.text, name.length)
                                        : cc_arena_printf(table->names, "column_%zu", i + 1);
    fits = table->columns[i] != NULL;
  }
  if (fits && make_names_unique(table))
    return CC_OK;
  return cc_fail_memory(reterr);
}
