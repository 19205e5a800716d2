/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "common/base/cc-str.h"
#include "server/voters/ccd-table.h"

/* What is wrong with the files of an import. */

#define CCD_IMPORT_PROBLEMS_MAX 200
#define CCD_IMPORT_PLACES_MAX 10
#define CCD_IMPORT_VALUE_MAX 100 /* bytes of a value that are shown */

typedef struct ccd_import_place {
  int file;
  int64_t line;
  char value[CCD_IMPORT_VALUE_MAX + 1]; /* what stood there; "": the row, or nothing */
} ccd_import_place;

typedef struct ccd_import_problem {
  char code[40];
  int field;          /* cc_voter_field; 0: the row */
  const char *column; /* of the file, where the problem is a column; NULL: it is not */
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
                     int64_t line,
                     ccd_slice value);

/* A column of the file that nothing takes, with the number of its values; or one that the profile
 * names and the file lacks. @column lives as long as the findings. */
void ccd_import_note_column(ccd_import_findings *findings,
                            const char *code,
                            const char *column,
                            int64_t values);

/* Count rows that were left out and are too many to be written one by one. */
void ccd_import_count(ccd_import_findings *findings, const char *code, int64_t n);

/* Count a row that was left out, and write it to the rejects. @message NULL: the code's own. */
cc_status ccd_import_reject(ccd_import_findings *findings,
                            int file,
                            const ccd_table_reject *reject,
                            cc_error *reterr) CC_MUSTCHECK;

/* The heading of the file of rejects. */
cc_status ccd_import_rejects_begin(ccd_import_findings *findings, cc_error *reterr) CC_MUSTCHECK;

/* The problems as JSON: a list of ImportProblem. */
void ccd_import_problems_write(const ccd_import_findings *findings, cc_str *out);
