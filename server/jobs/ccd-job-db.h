/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job-private.h"

/* Runs the worker's own statements on the table jobs (claim, extend, settle). Used by ccd-job.c and
 * ccd-job-keeper.c; the statements of a running job go through ccd-job-run.h. */

/* Callback that copies the needed values out of @rows into @ret, with texts in @arena. @rows is
 * only valid during the call, because the connection is returned to the pool afterwards. */
typedef void ccd_job_take(const ccd_rows *rows, cc_arena *arena, void *ret);

/**
 * Run one statement in a transaction of its own, as the actor "system", on a connection of the
 * pool.
 *
 * @take: called with the rows when the statement succeeded; may be NULL
 * @ret: passed to @take
 */
cc_status ccd_jobs_query(ccd_jobs *jobs,
                         cc_arena *arena,
                         const ccd_query *statement,
                         const ccd_arg *args,
                         ccd_job_take *take,
                         void *ret,
                         cc_error *reterr) CC_MUSTCHECK;
