/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions for running jobs: transactions, the check of the lease, postponing; see ccd-job-run.h.
 */
#include "server/jobs/ccd-job-run.h"

#include <string.h>

#include "ccd-queries.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-feed.h"
#include "server/jobs/ccd-job-db.h"
#include "server/jobs/ccd-job-private.h"

#define STATEMENT_S 600 /* default time limit of a statement in seconds */

static cc_status
job_lost(ccd_job_run *run, cc_error *reterr)
{
  atomic_store(&run->lost, true);
  return cc_fail(reterr, CC_ERR_CONFLICT, "job_lost", "Another worker has taken over this job");
}

cc_status
ccd_job_begin(ccd_job *job, const ccd_job_tx *tx, cc_error *reterr)
{
  ccd_job_run *run = job->run;
  if (ccd_job_lost(job))
    return job_lost(run, reterr);
  if (run->in_transaction)
    return cc_fail(reterr, CC_ERR_INTERNAL, "transaction", "A transaction is open already");
  if (run->conn == NULL) {
    cc_status status = ccd_db_borrow(job->server->db, &run->conn, reterr);
    if (status != CC_OK)
      return status;
  }
  const char *request = cc_arena_printf(job->arena, "job-%lld", (long long) job->id);
  const ccd_context context = {
    .tx = tx->read ? CCD_READ : CCD_WRITE,
    .organization_id = job->organization_id,
    .user_id = tx->user_id,
    .actor = tx->actor != NULL ? tx->actor : "system",
    .action = tx->action != NULL ? tx->action : "job.run",
    .request_id = request,
    .bulk = tx->bulk,
    .timeout_ms = (tx->timeout_s > 0 ? tx->timeout_s : STATEMENT_S) * 1000,
  };
  ccd_db_begin(run->conn, &context);
  run->in_transaction = true;
  run->reads = tx->read;
  return CC_OK;
}

cc_status
ccd_job_query(ccd_job *job,
              const ccd_query *query,
              const ccd_arg *args,
              const ccd_rows **ret,
              cc_error *reterr)
{
  ccd_job_run *run = job->run;
  if (ccd_job_lost(job))
    return job_lost(run, reterr);
  if (!run->in_transaction)
    return cc_fail(reterr, CC_ERR_INTERNAL, "transaction", "%s: no transaction", query->name);
  const ccd_own_args own = {
    .organization_id =
      job->organization_id == 0 ? NULL : ccd_text_int64(job->arena, job->organization_id),
    .job_id = ccd_text_int64(job->arena, job->id),
  };
  const char *values[CCD_JOB_ARGS_MAX];
  cc_status status = ccd_query_args(query, &own, args, CCD_JOB_ARGS_MAX, values, reterr);
  return status == CC_OK ? ccd_db_query(run->conn, query, values, ret, reterr) : status;
}

/* Lock the job's row if this worker still holds the job. The lock keeps other workers from taking
 * the job over before the transaction has committed. */
static cc_status
hold_lease(ccd_job_run *run, cc_arena *arena, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {
    {"organization", ccd_text_int64(arena, run->organization_id)},
    {"id", ccd_text_int64(arena, run->id)},
    {"attempts", ccd_text_int64(arena, run->attempts)},
    {0},
  };
  const char *values[CCD_JOB_ARGS_MAX];
  cc_status status =
    ccd_query_args(&ccd_q_job_hold, &(ccd_own_args){0}, args, CCD_JOB_ARGS_MAX, values, reterr);
  if (status == CC_OK)
    status = ccd_db_query(run->conn, &ccd_q_job_hold, values, &rows, reterr);
  return status == CC_OK && ccd_rows_n(rows) != 1 ? job_lost(run, reterr) : status;
}

cc_status
ccd_job_commit(ccd_job *job, cc_error *reterr)
{
  ccd_job_run *run = job->run;
  if (!run->in_transaction)
    return cc_fail(reterr, CC_ERR_INTERNAL, "transaction", "No transaction is open");
  cc_status status = CC_OK;
  if (ccd_job_lost(job))
    status = job_lost(run, reterr);
  else if (!run->reads)
    status = hold_lease(run, job->arena, reterr);
  if (status != CC_OK) {
    ccd_job_rollback(job);
    return status;
  }
  run->in_transaction = false;
  status = ccd_db_commit(run->conn, reterr);
  if (status == CC_OK && !run->reads && job->organization_id != 0)
    ccd_feed_wrote(job->server->feed, job->organization_id);
  return status;
}

void
ccd_job_rollback(ccd_job *job)
{
  if (job->run->in_transaction)
    ccd_db_rollback(job->run->conn);
  job->run->in_transaction = false;
}

void
ccd_job_drop_rows(ccd_job *job)
{
  if (job->run->conn != NULL)
    ccd_db_drop_rows(job->run->conn);
}

bool
ccd_job_may_retry(const ccd_job *job)
{
  return job->run->conn != NULL && ccd_db_may_retry(job->run->conn);
}

cc_status
ccd_job_once(ccd_job *job,
             const ccd_job_tx *tx,
             const ccd_query *query,
             const ccd_arg *args,
             const ccd_rows **ret,
             cc_error *reterr)
{
  cc_status status = ccd_job_begin(job, tx, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, query, args, ret, reterr);
  if (status == CC_OK)
    return ccd_job_commit(job, reterr);
  ccd_job_rollback(job);
  return status;
}

ccd_db_conn *
ccd_job_conn(ccd_job *job)
{
  return job->run->in_transaction ? job->run->conn : NULL;
}

bool
ccd_job_stopping(const ccd_job *job)
{
  return atomic_load(&job->run->jobs->stopping);
}

bool
ccd_job_lost(const ccd_job *job)
{
  return atomic_load(&job->run->lost);
}

cc_status
ccd_job_again(ccd_job *job, int seconds, cc_error *reterr)
{
  job->run->again = true;
  job->run->again_s = seconds;
  return cc_fail(reterr, CC_ERR_UNAVAILABLE, "again", "The job was put back and continues later");
}

void
ccd_job_run_done(ccd_job_run *run)
{
  if (run->conn == NULL)
    return;
  if (run->in_transaction)
    ccd_db_rollback(run->conn);
  ccd_db_return(run->jobs->server->db, run->conn);
  run->conn = NULL;
  run->in_transaction = false;
}
