/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job.h"

/* Routes of phone banks, and the job that fills a queue. See docs/internals/phone-banks.md. */
extern const ccd_route ccd_phonebank_routes[];
extern const ccd_job_kind ccd_phonebank_jobs[];

ccd_handler ccd_phonebank_result; /* recordCall */
