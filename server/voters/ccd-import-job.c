/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job kinds of imports: run an import, purge a source of voters, delete files of rejects.
 *
 * The job of an import reads the state of the import's row and continues from that state. It
 * commits one step after the other, until the import has ended or waits for a decision of a
 * user. After a crash the job is run again and continues after the last committed step. */
#include <jansson.h>
#include <string.h>

#include "ccd-queries.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-log.h"
#include "server/engine/ccd-server.h"
#include "server/engine/ccd-spool.h"
#include "server/jobs/ccd-job-run.h"
#include "server/voters/ccd-import-read.h"
#include "server/voters/ccd-import.h"

#define LEASE_S 30
#define APPLY_ROWS "15000"
#define UNDO_ROWS "10000"
#define PURGE_ROWS "10000"
#define RETRIES 6       /* attempts to write a chunk after serialization failures */
#define WAIT_S 5        /* seconds until the job checks again whether another import has ended */
#define ATTEMPTS_LAST 8 /* number of the last attempt of a job; same as CCD_JOB_ATTEMPTS_MAX */

typedef struct import_payload {
  int64_t import_id;
} import_payload;

static const cc_field import_payload_fields[] = {
  CC_INT64(import_payload, import_id, .flags = CC_REQUIRED, .max = INT64_MAX),
};
static const cc_type import_payload_type =
  CC_TYPE(import_payload, "ImportPayload", import_payload_fields);

typedef struct purge_payload {
  int64_t source_id;
} purge_payload;

static const cc_field purge_payload_fields[] = {
  CC_INT64(purge_payload, source_id, .flags = CC_REQUIRED, .max = INT64_MAX),
};
static const cc_type purge_payload_type =
  CC_TYPE(purge_payload, "VoterSourcePurgePayload", purge_payload_fields);

/* --- loading the import --- */

static const char *
copy_column(ccd_job *job, const ccd_rows *rows, const char *column)
{
  const char *text = ccd_rows_get(rows, 0, column);
  return text != NULL ? cc_arena_strdup(job->arena, text) : NULL;
}

/* Set import->files: the paths of local files if the import has any, otherwise the path of the
 * uploaded file. */
static cc_status
import_load_files(ccd_import *import, const ccd_rows *rows, cc_error *reterr)
{
  ccd_job *job = import->job;
  const char *json = ccd_rows_get(rows, 0, "local_files");
  json_t *list = json != NULL ? json_loads(json, 0, NULL) : NULL;
  size_t n = json_array_size(list);
  import->local = n > 0;
  import->n_files = n > 0 ? n : 1;
  import->files = cc_arena_alloc(job->arena, import->n_files * sizeof(*import->files));
  for (size_t i = 0; import->files != NULL && i < n; i++)
    import->files[i] = cc_arena_strdup(job->arena, json_string_value(json_array_get(list, i)));
  if (import->files != NULL && n == 0)
    import->files[0] =
      cc_arena_printf(job->arena,
                      "%s/%s",
                      job->server->config.storage_folder,
                      ccd_import_place_name(job->arena, job->organization_id, import->id, "file"));
  json_decref(list);
  return import->files != NULL && import->files[0] != NULL ? CC_OK : cc_fail_memory(reterr);
}

/* Load the row of the import into @import. If the import no longer exists, import->state is
 * NULL. */
static cc_status
import_load(ccd_import *import, cc_error *reterr)
{
  ccd_job *job = import->job;
  const ccd_rows *rows = NULL;
  const ccd_job_tx tx = {.read = true};
  const ccd_arg args[] = {{"import_id", import->id_text}, {0}};
  import->state = NULL;
  cc_status status = ccd_job_once(job, &tx, &ccd_q_import_of_job, args, &rows, reterr);
  if (status != CC_OK || ccd_rows_n(rows) == 0)
    return status;
  import->state = copy_column(job, rows, "state");
  import->profile_json = copy_column(job, rows, "profile");
  import->profile_key = copy_column(job, rows, "profile_key");
  import->member = copy_column(job, rows, "member");
  import->error_code = copy_column(job, rows, "error_code");
  import->complete = ccd_rows_bool(rows, 0, "complete");
  import->auto_apply = ccd_rows_bool(rows, 0, "auto_apply");
  import->doubtful = ccd_rows_bool(rows, 0, "doubtful");
  import->cancel_requested = ccd_rows_bool(rows, 0, "cancel_requested");
  import->rows_staged = ccd_rows_int64(rows, 0, "rows_staged");
  import->applied_row = ccd_rows_int64(rows, 0, "applied_row");
  import->file_bytes = ccd_rows_int64(rows, 0, "file_bytes");
  import->created_by = ccd_rows_int64(rows, 0, "created_by");
  import->actor = import->created_by != 0
                    ? cc_arena_printf(job->arena, "user:%lld", (long long) import->created_by)
                    : NULL;
  return import_load_files(import, rows, reterr);
}

