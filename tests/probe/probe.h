/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job.h"

extern const ccd_route probe_routes[];
extern const ccd_job_kind probe_jobs[];
