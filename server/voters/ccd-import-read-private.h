/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-import-again.h"
#include "server/voters/ccd-import-columns.h"
#include "server/voters/ccd-import-problems.h"
#include "server/voters/ccd-import-row.h"
#include "server/voters/ccd-import.h"

/* Between ccd-import-read.c (files into staging) and ccd-import-settle.c (rows that staging shows
 * to be none). */

typedef struct reader reader;

struct reader {
  ccd_import *import;
  ccd_import_findings *findings;
  ccd_import_writer writer;
  cc_str buffer; /* lines for COPY */
  cc_str sample, format;
  int64_t n_sample;
  int64_t rows; /* of all files so far, rejected ones too: the number of the next is one more */
  int64_t staged, chunk_rows;
  int64_t chunk_began;
  int64_t bytes_before, bytes_all; /* of files that are read; of all of them */
  uint64_t fields;
  int file;
  ccd_import_file *files;
  ccd_import_columns columns;
  size_t n_names,
    id_column; /* of the file at hand: columns; where the state's number stands; n_names: nowhere */
  char delimiter;
  cc_str refused; /* numbers that may stand in rows that could not be read: JSON, open */
  bool history;   /* rows are votes */
};

/* Everything is staged: rows of one person twice, and votes of strangers, leave it and join the
 * rejects. */
cc_status ccd_import_settle(reader *r, cc_error *reterr) CC_MUSTCHECK;
