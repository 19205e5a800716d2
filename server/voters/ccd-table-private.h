/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-table.h"

/* State of the table reader, shared by ccd-table.c (rows) and ccd-table-buffer.c (bytes). */

#define TABLE_CHUNK ((size_t) 128 * 1024)
/* The buffer has space for a complete row. Behind its contents is always a line feed, so that every
 * scan ends without a check of the length. */
#define TABLE_BUFFER (CCD_TABLE_ROW_MAX + 2 * TABLE_CHUNK)

struct ccd_table {
  ccd_source *source;
  ccd_table_format format;
  char *buffer; /* the bytes [begin, end) were not consumed yet */
  size_t begin, end;
  bool eof;             /* the source is at its end */
  unsigned char *units; /* UTF-16 that was not decoded yet; NULL for other encodings */
  size_t n_units;
  bool special[256]; /* bytes that end an unquoted field */
  int64_t line, number;
  ccd_slice *fields; /* CCD_TABLE_COLUMNS_MAX + 1 */
  size_t n;
  uint16_t *escaped; /* indices of fields with doubled quotes */
  size_t n_escaped;
  bool quoted;    /* the row has a quoted field */
  bool stray;     /* the row has a single quote inside one */
  size_t row_end; /* end of the scanned row in the buffer, without its line end */
  size_t next;    /* begin of the next row in the buffer */
  int64_t lines;  /* lines that the scanned row spans */
  char *scratch;  /* decoded and unquoted text of the row; allocated when first needed */
  size_t scratch_used;
  char *raw;            /* raw text of the last reject; CCD_TABLE_RAW_MAX bytes */
  ccd_table_reject bad; /* code, column and message of the error that a scan found */
  const char **columns;
  size_t n_columns;
  cc_arena *names;
};

/* Move the unread bytes to the front of the buffer and read more behind them. Sets eof at the end.
 */
cc_status ccd_table_fill(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;

/* Skip everything up to and including the next line end. */
cc_status ccd_table_skip_line(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;

/* Skip a byte order mark. */
cc_status ccd_table_skip_mark(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;

/* Set the names of the columns from the scanned row (@header), or to "column_N". */
cc_status ccd_table_name_columns(ccd_table *table, bool header, cc_error *reterr) CC_MUSTCHECK;

/* Turn the scanned fields into their text: undouble quotes, and convert Windows-1252 to UTF-8. */
cc_status ccd_table_decode_row(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;
