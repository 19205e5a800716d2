/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "common/base/cc-str.h"
#include "server/voters/ccd-table.h"

/* Problems of an import's files. Problems are counted by kind for the API, and rejected rows are
 * written to a CSV file. Filled by ccd-import-read.c and ccd-import-settle.c. */

#define CCD_IMPORT_PROBLEMS_MAX 200
#define CCD_IMPORT_PLACES_MAX 10
#define CCD_IMPORT_VALUE_MAX 100 /* bytes of a reported value; a longer value is cut off */

typedef struct ccd_import_place {
  int file;
  int64_t line;
  char value[CCD_IMPORT_VALUE_MAX + 1]; /* the value or the raw row; "": unknown or empty */
} ccd_import_place;

typedef struct ccd_import_problem {
  char code[40];
  int field;          /* field (cc_voter_field) with the problem; 0: the whole row or column */
  const char *column; /* name of the column with the problem; NULL: not a problem of a column */
  bool rejected;      /* true: the rows were rejected; false: only the values were left out */
  int64_t count;
  ccd_import_place places[CCD_IMPORT_PLACES_MAX];
  size_t n_places;
} ccd_import_problem;

/* All problems found in an import's files, and the file of rejects. */
typedef struct ccd_import_findings {
  ccd_import_problem problems[CCD_IMPORT_PROBLEMS_MAX];
  size_t n_problems;
  FILE *rejects; /* the file of rejects (CSV); open while the files are read */
  int64_t n_rejected;
} ccd_import_findings;

/* Count a value or row with a problem, and remember the places of the first ones.
 * @field: cc_voter_field; 0: none */
void ccd_import_note(ccd_import_findings *findings,
                     const char *code,
                     int field,
                     bool rejected,
                     int file,
                     int64_t line,
                     ccd_slice value);

/* Count a column that is not imported (@values: number of its values), or a column that the
 * profile uses and the file does not have. @column must live as long as the findings. */
void ccd_import_note_column(ccd_import_findings *findings,
                            const char *code,
                            const char *column,
                            int64_t values);

/* Count @n rejected rows that are not written to the file of rejects, because there are too many
 * of them. */
void ccd_import_count(ccd_import_findings *findings, const char *code, int64_t n);

/* Count a rejected row and write it to the file of rejects. If reject->message is empty, the
 * standard sentence for reject->code is written. */
cc_status ccd_import_reject(ccd_import_findings *findings,
                            int file,
                            const ccd_table_reject *reject,
                            cc_error *reterr) CC_MUSTCHECK;

/* Write the header line of the file of rejects. */
cc_status ccd_import_rejects_begin(ccd_import_findings *findings, cc_error *reterr) CC_MUSTCHECK;

/* Append the problems as a JSON array of ImportProblem. */
void ccd_import_problems_write(const ccd_import_findings *findings, cc_str *out);
