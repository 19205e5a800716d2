/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/jobs/ccd-job.h"

/* Routes and job kinds of imports; server/tables.c lists them. */

/* Routes of voter sources, mapping profiles, imports and exports. */
extern const ccd_route ccd_imports_routes[];

/* The job kinds "import", "import.purge" and "import.forget". */
extern const ccd_job_kind ccd_import_jobs[];