/* Run a statement and set *ret to the boolean in its column @column. */
static cc_status
query_boolean(ccd_import *import,
              const ccd_query *query,
              const char *column,
              bool *ret,
              cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ true);
  const ccd_arg args[] = {{"import_id", import->id_text}, {"n", APPLY_ROWS}, {0}};
  cc_status status = ccd_job_once(import->job, &tx, query, args, &rows, reterr);
  if (status == CC_OK)
    *ret = ccd_rows_bool(rows, 0, column);
  return status;
}

static cc_status
check_cancel(ccd_import *import, cc_error *reterr)
{
  if (import->cancel_requested)
    return cc_fail(reterr, CC_ERR_CONFLICT, "cancelled", "The import was cancelled");
  return ccd_job_stopping(import->job) ? ccd_job_again(import->job, 0, reterr) : CC_OK;
}

/* --- steps --- */

/* Compare the staged rows with the voters and write the plan of the changes. All in one
 * transaction, so that the plan is either complete or absent. */
static cc_status
compare_rows(ccd_import *import, cc_error *reterr)
{
  static const ccd_query *const steps[] = {&ccd_q_import_plan_clear,
                                           &ccd_q_import_compare,
                                           &ccd_q_import_plan_staged,
                                           &ccd_q_import_planned};
  ccd_job *job = import->job;
  const ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ true);
  const ccd_arg args[] = {{"import_id", import->id_text}, {0}};
  cc_status status = ccd_job_begin(job, &tx, reterr);
  for (size_t i = 0; status == CC_OK && i < CC_N(steps); i++)
    status = ccd_job_query(job, steps[i], args, NULL, reterr);
  return status == CC_OK ? ccd_job_commit(job, reterr) : status;
}

/* Make sure that all rows are staged. PostgreSQL empties the staging tables after a crash,
 * because they are unlogged; in this case the files are read again. */
static cc_status
ensure_staged(ccd_import *import, cc_error *reterr)
{
  bool whole = false;
  cc_status status = query_boolean(import, &ccd_q_import_is_staged, "whole", &whole, reterr);
  return status == CC_OK && !whole ? ccd_import_read(import, reterr) : status;
}

static cc_status
import_step_compare(ccd_import *import, cc_error *reterr)
{
  const ccd_arg args[] = {{"import_id", import->id_text}, {0}};
  const ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ false);
  cc_status status = ensure_staged(import, reterr);
  if (status == CC_OK)
    status = compare_rows(import, reterr);
  return status == CC_OK ? ccd_job_once(import->job, &tx, &ccd_q_import_ready, args, NULL, reterr)
                         : status;
}

static cc_status
apply_chunks(ccd_import *import, cc_error *reterr)
{
  ccd_job *job = import->job;
  const ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ true);
  const ccd_arg args[] = {{"import_id", import->id_text}, {"n", APPLY_ROWS}, {0}};
  cc_status status = CC_OK;
  bool finished = false;
  for (int failures = 0; status == CC_OK && !finished;) {
    const ccd_rows *rows = NULL;
    status = ccd_job_once(job, &tx, &ccd_q_import_apply_step, args, &rows, reterr);
    if (status != CC_OK && ccd_job_may_retry(job) && ++failures < RETRIES) {
      status = CC_OK;
      continue;
    }
    if (status != CC_OK)
      return status;
    failures = 0;
    finished = ccd_rows_bool(rows, 0, "finished");
    import->cancel_requested = ccd_rows_bool(rows, 0, "cancel");
    status = check_cancel(import, reterr);
  }
  return status;
}

