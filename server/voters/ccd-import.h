/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdio.h>

#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"
#include "server/jobs/ccd-job.h"
#include "server/voters/ccd-profile.h"
#include "server/voters/ccd-table.h"
#include "server/voters/ccd-voter-row.h"

/* The parts of an import: rows of a file on their way into staging (ccd-import-read.c,
 * ccd-import-row.c), what is wrong with them (ccd-import-problems.c), the job that takes them into
 * the database (ccd-import-job.c). See docs/internals/imports.md. */

/* -- problems -------------------------------------------------------------------------------------
 */

typedef struct ccd_import_place {
  int file;
  int64_t line;
} ccd_import_place;

#define CCD_IMPORT_PROBLEMS_MAX 200
#define CCD_IMPORT_PLACES_MAX 10

typedef struct ccd_import_problem {
  char code[40];
  int field; /* cc_voter_field; 0: the row */
  bool rejected;
  int64_t count;
  ccd_import_place places[CCD_IMPORT_PLACES_MAX];
  size_t n_places;
} ccd_import_problem;

/* What an import's files have been found to have: problems by kind, and the file of rejects. */
typedef struct ccd_import_findings {
  ccd_import_problem problems[CCD_IMPORT_PROBLEMS_MAX];
  size_t n_problems;
  FILE *rejects; /* CSV; open while reading */
  int64_t n_rejected;
} ccd_import_findings;

/* Count a value that was left out. */
void ccd_import_note(ccd_import_findings *findings,
                     const char *code,
                     int field,
                     bool rejected,
                     int file,
                     int64_t line);

/* Count a row that was left out, and write it to the rejects. @message NULL: the code's own. */
cc_status ccd_import_reject(ccd_import_findings *findings,
                            int file,
                            const ccd_table_reject *reject,
                            cc_error *reterr) CC_MUSTCHECK;

/* The heading of the file of rejects. */
cc_status ccd_import_rejects_begin(ccd_import_findings *findings, cc_error *reterr) CC_MUSTCHECK;

/* The problems as JSON: a list of ImportProblem. */
void ccd_import_problems_write(const ccd_import_findings *findings, cc_str *out);

/* -- rows ----------------------------------------------------------------------------------------
 */

typedef struct ccd_import_writer ccd_import_writer;

/* Append a column of staging.rows from the row. */
typedef void ccd_import_write(ccd_import_writer *writer, const ccd_voter_row *row);

/* Buffers for one row after the other, and what is written of each. */
struct ccd_import_writer {
  cc_str row;  /* the columns behind the hash, as COPY's text format has them */
  cc_str json; /* one JSON value */

  struct {
    const char *name;
    ccd_import_write *write; /* NULL: from row->others */
  } columns[CC_FIELDS_MAX];  /* those that files fill, in the order of cc_voter_type */

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

/* The row for the sample: a JSON object of what it says. */
void ccd_import_sample_row(const ccd_voter_row *row, cc_str *out);

/* -- reading -------------------------------------------------------------------------------------
 */

/* An import as the job finds it. Texts in the job's arena. */
typedef struct ccd_import {
  ccd_job *job;
  int64_t id;
  const char *id_text, *state, *profile_json, *profile_key, *member, *error_code;
  bool auto_apply, cancel_requested, local;
  int64_t rows_staged, applied_row, file_bytes;
  const char **files; /* paths */
  size_t n_files;
  const char *actor;
  int64_t created_by;
} ccd_import;

/* A transaction of this import: recorded under its name and whoever made it. */
ccd_job_tx ccd_import_tx(const ccd_import *import, bool bulk);

/* Name under STORAGE_FOLDER of what an import keeps: "file" or "rejects.csv". In @arena. */
const char *ccd_import_place_name(cc_arena *arena,
                                  int64_t organization_id,
                                  int64_t import_id,
                                  const char *what);

/**
 * Read every file into empty staging, count problems, write rejects and sample.
 *
 * CC_ERR_CONFLICT "cancelled": somebody asked for it. CC_ERR_UNAVAILABLE: the worker stops
 * (ccd_job_again) or the database went away. Anything else is the file's fault.
 */
cc_status ccd_import_read(ccd_import *import, cc_error *reterr) CC_MUSTCHECK;

extern const ccd_job_kind ccd_import_local_jobs[];

/* Handlers of ccd-imports-routes.c that are more than a statement. */
ccd_handler ccd_voter_profile_create;
ccd_handler ccd_voter_profile_replace;
ccd_handler ccd_shipped_profiles_get;
ccd_handler ccd_import_create;
ccd_handler ccd_import_put_file;
ccd_handler ccd_import_get_rejects;
ccd_handler ccd_voters_export;
