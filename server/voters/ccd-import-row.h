/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-status.h"
#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"
#include "server/voters/ccd-voter-row.h"

/* Rows of a file on their way into staging. */

typedef struct ccd_import_writer ccd_import_writer;

/* Append a column of staging.rows from the row. */
typedef void ccd_import_write(ccd_import_writer *writer, const ccd_voter_row *row);

typedef struct ccd_import_column {
  const char *name;
  ccd_import_write *write; /* NULL: from row->others */
} ccd_import_column;

/* Buffers for one row after the other, and what is written of each. */
struct ccd_import_writer {
  cc_str row;  /* the columns behind the hash, as COPY's text format has them */
  cc_str json; /* one JSON value */
  ccd_import_column columns[CC_FIELDS_MAX]; /* those that files fill, in cc_voter_type's order */
  size_t n_columns;
};

/* CC_ERR_INTERNAL: files are said to fill a column that nothing here writes. */
cc_status ccd_import_writer_init(ccd_import_writer *writer, cc_error *reterr) CC_MUSTCHECK;
void ccd_import_writer_done(ccd_import_writer *writer);

/**
 * Append a line of COPY staging.rows.
 *
 * @fields: bits of the cc_voter_fields that the profile fills: part of the hash
 *
 * False: no memory.
 */
bool ccd_import_write_row(ccd_import_writer *writer,
                          const char *import_id,
                          int64_t number,
                          int file,
                          int64_t line,
                          uint64_t fields,
                          const ccd_voter_row *row,
                          cc_str *out);