static cc_status
record_bulk(ccd_import *import, cc_error *reterr)
{
  const ccd_arg args[] = {{"n", ccd_text_int64(import->job->arena, import->rows_staged)}, {0}};
  return ccd_job_query(import->job, &ccd_q_import_record, args, NULL, reterr);
}

static cc_status
import_finish(ccd_import *import, cc_error *reterr)
{
  ccd_job *job = import->job;
  const ccd_rows *rows = NULL;
  ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ false);
  const ccd_arg args[] = {{"import_id", import->id_text}, {0}};
  tx.action = "import.apply";
  cc_status status = ccd_job_begin(job, &tx, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_import_apply_end, args, &rows, reterr);
  if (status == CC_OK && !ccd_rows_bool(rows, 0, "good"))
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "work_lost",
                   "The import would have lost contacts, consents or doors of turfs: there were "
                   "fewer after it than before. It is being undone.");
  if (status == CC_OK)
    status = record_bulk(import, reterr);
  return status == CC_OK ? ccd_job_commit(job, reterr) : status;
}

static cc_status
import_step_apply(ccd_import *import, cc_error *reterr)
{
  bool planned = false;
  cc_status status = check_cancel(import, reterr);
  if (status == CC_OK)
    status = ensure_staged(import, reterr);
  if (status == CC_OK)
    status = query_boolean(import, &ccd_q_import_is_planned, "whole", &planned, reterr);
  if (status == CC_OK && !planned)
    status = compare_rows(import, reterr);
  if (status == CC_OK)
    status = apply_chunks(import, reterr);
  return status == CC_OK ? import_finish(import, reterr) : status;
}

static cc_status
undo_chunks(ccd_import *import, cc_error *reterr)
{
  ccd_job *job = import->job;
  const ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ true);
  const ccd_arg args[] = {{"import_id", import->id_text}, {"n", UNDO_ROWS}, {0}};
  cc_status status = CC_OK;
  int64_t done = 1;
  for (int failures = 0; status == CC_OK && done > 0;) {
    const ccd_rows *rows = NULL;
    if (ccd_job_stopping(job))
      return ccd_job_again(job, 0, reterr);
    status = ccd_job_once(job, &tx, &ccd_q_import_undo_step, args, &rows, reterr);
    if (status == CC_OK)
      done = ccd_rows_int64(rows, 0, "done");
    else if (ccd_job_may_retry(job) && ++failures < RETRIES)
      status = CC_OK;
  }
  return status;
}

static cc_status
import_step_undo(ccd_import *import, cc_error *reterr)
{
  ccd_job *job = import->job;
  const char *code = import->error_code;
  bool cancelled = code != NULL && strcmp(code, "cancelled") == 0;
  ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ true);
  const ccd_arg args[] = {
    {"import_id", import->id_text},
    {"cancelled", cancelled ? "true" : "false"},
    {"failed", code != NULL && !cancelled ? "true" : "false"},
    {0},
  };
  cc_status status = undo_chunks(import, reterr);
  tx.action = "import.undo";
  if (status == CC_OK)
    status = ccd_job_begin(job, &tx, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_import_undo_end, args, NULL, reterr);
  if (status == CC_OK)
    status = record_bulk(import, reterr);
  return status == CC_OK ? ccd_job_commit(job, reterr) : status;
}

/* Clean up after an import that has ended: delete the uploaded file and the staged rows. The
 * file of rejects is kept for download. If voters were changed, renew the statistics of
 * PostgreSQL first, so that the next queries get good plans. */
static cc_status
import_clean_up(ccd_import *import, cc_error *reterr)
{
  ccd_job *job = import->job;
  bool loaded = strcmp(import->state, "done") == 0 || strcmp(import->state, "undone") == 0;
  const ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ true);
  const ccd_arg args[] = {{"import_id", import->id_text}, {0}};
  ccd_spool_remove(&job->server->config,
                   ccd_import_place_name(job->arena, job->organization_id, import->id, "file"));
  cc_status status = CC_OK;
  if (loaded)
    status = ccd_job_once(job, &tx, &ccd_q_statistics_renew, NULL, NULL, reterr);
  if (status == CC_OK)
    status = ccd_job_once(job, &tx, &ccd_q_import_unstage, args, NULL, reterr);
  return status;
}

