/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job "duplicates": finds pairs of voters that may be the same person, with one statement
 * for the whole organization. Running the job again is harmless: it finds the same pairs. */
#include "server/voters/ccd-duplicates-job.h"

#include "ccd-queries.h"
#include "server/jobs/ccd-job-run.h"
#include "server/voters/ccd-voters-routes.h"

cc_status
ccd_duplicates_run(ccd_job *job, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  cc_status status =
    ccd_job_begin(job,
                  &(ccd_job_tx){.action = "duplicates.run", .bulk = true, .timeout_s = 1800},
                  reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_duplicate_find_all, NULL, &rows, reterr);
  if (status == CC_OK) {
    const ccd_arg count[] = {{"n", ccd_rows_get(rows, 0, "n")}, {0}};
    status = ccd_job_query(job, &ccd_q_duplicate_record, count, NULL, reterr);
  }
  if (status == CC_OK)
    return ccd_job_commit(job, reterr);
  ccd_job_rollback(job);
  return status;
}
