/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-import.h"

/* Reads single rows of an import's files a second time. Staging does not store the raw text of
 * rows, but the file of rejects needs it for rows that are rejected after they were staged. */

/* A file of the import, and the format that it was read with. */
typedef struct ccd_import_file {
  const char *path;
  ccd_table_format format; /* its widths must live as long as this */
  int64_t rows_before;     /* number of rows in the files before this one */
} ccd_import_file;

typedef struct ccd_import_again {
  const ccd_import *import;
  const ccd_import_file *files;
  ccd_source *source;
  ccd_table *table;
  int open; /* number of the file that is open, 1 is the first; 0: none */
} ccd_import_again;

/* Returns the raw text of row @row_no (numbered over all files) of file @file; valid until the next
 * call. Must be called with ascending row numbers. Returns an empty slice when the row cannot be
 * read. */
ccd_slice ccd_import_again_raw(ccd_import_again *again, int file, int64_t row_no);

/* Close the open file. The struct can be used again. */
void ccd_import_again_done(ccd_import_again *again);

/* Returns a field of a raw line that could not be parsed, without quotes and blanks around it.
 * @index counts from the front. When @n_columns is not 0, the field is counted from the back
 * instead: a surplus delimiter shifts only the fields behind it. Returns an empty slice when there
 * is no such field. */
ccd_slice ccd_import_raw_field(ccd_slice raw, char delimiter, size_t index, size_t n_columns);
