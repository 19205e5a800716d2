/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job.h"

/* run() of the job kind "places.rekey": rebuilds the keys of segments, buildings, doors and
 * voters of an organization from their addresses. A migration that changes how keys are built
 * enqueues this job. */
cc_status ccd_rekey_run(ccd_job *job, cc_error *reterr);
