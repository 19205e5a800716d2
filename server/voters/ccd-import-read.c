/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the files of an import into staging with COPY, in chunks. Each chunk is a transaction
 * that also stores the progress. If reading is interrupted, it starts again from the beginning,
 * which is harmless because only staging has been written. */
#include "server/voters/ccd-import-read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ccd-queries.h"
#include "common/base/cc-utf8.h"
#include "server/data/ccd-db.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-server.h"
#include "server/engine/ccd-spool.h"
#include "server/jobs/ccd-job-run.h"
#include "server/voters/ccd-import-choose.h"
#include "server/voters/ccd-import-read-private.h"
#include "server/voters/ccd-import-sample.h"
#include "server/voters/ccd-profile.h"
#include "server/voters/ccd-voter-mapper.h"

#define CHUNK_ROWS 50000
#define CHUNK_US CC_TIME_SECOND
#define BUFFER_BYTES (256u * 1024)
#define BUFFER_MAX (8u << 20)
#define PROFILES_MAX (8u << 20)
#define SAMPLE_ROWS 10
#define UNPACKED_ALWAYS (INT64_C(64) << 20) /* bytes to which any file may unpack */

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

/* Store the voter ids that note_refused found in unreadable rows in the database. */
static cc_status
save_refused(reader *r, cc_error *reterr)
{
  if (r->refused.length == 0)
    return CC_OK;
  cc_str_add_char(&r->refused, ']');
  const ccd_arg args[] = {{"import_id", r->import->id_text}, {"ids", r->refused.text}, {0}};
  cc_status status = r->refused.failed
                       ? cc_fail_memory(reterr)
                       : ccd_job_query(r->import->job, &ccd_q_import_refused, args, NULL, reterr);
  cc_str_clear(&r->refused);
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
  if (status == CC_OK)
    status = save_refused(r, reterr);
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
                    line,
                    row->problems[i].value);
}

/* Remember the voter id of a row that could not be read. In an import of a complete file, voters
 * who are not in the file are treated as gone; the voter of this row must not be. The id is read
 * twice, counting columns from the front and from the back, because the broken field may be on
 * either side of the id. */
static void
note_refused(reader *r, ccd_slice raw)
{
  if (!r->import->complete || r->id_column >= r->n_names || r->delimiter == '\0')
    return;
  for (int back = 0; back < 2; back++) {
    ccd_slice id =
      ccd_import_raw_field(raw, r->delimiter, r->id_column, back == 1 ? r->n_names : 0);
    if (id.length == 0 || id.length > 100 || cc_utf8_length(id.text, id.length) < 0)
      continue;
    cc_str_add_char(&r->refused, r->refused.length == 0 ? '[' : ',');
    cc_str_add_json(&r->refused, id.text, id.length);
  }
}

static cc_status
reject_row(reader *r, const ccd_table_reject *reject, cc_error *reterr)
{
  note_refused(r, reject->raw);
  return ccd_import_reject(r->findings, r->file, reject, reterr);
}

/* Returns the reject code if a readable row cannot be imported; otherwise NULL. */
static const char *
row_fault(const reader *r,
          const ccd_voter_mapper *mapper,
          const ccd_table_row *row,
          const ccd_voter_row *voter)
{
  if (ccd_voter_is_header(mapper, row))
    return "header";
  if (r->history)
    return voter->state_id.length == 0 || voter->n_history == 0 ? "no_election" : NULL;
  return voter->number.length == 0 && voter->state_id.length == 0 && voter->last_name.length == 0 &&
             voter->first_name.length == 0
           ? "nobody"
           : NULL;
}

