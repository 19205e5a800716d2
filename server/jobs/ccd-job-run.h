/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job.h"

/* Functions for the run() of a job kind: transactions, and stopping or postponing the job. */

/* Options of a job's transaction. */
typedef struct ccd_job_tx {
  const char *action; /* for the audit log: "import.apply"; NULL: "job.run" */
  const char *actor;  /* who caused the job, such as "user:7"; NULL: "system" */
  int64_t user_id;    /* id of the user who caused the job; 0: none */
  bool read;          /* read-only transaction */
  bool bulk;          /* changed rows are not recorded one by one: a statement of the job must call
                       * record_bulk at the end */
  int timeout_s;      /* time limit of each statement in seconds; 0: 600 */
} ccd_job_tx;

/**
 * Transactions of a job, one after the other, under the organization of the job. All use the same
 * connection, which is borrowed from the pool at the first begin and returned when the job ends.
 * These functions do not repeat a transaction after a serialization failure; a job can check
 * ccd_job_may_retry and repeat the transaction itself.
 *
 * The commit of a write transaction first checks that this worker still holds the job. If another
 * worker has taken the job over, the transaction is rolled back and the result is CC_ERR_CONFLICT
 * with the code "job_lost". After that, begin and query fail in the same way.
 *
 * @args: values of the :arg.x parameters, ended by a NULL name; may be NULL. The parameters
 *   :call.organization_id and :call.job_id are set from the job. A parameter without a value is
 *   CC_ERR_INTERNAL.
 * @ret: the rows, valid until the next begin or the end of the job; may be NULL. A transaction
 * keeps at most 64 results; ccd_job_drop_rows frees them.
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

/* Run one query in a transaction of its own: begin, query, commit (rollback on failure). */
cc_status ccd_job_once(ccd_job *job,
                       const ccd_job_tx *tx,
                       const ccd_query *query,
                       const ccd_arg *args,
                       const ccd_rows **ret,
                       cc_error *reterr) CC_MUSTCHECK;

/* Returns the connection of the open transaction, for ccd_db_copy_*; NULL when none is open. */
ccd_db_conn *ccd_job_conn(ccd_job *job);

/* Returns true when the worker is stopping. A long job checks it between its steps and then returns
 * ccd_job_again. */
bool ccd_job_stopping(const ccd_job *job);

/* Returns true when this worker has lost the job to another worker and must not continue it. */
bool ccd_job_lost(const ccd_job *job);

/* Puts the job back into the queue, due after @seconds, without counting an attempt. Steps that
 * were committed stay. To be used as `return ccd_job_again(job, 0, reterr)`: it always returns an
 * error, which the worker does not treat as a failure. */
cc_status ccd_job_again(ccd_job *job, int seconds, cc_error *reterr);