/* --- running the import --- */

/* End the import after an error: its state becomes "failed" or "cancelled". If voters were
 * already changed, the changes are undone first (state "undoing"). */
static cc_status
import_stop(ccd_import *import, const cc_error *error, cc_error *reterr)
{
  bool cancelled = strcmp(error->code, "cancelled") == 0 || strcmp(error->code, "dry_run") == 0;
  const ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ false);
  const ccd_arg args[] = {
    {"import_id", import->id_text},
    {"state", cancelled ? "cancelled" : "failed"},
    {"code", error->code},
    {"error", error->message},
    {0},
  };
  ccd_job_rollback(import->job);
  return ccd_job_once(import->job, &tx, &ccd_q_import_stop, args, NULL, reterr);
}

/* Returns true for errors that must not end the import, because the job will be run again later:
 * another worker has the job, or the database, memory or storage is not available and attempts
 * are left. */
static bool
is_temporary(const ccd_job *job, cc_status status, const cc_error *error)
{
  return ccd_job_lost(job) || strcmp(error->code, "job_lost") == 0 ||
         ((status == CC_ERR_UNAVAILABLE || status == CC_ERR_NO_MEMORY ||
           status == CC_ERR_STORAGE) &&
          job->attempt < ATTEMPTS_LAST);
}

/* Decide what to do with an import whose plan is ready: apply it at once (auto_apply), or wait
 * for a user (*ret_over is set to true). An import of the import command cannot wait for a user,
 * so it ends with an error instead. */
static cc_status
apply_if_automatic(ccd_import *import, bool *ret_over, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_job_tx tx = ccd_import_tx(import, /* bulk= */ false);
  const ccd_arg args[] = {{"import_id", import->id_text}, {0}};
  if (import->cancel_requested)
    return cc_fail(reterr, CC_ERR_CONFLICT, "cancelled", "The import was cancelled");
  if (!import->auto_apply && import->local)
    return cc_fail(reterr, CC_ERR_CONFLICT, "dry_run", "This was a dry run: nothing was changed");
  if (import->doubtful && import->local)
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "doubtful",
                   "The dry run has doubts: check them, then use --confirm");
  *ret_over = !import->auto_apply || import->doubtful;
  if (*ret_over)
    return CC_OK;
  cc_status status = ccd_job_once(import->job, &tx, &ccd_q_import_apply_own, args, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0) /* no row: another import is being applied */
    return ccd_job_again(import->job, WAIT_S, reterr);
  return status;
}

static cc_status
import_run_step(ccd_import *import, bool *ret_over, cc_error *reterr)
{
  const char *state = import->state;
  if (strcmp(state, "reading") == 0) {
    cc_status status = check_cancel(import, reterr);
    return status == CC_OK ? ccd_import_read(import, reterr) : status;
  }
  if (strcmp(state, "comparing") == 0) {
    cc_status status = check_cancel(import, reterr);
    return status == CC_OK ? import_step_compare(import, reterr) : status;
  }
  if (strcmp(state, "ready") == 0)
    return apply_if_automatic(import, ret_over, reterr);
  if (strcmp(state, "applying") == 0)
    return import_step_apply(import, reterr);
  if (strcmp(state, "undoing") == 0)
    return import_step_undo(import, reterr);
  *ret_over = true;
  return import_clean_up(import, reterr);
}

static cc_status
import_run(ccd_job *job, cc_error *reterr)
{
  const import_payload *payload = job->payload;
  cc_status status = CC_OK;
  ccd_import import = {.job = job, .id = payload->import_id};
  import.id_text = ccd_text_int64(job->arena, import.id);
  for (bool over = false; status == CC_OK && !over;) {
    status = import_load(&import, reterr);
    if (status != CC_OK || import.state == NULL)
      return status;
    status = import_run_step(&import, &over, reterr);
    if (status == CC_OK || is_temporary(job, status, reterr))
      continue;
    const cc_error failure = *reterr;
    ccd_log(CCD_WARNING,
            "import.stopped",
            CCD_NUMBER("import", import.id),
            CCD_TEXT("code", failure.code));
    status = import_stop(&import, &failure, reterr);
  }
  return status;
}

