/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-voter-profile.h"

/* Voter file imports: sources of files, mapping profiles, and the effects of an import. */

typedef struct cc_voter_source {
  int64_t id;
  char *name, *provider, *permitted_use, *terms;
  char *received_on, *expires_on; /* YYYY-MM-DD */
  int64_t *acknowledged_by;
  cc_time *acknowledged_at;
  cc_time *purged_at;
  int64_t *created_by;
  cc_time created_at, updated_at;
  int64_t version;
} cc_voter_source;

/* Certificate of a purged source: counts without any data of people. */
typedef struct cc_purge_certificate {
  int64_t id, source_id;
  int64_t voters_deleted, voters_emptied, voters_kept;
  char *ids_sha256;
  char *requested_by;
  cc_time started_at;
  cc_time *finished_at;
  cc_time updated_at;
  int64_t version;
} cc_purge_certificate;

/* A mapping profile that the organization saved. */
typedef struct cc_saved_profile {
  int64_t id;
  char *name; /* name inside the profile's document */
  cc_voter_profile *profile;
  cc_time created_at, updated_at;
  int64_t version;
} cc_saved_profile;

typedef struct cc_shipped_profile {
  char *key;
  cc_voter_profile *profile;
} cc_shipped_profile;

typedef struct cc_shipped_profiles {
  cc_shipped_profile **profiles;
  size_t n_profiles;
} cc_shipped_profiles;

enum {
  CC_IMPORT_CREATED = 1,
  CC_IMPORT_UPLOADED,
  CC_IMPORT_READING,
  CC_IMPORT_COMPARING,
  CC_IMPORT_READY,
  CC_IMPORT_APPLYING,
  CC_IMPORT_DONE,
  CC_IMPORT_UNDOING,
  CC_IMPORT_UNDONE,
  CC_IMPORT_CANCELLED,
  CC_IMPORT_FAILED,
};

typedef struct cc_import_place {
  int64_t file, line; /* 1 is the first */
} cc_import_place;

/* How one column of the file is used. */
typedef struct cc_import_column {
  char *name;
  char *field; /* field of the voter that the column fills; "ignored"; "confidential": the column
                  marks confidential people */
  char *key;   /* key of the fields district, history, custom and column */
  int64_t values, lost;
} cc_import_column;

/* One kind of problem in the rows of a file, its count and its first places. */
typedef struct cc_import_problem {
  char *code;
  char *field;  /* field of the voter; NULL: the row as a whole */
  char *column; /* column of the file, when the column itself is the problem */
  char *message;
  bool rejected; /* true: the rows are not imported; false: only the value is left out */
  int64_t count;
  cc_import_place **places;
  size_t n_places;
  cc_strings values; /* the file's values at these places */
} cc_import_problem;

typedef struct cc_import_counts {
  int64_t new, changed, moved, unchanged, gone;
} cc_import_counts;

typedef struct cc_import {
  int64_t id, source_id;
  char *name;
  int state;
  int64_t *profile_id;
  char *profile_key, *member;
  bool complete, auto_apply;
  char *file_name;
  int64_t file_bytes;
  char *format; /* JSON: the format of the file, detected or taken from the profile */
  cc_import_problem **problems;
  size_t n_problems;
  cc_import_column **columns;
  size_t n_columns;
  cc_strings doubts;
  char *sample; /* JSON: {"rows": […]} */
  int64_t rows_read, rows_rejected, rows_staged;
  double progress;
  cc_import_counts *planned, *applied;
  char *error_code, *error;
  int64_t *created_by;
  cc_time created_at;
  cc_time *applied_at, *finished_at;
  cc_time updated_at;
  int64_t version;
} cc_import;

/* A voter whom an import changes. */
typedef struct cc_import_change {
  int64_t voter_id;
  int kind;
  char *name, *old_address, *new_address;
  cc_strings fields; /* columns of the voter that change */
  cc_time *at;       /* NULL: not applied yet */
} cc_import_change;

typedef struct cc_import_ref {
  int64_t import_id;
} cc_import_ref;

typedef struct cc_import_page {
  int64_t limit;
  char *cursor;
} cc_import_page;

typedef struct cc_import_apply {
  bool confirm;
} cc_import_apply;

typedef struct cc_import_change_filter {
  int kind;
  int64_t limit;
  char *cursor;
} cc_import_change_filter;

typedef struct cc_import_piece {
  int64_t *offset;
} cc_import_piece;

typedef struct cc_voter_export {
  int64_t *list_id;
  bool spreadsheet;
} cc_voter_export;

extern const cc_enum cc_import_state_enum;
extern const cc_type cc_voter_source_type, cc_purge_certificate_type, cc_saved_profile_type,
  cc_shipped_profiles_type, cc_import_type, cc_import_change_type, cc_import_problem_type;
