/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "server/voters/ccd-source.h"

/* Rows from bytes: CSV and its kin, and fixed width. Fields are slices of the reader's buffer:
 * nothing is allocated per row. See docs/internals/voter-files.md for what is read how. */
typedef struct ccd_table ccd_table;

/* Text that is not NUL-terminated. Empty: length 0, text may be NULL. */
typedef struct ccd_slice {
  const char *text;
  size_t length;
} ccd_slice;

/* A NUL-terminated text; NULL is empty. */
static inline ccd_slice
ccd_slice_of(const char *text)
{
  return (ccd_slice){.text = text == NULL ? "" : text, .length = text == NULL ? 0 : strlen(text)};
}

typedef enum ccd_encoding {
  CCD_ENCODING_BYTES = 0, /* each row: UTF-8, else Windows-1252 */
  CCD_ENCODING_UTF16LE,
  CCD_ENCODING_UTF16BE,
} ccd_encoding;

#define CCD_TABLE_COLUMNS_MAX 4096
#define CCD_TABLE_FIELD_MAX (64 * 1024) /* bytes of a field */
#define CCD_TABLE_ROW_MAX (1024 * 1024) /* bytes of a row */
#define CCD_TABLE_QUOTE_LINES 64      /* lines that one row may span; then its quote is unclosed */
#define CCD_TABLE_RAW_MAX (64 * 1024) /* bytes of a rejected line that are kept */

typedef struct ccd_table_format {
  char delimiter; /* ',' '\t' '|' ';'; '\0': fixed width */
  char quote;     /* '"'; '\0': none */
  ccd_encoding encoding;
  bool header;
  int64_t skip_lines; /* lines before the header or the first row */
  const int64_t
    *widths;        /* fixed width: characters of each column; borrowed while the table lives */
  size_t n_columns; /* number of widths; delimited: columns expected, 0: as the first row */
  size_t spare;     /* empty fields that each row has behind the last column */
} ccd_table_format;

typedef struct ccd_table_row {
  const ccd_slice *fields; /* valid UTF-8 without NUL; until the next call */
  size_t n;                /* always the table's number of columns */
  int64_t number;          /* 1, 2, … rejected rows count too; blank ones and the header do not */
  int64_t line;            /* of the file, 1 is the first */
  ccd_slice raw;           /* the row as it stands in the file, no line end */
} ccd_table_row;

/* Why a row was not read. Codes: ragged, nul_byte, field_too_long, row_too_long, unclosed_quote,
 * too_many_columns. */
typedef struct ccd_table_reject {
  int64_t number;
  int64_t line;
  int column; /* 1 is the first; 0: not known */
  const char *code;
  char message[200];
  ccd_slice raw; /* bytes as in the file (UTF-16: as UTF-8), at most CCD_TABLE_RAW_MAX */
} ccd_table_reject;

typedef enum ccd_table_step {
  CCD_TABLE_END = 0,
  CCD_TABLE_ROW,
  CCD_TABLE_REJECT,
  CCD_TABLE_FAILED, /* the file itself: broken archive, read error, no memory */
} ccd_table_step;

/**
 * Begin to read: skips a BOM and skip_lines, and reads the header when there is one.
 *
 * @source: borrowed, at its beginning
 *
 * CC_ERR_INVALID: the header cannot be read. An empty file is a table without columns and rows.
 */
cc_status ccd_table_open(ccd_source *source,
                         const ccd_table_format *format,
                         ccd_table **ret,
                         cc_error *reterr) CC_MUSTCHECK;
void ccd_table_free(ccd_table *table);

/* Names of the columns: trimmed, unique ("name", "name_2"), empty ones "column_4". Without header
 * all are "column_N", known after the first row. NUL-terminated; they live with the table. */
const char *const *ccd_table_columns(const ccd_table *table, size_t *ret_n);

/* The next row or reject: *ret_row or *ret_reject is filled, as the step says. */
ccd_table_step ccd_table_next(ccd_table *table,
                              ccd_table_row *ret_row,
                              ccd_table_reject *ret_reject,
                              cc_error *reterr) CC_MUSTCHECK;

CC_DEFINE_AUTO(ccd_table, ccd_table_free)

/* Whether a spreadsheet works out a cell that begins so: = + - @, also as wide as a Chinese
 * character, a tab or a carriage return. exportVoters sets a quote before it (export_cell), and an
 * import takes the quote off. */
bool ccd_table_is_formula(const char *text, size_t length);
