/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-import.h"

/* Reads single rows of an import's files a second time. Staging does not store the raw text of
 * rows, but when a staged row is rejected, its raw text is written to the file of rejects. */

/* A file of the import, and the format that it was read with. */
typedef struct ccd_import_file {
  const char *path;
  ccd_table_format format; /* format.widths must live as long as this struct */
  int64_t rows_before;     /* number of rows in the files before this one */
} ccd_import_file;

typedef struct ccd_import_again {
  const ccd_import *import;
  const ccd_import_file *files;
  ccd_source *source;
  ccd_table *table;
  int open; /* number of the open file, from 1; 0: no file is open */
} ccd_import_again;

/* Returns the raw text of row @row_no (numbered over all files of the import) of file @file. The
 * text is valid until the next call. Within a file, rows must be requested in ascending order.
 * Returns an empty slice when the row cannot be read. */
ccd_slice ccd_import_again_raw(ccd_import_again *again, int file, int64_t row_no);

/* Close the open file, if any. The struct can be used again afterwards. */
void ccd_import_again_done(ccd_import_again *again);

/* Returns a field of a raw line that could not be parsed, without the quotes and blanks around
 * the field.
 * @index: number of the field from 0
 * @n_columns: 0: fields are counted from the front. Otherwise the number of columns of the file,
 *   and fields are counted from the back: a surplus delimiter shifts only the fields after it.
 * Returns an empty slice when there is no such field. */
ccd_slice ccd_import_raw_field(ccd_slice raw, char delimiter, size_t index, size_t n_columns);
