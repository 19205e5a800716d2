/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/voters/ccd-import-read.h"
#include "server/voters/ccd-erasure.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ccd-queries.h"
#include "server/data/ccd-db.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-server.h"
#include "server/engine/ccd-spool.h"
#include "server/jobs/ccd-job-run.h"
#include "server/voters/ccd-import-problems.h"
#include "server/voters/ccd-import-row.h"
#include "server/voters/ccd-import.h"
#include "server/voters/ccd-profile.h"
#include "server/voters/ccd-voter-mapper.h"

/* Files into staging: COPY in pieces, each a transaction that tells how far it is. A read that was
 * interrupted begins anew: nothing outside of staging has changed. */

#define CHUNK_ROWS 50000
#define CHUNK_US CC_TIME_SECOND
#define BUFFER_BYTES (256u * 1024)
#define BUFFER_MAX (8u << 20)
#define PROFILES_MAX (8u << 20)
#define SAMPLE_ROWS 10
#define FIT_LEAST                                                                                  \
  5 /* a profile below this score is not taken by itself; 0 lacks what is required */
#define REPEATED_ONCE 20000
#define UNPACKED_ALWAYS (INT64_C(64) << 20) /* whatever the ratio */

typedef struct reader {
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
} reader;

/* --- which profile --- */

static cc_status
parse_profile(const char *json,
              size_t length,
              cc_arena *arena,
              cc_voter_profile **ret,
              cc_error *reterr)
{
  cc_error_list errors = {.arena = arena};
  cc_status status = ccd_profile_parse(json, length, arena, ret, &errors);
  if (status != CC_OK && errors.n > 0)
    *reterr = errors.items[0];
  return status;
}

typedef struct choice {
  cc_voter_profile *profile;
  const char *key;
  int score;
} choice;

/* Those of the organization first: at the same score its own wins. */
static cc_status
choose_profile(ccd_import *import,
               cc_arena *arena,
               const ccd_table_guess *guess,
               choice *best,
               cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_job_tx tx = {.read = true};
  cc_status status =
    ccd_job_once(import->job, &tx, &ccd_q_import_own_profiles, NULL, &rows, reterr);
  for (int i = 0; status == CC_OK && i < ccd_rows_n(rows); i++) {
    const char *json = ccd_rows_get(rows, i, "profile");
    cc_voter_profile *profile = NULL;
    if (parse_profile(json, strlen(json), arena, &profile, reterr) != CC_OK)
      continue;
    int score = ccd_profile_score(profile, guess);
    if (score > best->score)
      *best = (choice){.profile = profile, .key = "own", .score = score};
  }
  const ccd_shipped_profile *each = ccd_shipped_profiles;
  for (; status == CC_OK && each->key != NULL; each++) {
    cc_voter_profile *profile = NULL;
    status = parse_profile(each->json, each->length, arena, &profile, reterr);
    int score = status == CC_OK ? ccd_profile_score(profile, guess) : 0;
    if (score > best->score)
      *best = (choice){.profile = profile, .key = each->key, .score = score};
  }
  return status;
}

static cc_status
find_profile(ccd_import *import,
             cc_arena *arena,
             const ccd_table_guess *guess,
             choice *ret,
             cc_error *reterr)
{
  if (import->profile_json != NULL) {
    ret->key = "own";
    return parse_profile(import->profile_json,
                         strlen(import->profile_json),
                         arena,
                         &ret->profile,
                         reterr);
  }
  if (import->profile_key != NULL) {
    const ccd_shipped_profile *shipped = ccd_profile_shipped(import->profile_key);
    ret->key = import->profile_key;
    return shipped != NULL
             ? parse_profile(shipped->json, shipped->length, arena, &ret->profile, reterr)
             : cc_fail(reterr, CC_ERR_INVALID, "no_profile", "No profile of this name ships");
  }
  cc_status status = choose_profile(import, arena, guess, ret, reterr);
  if (status == CC_OK && ret->score < FIT_LEAST)
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "no_profile",
                   "No profile fits this file: save one that says what its columns mean");
  return status;
}

/* --- chunks --- */

static cc_status
begin_chunk(reader *r, cc_error *reterr)
{
  ccd_import *import = r->import;
  const ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ true);
  cc_status status = ccd_job_begin(import->job, &tx, reterr);
  r->chunk_rows = 0;
  r->chunk_began = cc_time_monotonic();
  return status == CC_OK
           ? ccd_db_copy_in(ccd_job_conn(import->job), &ccd_q_import_copy, import->id, reterr)
           : status;
}