/* --- purge --- */

/* Delete the uploaded files and the files of rejects of all imports of one source. */
static cc_status
purge_files(ccd_job *job, const ccd_arg *args, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_job_tx tx = {.read = true};
  cc_status status = ccd_job_once(job, &tx, &ccd_q_purge_files, args, &rows, reterr);
  for (int i = 0; status == CC_OK && i < ccd_rows_n(rows); i++) {
    int64_t id = ccd_rows_int64(rows, i, "id");
    const ccd_config *config = &job->server->config;
    ccd_spool_remove(config, ccd_import_place_name(job->arena, job->organization_id, id, "file"));
    ccd_spool_remove(config,
                     ccd_import_place_name(job->arena, job->organization_id, id, "rejects.csv"));
  }
  return status;
}

static cc_status
purge_end(ccd_job *job, const ccd_arg *args, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_job_tx tx = {.action = "voter_source.purge"};
  cc_status status = ccd_job_begin(job, &tx, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_purge_end, args, NULL, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_purge_total, args, &rows, reterr);
  const ccd_arg total[] = {{"n", status == CC_OK ? ccd_rows_get(rows, 0, "n") : "0"}, {0}};
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_import_record, total, NULL, reterr);
  return status == CC_OK ? ccd_job_commit(job, reterr) : status;
}

static cc_status
purge_run(ccd_job *job, cc_error *reterr)
{
  const purge_payload *payload = job->payload;
  const ccd_job_tx tx = {.action = "voter_source.purge", .bulk = true, .timeout_s = 3600};
  const ccd_arg args[] = {
    {"source_id", ccd_text_int64(job->arena, payload->source_id)},
    {"n", PURGE_ROWS},
    {0},
  };
  cc_status status = ccd_job_once(job, &tx, &ccd_q_purge_count, args, NULL, reterr);
  for (int64_t n = 1; status == CC_OK && n > 0;) {
    const ccd_rows *rows = NULL;
    if (ccd_job_stopping(job))
      return ccd_job_again(job, 0, reterr);
    status = ccd_job_once(job, &tx, &ccd_q_purge_step, args, &rows, reterr);
    n = status == CC_OK ? ccd_rows_int64(rows, 0, "n") : 0;
  }
  if (status == CC_OK)
    status = purge_files(job, args, reterr);
  return status == CC_OK ? purge_end(job, args, reterr) : status;
}

/* Delete the files of rejects of a source from which a person was erased, because these files
 * may contain rows of that person. */
static cc_status
forget_run(ccd_job *job, cc_error *reterr)
{
  const purge_payload *payload = job->payload;
  const ccd_job_tx tx = {.read = true};
  const ccd_arg args[] = {{"source_id", ccd_text_int64(job->arena, payload->source_id)}, {0}};
  const ccd_rows *rows = NULL;
  cc_status status = ccd_job_once(job, &tx, &ccd_q_forget_files, args, &rows, reterr);
  for (int i = 0; status == CC_OK && i < ccd_rows_n(rows); i++) {
    int64_t id = ccd_rows_int64(rows, i, "id");
    ccd_spool_remove(&job->server->config,
                     ccd_import_place_name(job->arena, job->organization_id, id, "rejects.csv"));
  }
  return status;
}

const ccd_job_kind ccd_import_jobs[] = {
  {.name = "import",
   .lane = CCD_LANE_LONG,
   .lease_s = LEASE_S,
   .payload = &import_payload_type,
   .run = import_run},
  {.name = "import.purge",
   .lane = CCD_LANE_LONG,
   .lease_s = LEASE_S,
   .payload = &purge_payload_type,
   .run = purge_run},
  {.name = "import.forget",
   .lane = CCD_LANE_QUICK,
   .lease_s = 600,
   .payload = &purge_payload_type,
   .run = forget_run},
  {0},
};

const ccd_job_kind ccd_import_local_jobs[] = {
  {.name = "import.local",
   .lane = CCD_LANE_LONG,
   .lease_s = LEASE_S,
   .payload = &import_payload_type,
   .run = import_run},
  {0},
};
