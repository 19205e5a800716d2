/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "server/voters/ccd-source.h"

/* Reads the rows of a table file: CSV with several delimiters, or fixed width. Second layer of
 * reading voter files, above ccd-source.h. Fields are slices of the reader's buffer; nothing is
 * allocated per row. The rules are described in docs/internals/voter-files.md. */
typedef struct ccd_table ccd_table;

/* A text that is not NUL-terminated. If the length is 0, text may be NULL. */
typedef struct ccd_slice {
  const char *text;
  size_t length;
} ccd_slice;

/* Returns a slice of a NUL-terminated text; NULL gives an empty slice. */
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
#define CCD_TABLE_FIELD_MAX (64 * 1024) /* bytes of a field */
#define CCD_TABLE_ROW_MAX (1024 * 1024) /* bytes of a row */
#define CCD_TABLE_QUOTE_LINES 64        /* lines that a row may span before it is unclosed_quote */
#define CCD_TABLE_RAW_MAX (64 * 1024)   /* bytes of a rejected line that are reported */

typedef struct ccd_table_format {
  char delimiter; /* ',' '\t' '|' ';'; '\0': fixed width */
  char quote;     /* '"'; '\0': none */
  ccd_encoding encoding;
  bool header;
  int64_t skip_lines;    /* lines before the header or the first row */
  const int64_t *widths; /* fixed width: characters per column; must outlive the table */
  size_t n_columns;      /* number of widths; delimited: expected columns, 0: as in the first row */
  size_t spare;          /* empty fields that every row has behind the last column */
} ccd_table_format;

typedef struct ccd_table_row {
  const ccd_slice *fields; /* valid UTF-8 without NUL; valid until the next call */
  size_t n;                /* always the table's number of columns */
  int64_t number;          /* 1, 2, …; counts rejected rows, but not blank rows and the header */
  int64_t line;            /* line in the file; 1 is the first */
  ccd_slice raw;           /* the row as in the file, without its line end */
} ccd_table_row;

/* A row that could not be read. Codes: ragged, nul_byte, field_too_long, row_too_long,
 * unclosed_quote, too_many_columns. */
typedef struct ccd_table_reject {
  int64_t number;
  int64_t line;
  int column; /* 1 is the first; 0: unknown */
  const char *code;
  char message[200];
  ccd_slice raw; /* the bytes in the file (UTF-16 as UTF-8), at most CCD_TABLE_RAW_MAX */
} ccd_table_reject;

typedef enum ccd_table_step {
  CCD_TABLE_END = 0,
  CCD_TABLE_ROW,
  CCD_TABLE_REJECT,
  CCD_TABLE_FAILED, /* the file cannot be read any further: broken archive, read error, no memory */
} ccd_table_step;

/**
 * Start reading: skip a byte order mark and skip_lines lines, and read the header if there is one.
 *
 * @source: at its beginning; must outlive the table
 * @ret: free with ccd_table_free
 *
 * Returns CC_ERR_INVALID when the header cannot be read. An empty file is a table without columns
 * and rows.
 */
cc_status ccd_table_open(ccd_source *source,
                         const ccd_table_format *format,
                         ccd_table **ret,
                         cc_error *reterr) CC_MUSTCHECK;
void ccd_table_free(ccd_table *table);

/* Returns the names of the columns. They are trimmed and unique ("name", "name_2"); an empty name
 * becomes "column_4". Without a header all are "column_N", and known after the first row. The names
 * are NUL-terminated and valid as long as the table. */
const char *const *ccd_table_columns(const ccd_table *table, size_t *ret_n);

/* Read the next row. Depending on the result, *ret_row (CCD_TABLE_ROW), *ret_reject
 * (CCD_TABLE_REJECT) or *reterr (CCD_TABLE_FAILED) is set. */
ccd_table_step ccd_table_next(ccd_table *table,
                              ccd_table_row *ret_row,
                              ccd_table_reject *ret_reject,
                              cc_error *reterr) CC_MUSTCHECK;

CC_DEFINE_AUTO(ccd_table, ccd_table_free)

/* Returns whether a spreadsheet would evaluate a cell with this text as a formula: it begins with
 * = + - @ (also as full-width characters), a tab or a carriage return. exportVoters puts a quote
 * before such cells (export_cell in SQL), and an import removes it. */
bool ccd_table_is_formula(const char *text, size_t length);