static cc_status
flush_rows(reader *r, cc_error *reterr)
{
  if (r->buffer.length == 0)
    return CC_OK;
  cc_status status =
    ccd_db_copy_put(ccd_job_conn(r->import->job), r->buffer.text, r->buffer.length, reterr);
  cc_str_clear(&r->buffer);
  return status;
}

static const char *
progress_text(const reader *r, int64_t position)
{
  double done =
    r->bytes_all > 0 ? (double) (r->bytes_before + position) / (double) r->bytes_all : 0;
  return cc_arena_printf(r->import->job->arena, "%.4f", done);
}

static cc_status
end_chunk(reader *r, int64_t position, cc_error *reterr)
{
  ccd_job *job = r->import->job;
  const ccd_rows *rows = NULL;
  cc_status status = flush_rows(r, reterr);
  if (status == CC_OK)
    status = ccd_db_copy_end(ccd_job_conn(job), NULL, reterr);
  const ccd_arg args[] = {
    {"import_id", r->import->id_text},
    {"progress", progress_text(r, position)},
    {"rows_read", ccd_text_int64(job->arena, r->rows)},
    {"rows_rejected", ccd_text_int64(job->arena, r->findings->n_rejected)},
    {"rows_staged", ccd_text_int64(job->arena, r->staged)},
    {0},
  };
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_import_progress, args, &rows, reterr);
  bool cancel = status == CC_OK && ccd_rows_bool(rows, 0, "cancel");
  if (status == CC_OK)
    status = ccd_job_commit(job, reterr);
  if (status == CC_OK && cancel)
    return cc_fail(reterr, CC_ERR_CONFLICT, "cancelled", "The import was cancelled");
  if (status == CC_OK && ccd_job_stopping(job))
    return ccd_job_again(job, 0, reterr);
  return status;
}

/* --- rows --- */

static void
note_values(reader *r, const ccd_voter_row *row, int64_t line)
{
  for (size_t i = 0; i < row->n_problems; i++)
    ccd_import_note(r->findings,
                    row->problems[i].code,
                    (int) row->problems[i].field,
                    /* rejected= */ false,
                    r->file,
                    line);
}

static cc_status
take_row(reader *r, ccd_voter_mapper *mapper, const ccd_table_row *row, cc_error *reterr)
{
  ccd_voter_row voter;
  if (ccd_voter_map(mapper, row, &voter) != CC_OK)
    return cc_fail_memory(reterr);
  if (voter.state_id.length == 0 && voter.last_name.length == 0 && voter.first_name.length == 0) {
    const ccd_table_reject nobody = {.line = row->line, .code = "nobody", .raw = row->raw};
    return ccd_import_reject(r->findings, r->file, &nobody, reterr);
  }
  note_values(r, &voter, row->line);
  if (r->n_sample < SAMPLE_ROWS) {
    if (r->n_sample++ > 0)
      cc_str_add_char(&r->sample, ',');
    ccd_import_sample_row(&voter, &r->sample);
  }
  r->staged++;
  r->chunk_rows++;
  if (!ccd_import_write_row(&r->writer,
                            r->import->id_text,
                            r->rows,
                            r->file,
                            row->line,
                            r->fields,
                            &voter,
                            &r->buffer))
    return cc_fail_memory(reterr);
  return r->buffer.length >= BUFFER_BYTES ? flush_rows(r, reterr) : CC_OK;
}

static cc_status
read_rows(reader *r,
          ccd_source *source,
          ccd_table *table,
          ccd_voter_mapper *mapper,
          cc_error *reterr)
{
  cc_status status = begin_chunk(r, reterr);
  while (status == CC_OK) {
    ccd_table_row row;
    ccd_table_reject reject;
    ccd_table_step step = ccd_table_next(table, &row, &reject, reterr);
    if (step == CCD_TABLE_END)
      return end_chunk(r, ccd_source_position(source), reterr);
    if (step == CCD_TABLE_FAILED)
      return reterr->status != CC_OK ? reterr->status : CC_ERR_INVALID;
    r->rows++;
    status = step == CCD_TABLE_ROW ? take_row(r, mapper, &row, reterr)
                                   : ccd_import_reject(r->findings, r->file, &reject, reterr);
    bool full = r->chunk_rows >= CHUNK_ROWS ||
                (r->rows % 256 == 0 && cc_time_monotonic() - r->chunk_began > CHUNK_US);
    if (status == CC_OK && full) {
      status = end_chunk(r, ccd_source_position(source), reterr);
      ccd_job_drop_rows(r->import->job);
      if (status == CC_OK)
        status = begin_chunk(r, reterr);
    }
  }
  return status;
}

