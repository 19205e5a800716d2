/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs single statements of the job worker; see ccd-job-db.h. */
#include "server/jobs/ccd-job-db.h"

#include "server/engine/ccd-server.h"

cc_status
ccd_jobs_query(ccd_jobs *jobs,
               cc_arena *arena,
               const ccd_query *statement,
               const ccd_arg *args,
               ccd_job_take *take,
               void *ret,
               cc_error *reterr)
{
  static const ccd_context context = {.tx = CCD_WRITE, .actor = "system", .action = "job.run"};
  const ccd_own_args own = {0};
  const char *values[CCD_JOB_ARGS_MAX];
  ccd_db_conn *conn = NULL;
  const ccd_rows *rows = NULL;

  cc_status status = ccd_query_args(statement, &own, args, CCD_JOB_ARGS_MAX, values, reterr);
  if (status == CC_OK)
    status = ccd_db_borrow(jobs->server->db, &conn, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_db_query_in_own_tx(conn, &context, statement, values, &rows, reterr);
  if (status == CC_OK && take != NULL)
    take(rows, arena, ret);
  ccd_db_return(jobs->server->db, conn);
  return status;
}
