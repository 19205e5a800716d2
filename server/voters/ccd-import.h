/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job-run.h"
#include "server/jobs/ccd-job.h"
#include "server/voters/ccd-import-problems.h"
#include "server/voters/ccd-import-row.h"

/* Types and functions shared by the files that implement imports. ccd-import-read.c and
 * ccd-import-row.c write the rows of the files to staging, ccd-import-problems.c counts the
 * problems, and ccd-import-job.c is the job that compares staging with the voters and applies
 * the changes. See docs/internals/imports.md. */

/* The row of an import, as loaded by the job. All texts are in the job's arena. */
typedef struct ccd_import {
  ccd_job *job;
  int64_t id;
  const char *id_text, *state, *profile_json, *profile_key, *member, *error_code;
  bool complete, auto_apply, doubtful, cancel_requested, local;
  int64_t rows_staged, applied_row, file_bytes;
  const char **files; /* paths of the files that are read */
  size_t n_files;
  const char *actor;  /* actor in the audit log: "user:7"; NULL: "system" */
  int64_t created_by; /* id of the user who created the import; 0: none */
} ccd_import;

/* Returns the options for a transaction of this import. The actor of the transaction is the
 * creator of the import. */
ccd_job_tx ccd_import_tx(const ccd_import *import, bool bulk);

/* Returns the name, relative to STORAGE_FOLDER, of a file of the import. @what is "file" (the
 * uploaded file) or "rejects.csv". Allocated in @arena. */
const char *ccd_import_place_name(cc_arena *arena,
                                  int64_t organization_id,
                                  int64_t import_id,
                                  const char *what);

/* The job kind "import.local", which the import command of the server program uses. Only the
 * process of that command runs jobs of this kind. */
extern const ccd_job_kind ccd_import_local_jobs[];

/* Handlers of ccd-imports-routes.c that do more than run one statement. */
ccd_handler ccd_voter_profile_create;
ccd_handler ccd_voter_profile_replace;
ccd_handler ccd_shipped_profiles_get;
ccd_handler ccd_import_create;
ccd_handler ccd_import_put_file;
ccd_handler ccd_import_get_rejects;
ccd_handler ccd_voters_export;
