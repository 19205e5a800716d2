/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-table.h"

/* State of the table reader, shared by ccd-table.c (scans rows) and ccd-table-buffer.c (fills
 * the buffer and decodes fields). */

#define TABLE_CHUNK ((size_t) 128 * 1024)
/* Size of the buffer: it can hold the longest row. A line feed always follows the contents of
 * the buffer, so that scans end without checking the length. */
#define TABLE_BUFFER (CCD_TABLE_ROW_MAX + 2 * TABLE_CHUNK)

struct ccd_table {
  ccd_source *source;
  ccd_table_format format;
  char *buffer; /* its bytes [begin, end) are not consumed yet */
  size_t begin, end;
  bool eof;             /* the source has no more bytes */
  unsigned char *units; /* UTF-16 that is not decoded yet; NULL for other encodings */
  size_t n_units;
  bool special[256]; /* special[c]: the byte c ends an unquoted field */
  int64_t line, number;
  ccd_slice *fields; /* space for CCD_TABLE_COLUMNS_MAX + 1 fields */
  size_t n;
  uint16_t *escaped; /* indices of the fields that contain doubled quotes */
  size_t n_escaped;
  bool quoted;    /* at least one field of the row is quoted */
  bool stray;     /* a quoted field of the row contains a quote that is not doubled */
  size_t row_end; /* end of the scanned row in the buffer, without its line end */
  size_t next;    /* beginning of the next row in the buffer */
  int64_t lines;  /* number of lines that the scanned row spans */
  char *scratch;  /* decoded and unquoted text of the row; allocated when first needed */
  size_t scratch_used;
  char *raw;            /* raw text of the last rejected row; space for CCD_TABLE_RAW_MAX bytes */
  ccd_table_reject bad; /* the error found by a scan: code, column and message */
  const char **columns;
  size_t n_columns;
  cc_arena *names;
};

/* Move the bytes that are not consumed to the front of the buffer, and read more bytes after
 * them. Sets table->eof at the end of the source. */
cc_status ccd_table_fill(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;

/* Skip all bytes up to the next line end, and the line end itself. */
cc_status ccd_table_skip_line(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;

/* Skip a byte order mark at the beginning of the file. */
cc_status ccd_table_skip_mark(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;

/* Set the names of the columns: with @header to the fields of the scanned row, otherwise to
 * "column_1", "column_2", … */
cc_status ccd_table_name_columns(ccd_table *table, bool header, cc_error *reterr) CC_MUSTCHECK;

/* Convert the scanned fields to their text: replace doubled quotes by single ones, and convert
 * Windows-1252 to UTF-8. */
cc_status ccd_table_decode_row(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;
