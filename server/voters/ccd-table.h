/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "server/voters/ccd-source.h"

/* Reads the rows of a table file: CSV with several delimiters, or fixed width. This is the
 * second layer of reading voter files, above ccd-source.h. Fields are slices of the reader's
 * buffer; nothing is allocated per row. The rules are described in
 * docs/internals/voter-files.md. */
typedef struct ccd_table ccd_table;

/* A text that is not NUL-terminated. text may be NULL if length is 0. */
typedef struct ccd_slice {
  const char *text;
  size_t length;
} ccd_slice;

/* Returns a NUL-terminated text as a slice; an empty slice for NULL. */
static inline ccd_slice
ccd_slice_of(const char *text)
{
  return (ccd_slice){.text = text == NULL ? "" : text, .length = text == NULL ? 0 : strlen(text)};
}

typedef enum ccd_encoding {
  CCD_ENCODING_BYTES = 0, /* each row is UTF-8 if it is valid UTF-8, else Windows-1252 */
  CCD_ENCODING_UTF16LE,
  CCD_ENCODING_UTF16BE,
} ccd_encoding;

#define CCD_TABLE_COLUMNS_MAX 4096
#define CCD_TABLE_FIELD_MAX (64 * 1024) /* most bytes of a field */
#define CCD_TABLE_ROW_MAX (1024 * 1024) /* most bytes of a row */
#define CCD_TABLE_QUOTE_LINES 64        /* most lines of a row; more are an unclosed_quote */
#define CCD_TABLE_RAW_MAX (64 * 1024)   /* most bytes of a rejected line that are reported */

typedef struct ccd_table_format {
  char delimiter; /* ',', '\t', '|' or ';'; '\0': fixed width */
  char quote;     /* '"'; '\0': fields are not quoted */
  ccd_encoding encoding;
  bool header;
  int64_t skip_lines;    /* number of lines to skip before the header or the first row */
  const int64_t *widths; /* fixed width: characters per column; must outlive the table */
  size_t
    n_columns;  /* number of widths; delimited: expected columns, 0: as many as in the first row */
  size_t spare; /* number of empty fields that every row has after the last column */
} ccd_table_format;

typedef struct ccd_table_row {
  const ccd_slice *fields; /* valid UTF-8 without NUL; valid until the next row is read */
  size_t n;                /* always the table's number of columns */
  int64_t number;          /* 1, 2, …; rejected rows count, blank rows and the header do not */
  int64_t line;            /* number of the line in the file, from 1 */
  ccd_slice raw;           /* the row as in the file, without its line end */
} ccd_table_row;

/* A row that could not be read. code is one of: ragged, nul_byte, field_too_long, row_too_long,
 * unclosed_quote, too_many_columns. */
typedef struct ccd_table_reject {
  int64_t number;
  int64_t line;
  int column; /* number of the column, from 1; 0: unknown */
  const char *code;
  char message[200];
  ccd_slice raw; /* the row's first line as in the file (UTF-16 as UTF-8), at most CCD_TABLE_RAW_MAX
                    bytes */
} ccd_table_reject;

typedef enum ccd_table_step {
  CCD_TABLE_END = 0,
  CCD_TABLE_ROW,
  CCD_TABLE_REJECT,
  CCD_TABLE_FAILED, /* the rest of the file cannot be read: broken archive, read error, no memory */
} ccd_table_step;

/**
 * Start reading: skip a byte order mark and the first skip_lines lines, then read the header if the
 * format has one.
 *
 * @source: must be at its beginning and outlive the table
 * @ret: free with ccd_table_free
 *
 * Returns CC_ERR_INVALID when the header cannot be read. An empty file gives a table without
 * columns and rows.
 */
cc_status ccd_table_open(ccd_source *source,
                         const ccd_table_format *format,
                         ccd_table **ret,
                         cc_error *reterr) CC_MUSTCHECK;
void ccd_table_free(ccd_table *table);

/* Returns the names of the columns. Names are trimmed and made unique ("name", "name_2"); an
 * empty name becomes "column_4". Without a header all names have this form, and they are known
 * only after the first row was read. The names are NUL-terminated and valid as long as the
 * table. */
const char *const *ccd_table_columns(const ccd_table *table, size_t *ret_n);

/* Read the next row. The result tells which output is set: *ret_row for CCD_TABLE_ROW,
 * *ret_reject for CCD_TABLE_REJECT, *reterr for CCD_TABLE_FAILED. */
ccd_table_step ccd_table_next(ccd_table *table,
                              ccd_table_row *ret_row,
                              ccd_table_reject *ret_reject,
                              cc_error *reterr) CC_MUSTCHECK;

CC_DEFINE_AUTO(ccd_table, ccd_table_free)

/* Returns whether a spreadsheet would evaluate a cell with this text as a formula. Such a text
 * begins with = + - @ (also as full-width characters), a tab or a carriage return. exportVoters
 * puts a quote before these cells (SQL function export_cell), and an import removes the quote. */
bool ccd_table_is_formula(const char *text, size_t length);
