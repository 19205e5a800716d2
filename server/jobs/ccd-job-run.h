/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job.h"

/* What a job that runs may do. */

/* What a transaction of a job is for. */
typedef struct ccd_job_tx {
  const char *action; /* audit log: "import.apply"; NULL: "job.run" */
  const char *actor;  /* who caused it, such as "user:7"; NULL: "system" */
  int64_t user_id;    /* that person; 0: none */
  bool read;          /* reads only */
  bool bulk;          /* rows are not recorded one by one; the last statement calls record_bulk */
  int timeout_s;      /* of each statement; 0: 600 */
} ccd_job_tx;

/**
 * Transactions of a job, one after the other, under its organization. The same connection serves
 * the whole job. A serialization failure is the job's to try again: ccd_job_may_retry.
 *
 * Every commit first makes sure that this worker still holds the job: CC_ERR_CONFLICT with the
 * code "job_lost" when another has it, and then nothing of the transaction stays. So do begin and
 * query once the loss is known.
 *
 * @args: the :arg.x, ended by a NULL name; may be NULL. :call.organization_id and :call.job_id are
 * the job's. A parameter that nothing gives is CC_ERR_INTERNAL.
 * @ret: rows, valid until the next begin or the end of the job; may be NULL. A transaction keeps at
 *   most 64 results: ccd_job_drop_rows frees them.
 */
cc_status ccd_job_begin(ccd_job *job, const ccd_job_tx *tx, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_job_query(ccd_job *job,
                        const ccd_query *query,
                        const ccd_arg *args,
                        const ccd_rows **ret,
                        cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_job_commit(ccd_job *job, cc_error *reterr) CC_MUSTCHECK;
void ccd_job_rollback(ccd_job *job);
void ccd_job_drop_rows(ccd_job *job);
bool ccd_job_may_retry(const ccd_job *job);

/* begin, one query, commit. */
cc_status ccd_job_once(ccd_job *job,
                       const ccd_job_tx *tx,
                       const ccd_query *query,
                       const ccd_arg *args,
                       const ccd_rows **ret,
                       cc_error *reterr) CC_MUSTCHECK;

/* The connection inside a transaction, for ccd_db_copy_*. */
ccd_db_conn *ccd_job_conn(ccd_job *job);

/* The worker is to stop: a long job asks between its steps and returns ccd_job_again. */
bool ccd_job_stopping(const ccd_job *job);

/* The lease is another worker's: whatever is still to do is not ours. */
bool ccd_job_lost(const ccd_job *job);

/* For `return ccd_job_again(job, 0, reterr)`: back into the queue, due after @seconds, and not
 * counted as an attempt. Every step that was committed stays. */
cc_status ccd_job_again(ccd_job *job, int seconds, cc_error *reterr);
