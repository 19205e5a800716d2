/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job-run.h"
#include "server/jobs/ccd-job.h"
#include "server/voters/ccd-import-problems.h"
#include "server/voters/ccd-import-row.h"

/* The parts of an import: ccd-import-read.c and ccd-import-row.c put the rows of a file into
 * staging, ccd-import-problems.c counts what is wrong with them, ccd-import-job.c is the job that
 * takes them into the database. See docs/internals/imports.md. */

/* An import as the job finds it. Texts in the job's arena. */
typedef struct ccd_import {
  ccd_job *job;
  int64_t id;
  const char *id_text, *state, *profile_json, *profile_key, *member, *error_code;
  bool complete, auto_apply, doubtful, cancel_requested, local;
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

extern const ccd_job_kind ccd_import_local_jobs[];

/* Handlers of ccd-imports-routes.c that are more than a statement. */
ccd_handler ccd_voter_profile_create;
ccd_handler ccd_voter_profile_replace;
ccd_handler ccd_shipped_profiles_get;
ccd_handler ccd_import_create;
ccd_handler ccd_import_put_file;
ccd_handler ccd_import_get_rejects;
ccd_handler ccd_voters_export;
