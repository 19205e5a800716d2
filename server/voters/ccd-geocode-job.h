/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job.h"

/* The job kind "geocode": payload and run(); see ccd-job.h. */

extern const cc_type ccd_geocode_payload_type;

cc_status ccd_geocode_run(ccd_job *job, cc_error *reterr);
