/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/jobs/ccd-job-db.h"

#include <string.h>

#include "server/engine/ccd-server.h"

void
ccd_jobs_args(const ccd_query *statement, const ccd_arg *named, const char **ret)
{
  for (int i = 0; i < statement->n_params && i < CCD_JOB_ARGS_MAX; i++) {
    ret[i] = NULL;
    for (const ccd_arg *at = named; at != NULL && at->name != NULL; at++)
      if (strcmp(at->name, statement->params[i]) == 0)
        ret[i] = at->text;
  }
}

cc_status
ccd_jobs_query(ccd_jobs *jobs,
               cc_arena *arena,
               const ccd_query *statement,
               const ccd_arg *named,
               ccd_job_take *take,
               void *ret,
               cc_error *reterr)
{
  static const ccd_context context = {.tx = CCD_WRITE, .actor = "system", .action = "job.run"};
  const char *args[CCD_JOB_ARGS_MAX] = {NULL};
  ccd_db_conn *conn = NULL;
  const ccd_rows *rows = NULL;

  ccd_jobs_args(statement, named, args);
  cc_status status = ccd_db_borrow(jobs->server->db, &conn, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_db_query_once(conn, &context, statement, args, &rows, reterr);
  if (status == CC_OK && take != NULL)
    take(rows, arena, ret);
  ccd_db_return(jobs->server->db, conn);
  return status;
}
