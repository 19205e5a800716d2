/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-status.h"
#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"
#include "server/voters/ccd-voter-row.h"

/* Writes mapped rows as lines for COPY into the table staging.rows. Called by ccd-import-read.c. */

typedef struct ccd_import_writer ccd_import_writer;

/* Appends one column of staging.rows, taken from @row, to the line in the writer. */
typedef void ccd_import_write(ccd_import_writer *writer, const ccd_voter_row *row);

typedef struct ccd_import_column {
  const char *name;
  ccd_import_write *write; /* NULL: the column is written from row->others */
} ccd_import_column;

/* Buffers that are reused for each row, and the list of the columns to write. */
struct ccd_import_writer {
  cc_str row;  /* the columns that follow the hash, in COPY's text format */
  cc_str json; /* the JSON value that is being built */
  ccd_import_column
    columns[CC_FIELDS_MAX]; /* the CC_IMPORTED fields of cc_voter_type, in that order */
  size_t n_columns;
};

/* Set up the writer's list of columns. Returns CC_ERR_INTERNAL when the field table has a
 * CC_IMPORTED field that ccd-import-row.c cannot write. */
cc_status ccd_import_writer_init(ccd_import_writer *writer, cc_error *reterr) CC_MUSTCHECK;
void ccd_import_writer_done(ccd_import_writer *writer);

/**
 * Append one line for COPY staging.rows to @out.
 *
 * @number: number of the row, counted over all files of the import
 * @file, @line: position of the row
 * @fields: the cc_voter_fields that the profile fills, as bits; part of the hash
 *
 * Returns false when out of memory.
 */
bool ccd_import_write_row(ccd_import_writer *writer,
                          const char *import_id,
                          int64_t number,
                          int file,
                          int64_t line,
                          uint64_t fields,
                          const ccd_voter_row *row,
                          cc_str *out);
