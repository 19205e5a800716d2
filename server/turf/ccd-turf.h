/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-cut.h"
#include "server/canvass/ccd-walk.h"
#include "server/engine/ccd-call.h"
#include "server/jobs/ccd-job.h"

/* Routes of turfs, and the job that cuts turfs. The computation is in server/canvass; the rules
 * are SQL functions in db/functions/turf. See docs/internals/turf.md. */

extern const ccd_route ccd_turf_routes[];
extern const ccd_job_kind ccd_turf_jobs[];

ccd_handler ccd_turf_move_doors;
ccd_handler ccd_turf_split;
ccd_handler ccd_turf_merge;
ccd_handler ccd_turf_hold;
ccd_handler ccd_turf_send_qr;
ccd_handler ccd_turf_send_walk_list;
