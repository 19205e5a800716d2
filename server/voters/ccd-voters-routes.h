/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/jobs/ccd-job.h"

/* Voters and places: see docs/internals/voters.md. */

extern const ccd_route ccd_voters_routes[];
extern const ccd_route ccd_places_routes[];
extern const ccd_job_kind ccd_voters_jobs[];

/* Gives :home, the parsed address. */
ccd_handler ccd_voter_prepare;

/* Gives :street_key of the query's street, in whatever spelling it was asked for; NULL without one.
 */
ccd_handler ccd_street_prepare;

/* Gives :key, by which erased people are known again. */
ccd_handler ccd_voter_erase_prepare;

/* Files of areas, streets and address points. */
ccd_handler ccd_areas_import;
ccd_handler ccd_segments_import;
ccd_handler ccd_points_import;
