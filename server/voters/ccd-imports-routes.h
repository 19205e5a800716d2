/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/jobs/ccd-job.h"

/* Files of voters: sources, profiles, imports, exports. */
extern const ccd_route ccd_imports_routes[];
/* The kinds "import" and "import.purge"; and "import.local", which only the command line runs. */
extern const ccd_job_kind ccd_import_jobs[];