/* --- files --- */

static uint64_t
fields_of(const cc_voter_profile *profile)
{
  uint64_t fields = 0;
  for (size_t i = 0; i < profile->n_mappings; i++)
    fields |= UINT64_C(1) << profile->mappings[i]->field;
  return fields;
}

static void
describe_choice(reader *r,
                const choice *chosen,
                const ccd_table_format *format,
                const char *encoding)
{
  if (r->format.length > 0)
    return;
  const char delimiter[] = {format->delimiter, '\0'};
  cc_str_add(&r->format, "{\"profile\":");
  cc_str_add_json(&r->format, chosen->key, strlen(chosen->key));
  cc_str_add(&r->format, ",\"profile_name\":");
  cc_str_add_json(&r->format, chosen->profile->name, strlen(chosen->profile->name));
  cc_str_add(&r->format, ",\"delimiter\":");
  cc_str_add_json(&r->format, delimiter, strlen(delimiter));
  cc_str_printf(&r->format,
                ",\"fixed_width\":%s,\"header\":%s,\"encoding\":\"%s\",\"fit\":%d}",
                format->delimiter == '\0' ? "true" : "false",
                format->header ? "true" : "false",
                encoding,
                chosen->score);
}

/* Bytes to which a file may unpack. A file of the machine is the operator's own, whatever its
 * ratio. */
static int64_t
unpacked_most(const ccd_import *import)
{
  const ccd_config *config = &import->job->server->config;
  int64_t by_ratio = import->file_bytes > INT64_MAX / config->import_ratio
                       ? INT64_MAX
                       : import->file_bytes * config->import_ratio;
  if (import->local || by_ratio > config->import_unpacked)
    return config->import_unpacked;
  return by_ratio > UNPACKED_ALWAYS ? by_ratio : UNPACKED_ALWAYS;
}

/* Each file finds its own profile when the import names none. */
static cc_status
open_and_read(reader *r, const char *path, cc_arena *arena, cc_error *reterr)
{
  ccd_import *import = r->import;
  CC_AUTO(ccd_source) source = NULL;
  CC_AUTO(ccd_table) table = NULL;
  CC_AUTO(ccd_voter_mapper) mapper = NULL;
  ccd_table_guess guess = {0};
  ccd_table_format format = {0};
  choice chosen = {.key = ""};
  cc_error_list errors = {.arena = arena};
  size_t n_columns = 0;

  cc_status status = ccd_table_guess_file(path, import->member, arena, &guess, reterr);
  if (status == CC_OK && guess.n_columns == 0)
    return cc_fail(reterr, CC_ERR_INVALID, "empty", "The file is empty");
  if (status == CC_OK)
    status = find_profile(import, arena, &guess, &chosen, reterr);
  if (status == CC_OK)
    status = ccd_profile_format(chosen.profile, &guess, arena, &format);
  if (status == CC_OK)
    status = ccd_source_open(path, import->member, &source, reterr);
  if (status == CC_OK)
    ccd_source_limit(source, unpacked_most(import));
  if (status == CC_OK)
    status = ccd_table_open(source, &format, &table, reterr);
  if (status != CC_OK || chosen.profile == NULL)
    return status;
  const char *const *columns = ccd_table_columns(table, &n_columns);
  status = ccd_voter_mapper_new(chosen.profile, columns, n_columns, &mapper, &errors);
  if (status != CC_OK)
    return cc_fail(reterr,
                   status,
                   "columns",
                   "%s",
                   errors.n > 0 ? errors.items[0].message : "The profile does not fit the file");
  describe_choice(r, &chosen, &format, guess.encoding);
  r->fields = fields_of(chosen.profile);
  status = read_rows(r, source, table, mapper, reterr);
  r->bytes_before += ccd_source_size(source);
  return status;
}

/* Rows of one person, the second ones, and of people who were erased leave staging and join the
 * rejects. */
