/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads single rows of an import's files a second time; see ccd-import-again.h. */
#include "server/voters/ccd-import-again.h"

#include <string.h>

void
ccd_import_again_done(ccd_import_again *again)
{
  ccd_table_free(again->table);
  ccd_source_free(again->source);
  again->table = NULL;
  again->source = NULL;
  again->open = 0;
}

static bool
reopen_file(ccd_import_again *again, int file)
{
  cc_error error;
  const ccd_import_file *of = &again->files[file - 1];
  ccd_import_again_done(again);
  if (ccd_source_open(of->path, again->import->member, &again->source, &error) != CC_OK ||
      ccd_table_open(again->source, &of->format, &again->table, &error) != CC_OK)
    return false;
  again->open = file;
  return true;
}

ccd_slice
ccd_import_again_raw(ccd_import_again *again, int file, int64_t row_no)
{
  static const ccd_slice none = {NULL, 0};
  ccd_table_row row;
  ccd_table_reject reject;
  cc_error error;
  if (again->open != file && !reopen_file(again, file))
    return none;
  int64_t number = row_no - again->files[file - 1].rows_before;
  for (;;) {
    ccd_table_step step = ccd_table_next(again->table, &row, &reject, &error);
    if (step == CCD_TABLE_END || step == CCD_TABLE_FAILED)
      return none;
    if (step == CCD_TABLE_ROW && row.number == number)
      return row.raw;
    if ((step == CCD_TABLE_ROW ? row.number : reject.number) > number)
      return none;
  }
}

ccd_slice
ccd_import_raw_field(ccd_slice raw, char delimiter, size_t index, size_t n_columns)
{
  size_t n = 1;
  for (size_t i = 0; i < raw.length; i++)
    n += raw.text[i] == delimiter;
  if (n_columns > 0)
    index = n_columns - index <= n ? n - (n_columns - index) : n;
  ccd_slice field = raw;
  for (size_t i = 0; i <= index; i++) {
    const char *end = field.length > 0 ? memchr(field.text, delimiter, field.length) : NULL;
    if (end == NULL && i < index)
      return (ccd_slice){NULL, 0};
    size_t length = end != NULL ? (size_t) (end - field.text) : field.length;
    if (i < index)
      field = (ccd_slice){end + 1, field.length - length - 1};
    else
      field.length = length;
  }
  while (field.length > 0 && (field.text[0] == '"' || field.text[0] == ' ')) {
    field.text++;
    field.length--;
  }
  while (field.length > 0 &&
         (field.text[field.length - 1] == '"' || field.text[field.length - 1] == ' '))
    field.length--;
  return field;
}
