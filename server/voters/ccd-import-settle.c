/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rejects staged rows that only the database can recognize as invalid: further rows of the same
 * voter, rows of erased persons, and votes of unknown voters. This is the last step of reading
 * an import's files. */
#include <string.h>

#include "ccd-queries.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-server.h"
#include "server/jobs/ccd-job-run.h"
#include "server/voters/ccd-erasure.h"
#include "server/voters/ccd-import-read-private.h"

#define DROP_CHUNK 20000 /* rows deleted per transaction */

/* Delete up to DROP_CHUNK of the rows that @query selects from staging, and write them to the
 * rejects. @ret_n is set to the number of deleted rows. */
static cc_status
drop_rows(reader *r, const ccd_query *query, ccd_import_again *again, int *ret_n, cc_error *reterr)
{
  ccd_job *job = r->import->job;
  const ccd_rows *rows = NULL;
  const ccd_job_tx tx = ccd_import_tx(r->import, /* bulk= */ true);
  const ccd_arg args[] = {
    {"import_id", r->import->id_text},
    {"n", ccd_text_int64(job->arena, DROP_CHUNK)},
    {"key", ccd_erasure_key(job->arena, &job->server->keys)},
    {0},
  };
  cc_status status = ccd_job_once(job, &tx, query, args, &rows, reterr);
  *ret_n = status == CC_OK ? ccd_rows_n(rows) : 0;
  for (int i = 0; status == CC_OK && i < *ret_n; i++) {
    int file = (int) ccd_rows_int64(rows, i, "file_no");
    const char *code = ccd_rows_get(rows, i, "code");
    /* For a row of an erased person, the file of rejects gets the line number but not the text. */
    bool erased = strcmp(code, "erased") == 0;
    const ccd_table_reject dropped = {
      .line = ccd_rows_int64(rows, i, "line"),
      .code = code,
      .raw = erased ? (ccd_slice){0}
                    : ccd_import_again_raw(again, file, ccd_rows_int64(rows, i, "row_no")),
    };
    status = ccd_import_reject(r->findings, file, &dropped, reterr);
  }
  r->staged -= *ret_n;
  return status;
}

/* Reject the rows of erased persons, then all rows of a voter except the first. */
static cc_status
drop_repeated(reader *r, cc_error *reterr)
{
  static const ccd_query *const queries[] = {&ccd_q_import_erased, &ccd_q_import_repeated};
  ccd_import_again again = {.import = r->import, .files = r->files};
  cc_status status = CC_OK;
  for (size_t i = 0; i < CC_N(queries); i++) {
    for (int n = DROP_CHUNK; status == CC_OK && n > 0;)
      status = drop_rows(r, queries[i], &again, &n, reterr);
  }
  ccd_import_again_done(&again);
  return status;
}

/* Reject up to DROP_CHUNK votes of unknown voters and only count further ones. Then merge the
 * votes of each voter into one staged row. */
static cc_status
fold_votes(reader *r, cc_error *reterr)
{
  int n = 0;
  const ccd_rows *rows = NULL;
  const ccd_job_tx tx = ccd_import_tx(r->import, /* bulk= */ true);
  const ccd_arg args[] = {{"import_id", r->import->id_text}, {0}};
  ccd_import_again again = {.import = r->import, .files = r->files};
  cc_status status = drop_rows(r, &ccd_q_import_strangers, &again, &n, reterr);
  ccd_import_again_done(&again);
  if (status == CC_OK)
    status = ccd_job_once(r->import->job, &tx, &ccd_q_import_fold, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  ccd_import_count(r->findings, "unknown_id", ccd_rows_int64(rows, 0, "strangers"));
  r->staged = ccd_rows_int64(rows, 0, "people");
  return CC_OK;
}

cc_status
ccd_import_settle(reader *r, cc_error *reterr)
{
  const ccd_job_tx tx = ccd_import_tx(r->import, /* bulk= */ true);
  const ccd_arg args[] = {{"import_id", r->import->id_text}, {0}};
  cc_status status =
    ccd_job_once(r->import->job, &tx, &ccd_q_import_rows_staged, args, NULL, reterr);
  if (status == CC_OK)
    status = r->history ? fold_votes(r, reterr) : drop_repeated(r, reterr);
  return status;
}
