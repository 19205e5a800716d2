/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/jobs/ccd-job.h"

/* Routes, handlers and job kinds of voters and places; server/tables.c lists them. See
 * docs/internals/voters.md. */

extern const ccd_route ccd_voters_routes[];
extern const ccd_route ccd_places_routes[];
extern const ccd_job_kind ccd_voters_jobs[];

/* Sets :arg.home to the parsed address as JSON; to NULL if the request does not change the
 * address. */
ccd_handler ccd_voter_prepare;

/* Sets :arg.street_key to the street key of the query parameter "street"; to NULL if the
 * parameter is not given. */
ccd_handler ccd_street_prepare;

/* Sets :arg.key to the key for recognizing erased persons (ccd_erasure_key). */
ccd_handler ccd_voter_erase_prepare;

/* Handlers that import files of areas, street segments and address points. */
ccd_handler ccd_areas_import;
ccd_handler ccd_segments_import;
ccd_handler ccd_points_import;
