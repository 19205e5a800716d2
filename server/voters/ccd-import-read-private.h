/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* State while the files of an import are read. Shared by ccd-import-read.c, which writes the
 * files to staging, and ccd-import-settle.c, which rejects staged rows that only the database
 * can recognize as invalid. */

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
  cc_str buffer;         /* lines for COPY that were not yet sent to the database */
  cc_str sample, format; /* JSON that is stored in the import's row */
  int64_t n_sample;
  int64_t rows; /* number of rows read from all files so far, rejected rows included */
  int64_t staged, chunk_rows;
  int64_t chunk_began; /* begin of the current chunk: cc_time_monotonic(), microseconds */
  int64_t bytes_before, bytes_all; /* bytes: size of the files already read; size of all files */
  uint64_t fields; /* the voter fields that the profile fills, one bit per cc_voter_field */
  int file;        /* number of the current file; 1 is the first */
  ccd_import_file *files;
  ccd_import_columns columns;
  size_t n_names;   /* number of columns of the current file */
  size_t id_column; /* index of the column with the state's voter id; n_names: none */
  char delimiter;
  cc_str refused; /* voter ids found in unreadable rows: a JSON array without the closing bracket */
  bool history;   /* the profile is one of vote histories: each row is a vote */
};

/* Call after all files are staged. Moves rows from staging to the rejects: further rows of the
 * same voter, rows of erased persons, and votes of unknown voters. */
cc_status ccd_import_settle(reader *r, cc_error *reterr) CC_MUSTCHECK;
