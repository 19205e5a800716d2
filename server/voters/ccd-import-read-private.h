/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* State of reading the files of an import, shared by ccd-import-read.c (files into staging) and
 * ccd-import-settle.c (rejecting staged rows that only the database can recognize as invalid). */

#include "server/voters/ccd-import-again.h"
#include "server/voters/ccd-import-columns.h"
#include "server/voters/ccd-import-problems.h"
#include "server/voters/ccd-import-row.h"
#include "server/voters/ccd-import.h"

typedef struct reader reader;

struct reader {
  ccd_import *import;
  ccd_import_findings *findings;
  ccd_import_writer writer;
  cc_str buffer;         /* lines for COPY that were not sent yet */
  cc_str sample, format; /* JSON for the import's row */
  int64_t n_sample;
  int64_t rows; /* rows read from all files so far, rejected ones included; numbers the rows */
  int64_t staged, chunk_rows;
  int64_t chunk_began;             /* cc_time_monotonic() */
  int64_t bytes_before, bytes_all; /* size of the files already read; of all files */
  uint64_t fields;                 /* bits of the voter fields that the profile fills */
  int file;                        /* number of the current file; 1 is the first */
  ccd_import_file *files;
  ccd_import_columns columns;
  size_t n_names;   /* columns of the current file */
  size_t id_column; /* index of the column with the state's voter id; n_names: there is none */
  char delimiter;
  cc_str refused; /* JSON array, without its end, of voter ids found in unreadable rows */
  bool history;   /* the rows are votes */
};

/* Called after all files are staged. Moves repeated rows of one voter, rows of erased persons, and
 * votes of unknown voters from staging to the rejects. */
cc_status ccd_import_settle(reader *r, cc_error *reterr) CC_MUSTCHECK;
