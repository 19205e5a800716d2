/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-import.h"

/* Lines of files that were read already: the raw text of rows that the database refuses. */

/* A file that was read, and how. */
typedef struct ccd_import_file {
  const char *path;
  ccd_table_format format; /* widths live as long as this */
  int64_t rows_before;     /* of the files before it */
} ccd_import_file;

typedef struct ccd_import_again {
  const ccd_import *import;
  const ccd_import_file *files;
  ccd_source *source;
  ccd_table *table;
  int open; /* number of the file that is open, 1 is the first; 0: none */
} ccd_import_again;

/* The row as it stands in file @file. Rows are asked for in rising order. Empty: it is not to be
 * had. Valid until the next call. */
ccd_slice ccd_import_again_raw(ccd_import_again *again, int file, int64_t row_no);
void ccd_import_again_done(ccd_import_again *again);

/* A field of a line that could not be read, its quotes left out: @index from the front; with
 * @n_columns counted from the back, since a delimiter too many shifts what is behind it. */
ccd_slice ccd_import_raw_field(ccd_slice raw, char delimiter, size_t index, size_t n_columns);
