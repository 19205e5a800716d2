/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-table.h"

/* Between ccd-table.c (rows) and ccd-table-buffer.c (bytes). */

#define TABLE_CHUNK ((size_t) 128 * 1024)
/* A whole row lies in the buffer; behind its end is a line feed that stops every scan. */
#define TABLE_BUFFER (CCD_TABLE_ROW_MAX + 2 * TABLE_CHUNK)

struct ccd_table {
  ccd_source *source;
  ccd_table_format format;
  char *buffer; /* [begin, end) is not read yet */
  size_t begin, end;
  bool eof;             /* the source has no more */
  unsigned char *units; /* UTF-16 not yet decoded; NULL for other encodings */
  size_t n_units;
  bool special[256]; /* bytes that end an unquoted field */
  int64_t line, number;
  ccd_slice *fields; /* CCD_TABLE_COLUMNS_MAX + 1 */
  size_t n;
  uint16_t *escaped; /* indices of fields with doubled quotes */
  size_t n_escaped;
  bool quoted;    /* the row has a quoted field */
  bool stray;     /* the row has a single quote inside one */
  size_t row_end; /* of the scanned row, without its line end */
  size_t next;    /* where the next one begins */
  int64_t lines;  /* that it spans */
  char *scratch;  /* decoded and unquoted text of the row; made when first needed */
  size_t scratch_used;
  char *raw;            /* CCD_TABLE_RAW_MAX, of the last reject */
  ccd_table_reject bad; /* what the scan found: code, column, message */
  const char **columns;
  size_t n_columns;
  cc_arena *names;
};

/* Read more behind `end`, moving what is unread to the front. Sets eof. */
cc_status ccd_table_fill(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;

/* Drop everything up to and with the next line end. */
cc_status ccd_table_skip_line(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;

/* Drop a byte order mark. */
cc_status ccd_table_skip_mark(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;

/* Names of the columns from the fields of the row that was scanned. */
cc_status ccd_table_name_columns(ccd_table *table, bool header, cc_error *reterr) CC_MUSTCHECK;

/* Make the scanned fields valid UTF-8: doubled quotes, Windows-1252. */
cc_status ccd_table_decode_row(ccd_table *table, cc_error *reterr) CC_MUSTCHECK;
