/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/jobs/ccd-job.h"

/* Voters and places: see docs/internals/voters.md. */

extern const ccd_route ccd_voters_routes[];
extern const ccd_route ccd_places_routes[];
extern const ccd_job_kind ccd_voters_jobs[];

/* ccd-voter.c: gives :home, the parsed address. */
cc_status ccd_voter_prepare(ccd_call *call, cc_error *reterr);

/* ccd-places-import.c: files of areas, streets and address points. */
cc_status ccd_areas_import(ccd_call *call, cc_error *reterr);
cc_status ccd_segments_import(ccd_call *call, cc_error *reterr);
cc_status ccd_points_import(ccd_call *call, cc_error *reterr);

/* ccd-places-csv.c: address points as a table, as the GeoJSON that they would be. */
cc_status ccd_points_from_table(cc_arena *arena,
                                const char *bytes,
                                size_t length,
                                cc_str *out,
                                cc_error *reterr) CC_MUSTCHECK;

/* ccd-geocode-job.c, ccd-duplicates-job.c */
extern const cc_type ccd_geocode_payload_type;
cc_status ccd_geocode_run(ccd_job *job, cc_error *reterr);
cc_status ccd_duplicates_run(ccd_job *job, cc_error *reterr);
