/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job.h"

/* run() of the job kind "duplicates"; see ccd-job.h. */
cc_status ccd_duplicates_run(ccd_job *job, cc_error *reterr);
