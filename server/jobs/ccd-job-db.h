/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job-private.h"

/* Statements of the worker itself. */

/* Copies what it needs of the rows, before their connection goes back. */
typedef void ccd_job_take(const ccd_rows *rows, cc_arena *arena, void *ret);

/* One statement in a transaction of its own. */
cc_status ccd_jobs_query(ccd_jobs *jobs,
                         cc_arena *arena,
                         const ccd_query *statement,
                         const ccd_arg *args,
                         ccd_job_take *take,
                         void *ret,
                         cc_error *reterr) CC_MUSTCHECK;