static cc_status
drop_repeated(reader *r, cc_error *reterr)
{
  ccd_job *job = r->import->job;
  const ccd_job_tx tx = ccd_import_tx(r->import, /* bulk= */ true);
  const ccd_arg args[] = {
    {"import_id", r->import->id_text},
    {"n", ccd_text_int64(job->arena, REPEATED_ONCE)},
    {"key", ccd_erasure_key(job->arena, &job->server->keys)},
    {0},
  };
  cc_status status = ccd_job_once(job, &tx, &ccd_q_import_rows_staged, args, NULL, reterr);
  for (int n = REPEATED_ONCE; status == CC_OK && n > 0;) {
    const ccd_rows *rows = NULL;
    status = ccd_job_once(job, &tx, &ccd_q_import_repeated, args, &rows, reterr);
    n = status == CC_OK ? ccd_rows_n(rows) : 0;
    for (int i = 0; status == CC_OK && i < n; i++) {
      const ccd_table_reject twice = {.line = ccd_rows_int64(rows, i, "line"),
                                      .code = ccd_rows_get(rows, i, "code")};
      int file = (int) ccd_rows_int64(rows, i, "file_no");
      status = ccd_import_reject(r->findings, file, &twice, reterr);
    }
    r->staged -= n;
  }
  return status;
}

static cc_status
finish_reading(reader *r, cc_error *reterr)
{
  ccd_job *job = r->import->job;
  const ccd_job_tx tx = ccd_import_tx(r->import, /* bulk= */ true);
  cc_str problems = CC_STR_INIT(1u << 20);
  ccd_import_problems_write(r->findings, &problems);
  cc_str_add(&r->sample, "]}");
  const ccd_arg args[] = {
    {"import_id", r->import->id_text},
    {"format", r->format.length > 0 ? r->format.text : "{}"},
    {"problems", problems.text},
    {"sample", r->sample.text},
    {"rows_read", ccd_text_int64(job->arena, r->rows)},
    {"rows_rejected", ccd_text_int64(job->arena, r->findings->n_rejected)},
    {"rows_staged", ccd_text_int64(job->arena, r->staged)},
    {0},
  };
  cc_status status = problems.failed || r->sample.failed ? cc_fail_memory(reterr) : CC_OK;
  if (status == CC_OK && fflush(r->findings->rejects) != 0)
    status = cc_fail(reterr, CC_ERR_STORAGE, "storage_full", "No room for the rejects");
  if (status == CC_OK)
    status = ccd_job_begin(job, &tx, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_import_read_done, args, NULL, reterr);
  if (status == CC_OK)
    status = ccd_job_commit(job, reterr);
  cc_str_done(&problems);
  return status;
}

static cc_status
read_all(reader *r, cc_error *reterr)
{
  ccd_import *import = r->import;
  const ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ true);
  const ccd_arg args[] = {{"import_id", import->id_text}, {0}};
  CC_AUTO(cc_arena) arena = cc_arena_new(PROFILES_MAX);
  if (arena == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_import_rejects_begin(r->findings, reterr);
  if (status == CC_OK)
    status = ccd_job_once(import->job, &tx, &ccd_q_import_stage_empty, args, NULL, reterr);
  r->bytes_all = import->file_bytes;
  cc_str_add(&r->sample, "{\"rows\":[");
  for (size_t i = 0; status == CC_OK && i < import->n_files; i++) {
    r->file = (int) i + 1;
    status = open_and_read(r, import->files[i], arena, reterr);
    cc_arena_clear(arena);
  }
  if (status == CC_OK)
    status = drop_repeated(r, reterr);
  return status == CC_OK ? finish_reading(r, reterr) : status;
}

cc_status
ccd_import_read(ccd_import *import, cc_error *reterr)
{
  ccd_job *job = import->job;
  const char *name =
    ccd_import_place_name(job->arena, job->organization_id, import->id, "rejects.csv");
  ccd_import_findings *findings = calloc(1, sizeof(*findings));
  int fd = -1;
  if (findings == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_spool_create(&job->server->config, name, &fd, reterr);
  findings->rejects = status == CC_OK ? fdopen(fd, "w") : NULL;
  if (findings->rejects == NULL) {
    if (fd >= 0)
      (void) close(fd);
    free(findings);
    return status != CC_OK ? status : cc_fail_memory(reterr);
  }
  reader r = {.import = import,
              .findings = findings,
              .buffer = CC_STR_INIT(BUFFER_MAX),
              .sample = CC_STR_INIT(4u << 20),
              .format = CC_STR_INIT(16u * 1024)};
  status = ccd_import_writer_init(&r.writer, reterr);
  if (status == CC_OK)
    status = read_all(&r, reterr);
  ccd_job_rollback(job);
  ccd_import_writer_done(&r.writer);
  cc_str_done(&r.buffer);
  cc_str_done(&r.sample);
  cc_str_done(&r.format);
  (void) fclose(findings->rejects);
  free(findings);
  return status;
}