/* Map a row to a voter. Append the voter to the COPY buffer, or reject the row. */
static cc_status
add_row(reader *r, ccd_voter_mapper *mapper, const ccd_table_row *row, cc_error *reterr)
{
  ccd_voter_row voter;
  if (ccd_voter_map(mapper, row, &voter) != CC_OK)
    return cc_fail_memory(reterr);
  const char *fault = row_fault(r, mapper, row, &voter);
  if (fault != NULL) {
    const ccd_table_reject none = {.line = row->line, .code = fault, .raw = row->raw};
    return reject_row(r, &none, reterr);
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
    status =
      step == CCD_TABLE_ROW ? add_row(r, mapper, &row, reterr) : reject_row(r, &reject, reterr);
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

/* Returns the voter fields that the profile fills, as bits. */
static uint64_t
profile_fields(const cc_voter_profile *profile)
{
  uint64_t fields = 0;
  for (size_t i = 0; i < profile->n_mappings; i++)
    fields |= UINT64_C(1) << profile->mappings[i]->field;
  return fields;
}

static void
describe_choice(reader *r,
                const ccd_import_choice *chosen,
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

/* Remember the path and format of the current file, so that single rows can be read again by
 * ccd-import-again.c. */
static cc_status
save_format(reader *r, const char *path, const ccd_table_format *format)
{
  ccd_import_file *file = &r->files[r->file - 1];
  *file = (ccd_import_file){.path = path, .format = *format, .rows_before = r->rows};
  if (format->widths == NULL)
    return CC_OK;
  int64_t *widths = cc_arena_alloc(r->import->job->arena, format->n_columns * sizeof *widths);
  if (widths == NULL)
    return CC_ERR_NO_MEMORY;
  memcpy(widths, format->widths, format->n_columns * sizeof *widths);
  file->format.widths = widths;
  return CC_OK;
}

/* Read the rows of one file with the chosen profile, then add the columns of the file to the
 * report. */
static cc_status
read_with(reader *r,
          const ccd_import_choice *chosen,
          ccd_source *source,
          ccd_table *table,
          ccd_voter_mapper *mapper,
          cc_error *reterr)
{
  size_t n = 0;
  const ccd_voter_use *uses = ccd_voter_mapper_uses(mapper, &n);
  bool history = chosen->profile->kind == CC_PROFILE_HISTORY;
  if (r->file > 1 && history != r->history)
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "mixed_kinds",
                   "The files are of two kinds, voters and votes: import each kind on its own");
  if (history && r->import->complete)
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "complete_history",
                   "A file of votes does not contain all voters: import it without complete");
  r->history = history;
  r->n_names = n;
  for (r->id_column = 0; r->id_column < n; r->id_column++) {
    if (uses[r->id_column].field == CC_VOTER_STATE_ID)
      break;
  }
  r->fields = profile_fields(chosen->profile);
  cc_status status = read_rows(r, source, table, mapper, reterr);
  r->bytes_before += ccd_source_size(source);
  return status == CC_OK ? ccd_import_columns_add(&r->columns,
                                                  mapper,
                                                  chosen->profile,
                                                  strcmp(chosen->key, "own") == 0,
                                                  r->findings,
                                                  r->import->job->arena)
                         : status;
}

/* Returns the number of bytes to which a file may unpack (settings IMPORT_UNPACKED,
 * IMPORT_RATIO). The ratio does not apply to files on the server's disk, because they come from
 * the operator. */
static int64_t
unpacked_limit(const ccd_import *import)
{
  const ccd_config *config = &import->job->server->config;
  int64_t by_ratio = import->file_bytes > INT64_MAX / config->import_ratio
                       ? INT64_MAX
                       : import->file_bytes * config->import_ratio;
  if (import->local || by_ratio > config->import_unpacked)
    return config->import_unpacked;
  return by_ratio > UNPACKED_ALWAYS ? by_ratio : UNPACKED_ALWAYS;
}

/* Guess the format of one file, choose the profile (separately for each file, if the import
 * names none), and read the rows. */
static cc_status
open_and_read(reader *r, const char *path, cc_arena *arena, cc_error *reterr)
{
  ccd_import *import = r->import;
  CC_AUTO(ccd_source) source = NULL;
  CC_AUTO(ccd_table) table = NULL;
  CC_AUTO(ccd_voter_mapper) mapper = NULL;
  ccd_table_guess guess = {0};
  ccd_table_format format = {0};
  ccd_import_choice chosen = {.key = ""};
  cc_error_list errors = {.arena = arena};
  size_t n_columns = 0;

  cc_status status = ccd_table_guess_file(path, import->member, arena, &guess, reterr);
  if (status == CC_OK && guess.n_columns == 0)
    return cc_fail(reterr, CC_ERR_INVALID, "empty", "The file is empty");
  if (status == CC_OK)
    status = ccd_import_choose(import, arena, &guess, &chosen, reterr);
  if (status == CC_OK)
    status = ccd_profile_format(chosen.profile, &guess, arena, &format);
  if (status == CC_OK)
    status = save_format(r, path, &format);
  if (status == CC_OK)
    status = ccd_source_open(path, import->member, &source, reterr);
  if (status == CC_OK)
    ccd_source_limit(source, unpacked_limit(import));
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
  r->delimiter = format.delimiter;
  return read_with(r, &chosen, source, table, mapper, reterr);
}

static cc_status
finish_reading(reader *r, cc_error *reterr)
{
  ccd_job *job = r->import->job;
  const ccd_job_tx tx = ccd_import_tx(r->import, /* bulk= */ true);
  cc_str problems = CC_STR_INIT(4u << 20), columns = CC_STR_INIT(8u << 20);
  ccd_import_problems_write(r->findings, &problems);
  ccd_import_columns_write(&r->columns, &columns);
  cc_str_add(&r->sample, "]}");
  const ccd_arg args[] = {
    {"import_id", r->import->id_text},
    {"format", r->format.length > 0 ? r->format.text : "{}"},
    {"problems", problems.text},
    {"sample", r->sample.text},
    {"columns", columns.text},
    {"history", r->history ? "true" : "false"},
    {"rows_read", ccd_text_int64(job->arena, r->rows)},
    {"rows_rejected", ccd_text_int64(job->arena, r->findings->n_rejected)},
    {"rows_staged", ccd_text_int64(job->arena, r->staged)},
    {0},
  };
  cc_status status =
    problems.failed || columns.failed || r->sample.failed ? cc_fail_memory(reterr) : CC_OK;
  if (status == CC_OK && fflush(r->findings->rejects) != 0)
    status = cc_fail(reterr,
                     CC_ERR_STORAGE,
                     "storage_full",
                     "The server has no space for the file of rejects");
  if (status == CC_OK)
    status = ccd_job_begin(job, &tx, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_import_read_done, args, NULL, reterr);
  if (status == CC_OK)
    status = ccd_job_commit(job, reterr);
  cc_str_done(&problems);
  cc_str_done(&columns);
  return status;
}

static cc_status
read_all(reader *r, cc_error *reterr)
{
  ccd_import *import = r->import;
  const ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ true);
  const ccd_arg args[] = {{"import_id", import->id_text}, {0}};
  CC_AUTO(cc_arena) arena = cc_arena_new(PROFILES_MAX);
  r->files = cc_arena_alloc(import->job->arena, import->n_files * sizeof *r->files);
  if (arena == NULL || r->files == NULL)
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
    status = ccd_import_settle(r, reterr);
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
              .format = CC_STR_INIT(16u * 1024),
              .refused = CC_STR_INIT(BUFFER_MAX)};
  status = ccd_import_writer_init(&r.writer, reterr);
  if (status == CC_OK)
    status = read_all(&r, reterr);
  ccd_job_rollback(job);
  ccd_import_writer_done(&r.writer);
  cc_str_done(&r.buffer);
  cc_str_done(&r.sample);
  cc_str_done(&r.format);
  cc_str_done(&r.refused);
  (void) fclose(findings->rejects);
  free(findings);
  return status;
}
