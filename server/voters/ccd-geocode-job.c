/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job "geocode": loads all street segments of the organization into the geocoder, then
 * computes and stores the positions of the buildings, one batch per transaction. Buildings that
 * already have a position are not selected again, so an interrupted job continues where it
 * stopped. */
#include "server/voters/ccd-geocode-job.h"

#include <stdlib.h>
#include <string.h>

#include "ccd-queries.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-server.h"
#include "server/jobs/ccd-job-run.h"
#include "server/voters/ccd-geocode.h"
#include "server/voters/ccd-voters-routes.h"

#define POINTS_MAX 20000
#define PLACES_MAX (8u << 20)

typedef struct geocode_payload {
  bool again;
} geocode_payload;

static const cc_field payload_fields[] = {
  CC_BOOL(geocode_payload,
          again,
          .doc = "Also place buildings again that have the quality range, street or zip."),
};
const cc_type ccd_geocode_payload_type = CC_TYPE(geocode_payload, "GeocodePayload", payload_fields);

static int32_t
row_number(const ccd_rows *rows, int row, const char *column)
{
  return ccd_rows_get(rows, row, column) == NULL ? -1 : (int32_t) ccd_rows_int64(rows, row, column);
}

/* Parse "LINESTRING(-71.1 42.3,-71.2 42.4)" into @points. Returns the number of points, at most
 * POINTS_MAX; further points are ignored. */
static size_t
read_line(const char *text, ccd_geo_point *points)
{
  size_t n = 0;
  const char *at = strchr(text, '(');
  while (at != NULL && *at != ')' && n < POINTS_MAX) {
    char *end;
    points[n].longitude = strtod(at + 1, &end);
    points[n].latitude = strtod(end, &end);
    n++;
    at = *end == ',' ? end : NULL;
  }
  return n;
}

/* Load the page of segments after the id *after, and set *after to the last id of the page.
 * *ret_n is the number of segments loaded, 0 when there are no more. */
static cc_status
load_segments_page(ccd_job *job,
                   ccd_geocoder *geocoder,
                   ccd_geo_point *points,
                   const char **after,
                   int *ret_n,
                   cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {{"after", *after}, {0}};
  cc_status status = ccd_job_once(job,
                                  &(ccd_job_tx){.action = "geocode.run", .read = true},
                                  &ccd_q_geocode_segments,
                                  args,
                                  &rows,
                                  reterr);
  *ret_n = status == CC_OK ? ccd_rows_n(rows) : 0;
  for (int row = 0; status == CC_OK && row < *ret_n; row++) {
    const ccd_geo_segment segment = {
      .id = ccd_rows_int64(rows, row, "id"),
      .street_key = ccd_slice_of(ccd_rows_get(rows, row, "street_key")),
      .zip_left = ccd_slice_of(ccd_rows_get(rows, row, "zip_left")),
      .zip_right = ccd_slice_of(ccd_rows_get(rows, row, "zip_right")),
      .left_from = row_number(rows, row, "left_from"),
      .left_to = row_number(rows, row, "left_to"),
      .right_from = row_number(rows, row, "right_from"),
      .right_to = row_number(rows, row, "right_to"),
      .points = points,
      .n_points = read_line(ccd_rows_get(rows, row, "line"), points),
    };
    status = ccd_geocoder_add(geocoder, &segment, reterr);
  }
  if (*ret_n > 0)
    *after = cc_arena_strdup(job->arena, ccd_rows_get(rows, *ret_n - 1, "id"));
  return status == CC_OK && *after == NULL ? cc_fail_memory(reterr) : status;
}

static cc_status
load_streets(ccd_job *job, ccd_geocoder *geocoder, cc_error *reterr)
{
  ccd_geo_point *points = calloc(POINTS_MAX, sizeof(*points));
  if (points == NULL)
    return cc_fail_memory(reterr);
  const char *after = "0";
  cc_status status = CC_OK;
  for (int n = 1; status == CC_OK && n > 0;)
    status = load_segments_page(job, geocoder, points, &after, &n, reterr);
  free(points);
  ccd_geocoder_ready(geocoder);
  return status;
}

static void
add_place(cc_str *out, const char *id, const ccd_geo_place *found)
{
  static const char *const qualities[] = {"none", "range", "street"};
  cc_str_printf(out,
                "%s{\"id\":%s,\"quality\":\"%s\"",
                out->length > 1 ? "," : "",
                id,
                qualities[found->quality]);
  if (found->quality != CCD_GEO_NONE)
    cc_str_printf(out,
                  ",\"latitude\":%.7f,\"longitude\":%.7f,\"segment_id\":%lld,\"side\":\"%c\""
                  ",\"measure_m\":%.1f,\"setback_m\":%.1f",
                  found->at.latitude,
                  found->at.longitude,
                  (long long) found->segment_id,
                  found->side,
                  found->measure_m,
                  found->setback_m);
  cc_str_add_char(out, '}');
}

/* Compute and store the positions of one batch of buildings in a transaction. *ret_n is set to
 * the size of the batch, *after to the last id of the batch. */
static cc_status
place_batch(ccd_job *job,
            const ccd_geocoder *geocoder,
            const char *again,
            const char **after,
            int *ret_n,
            cc_error *reterr)
{
  const ccd_rows *rows = NULL, *applied = NULL;
  cc_str places = CC_STR_INIT(PLACES_MAX), attach = CC_STR_INIT(PLACES_MAX);
  const ccd_arg next[] = {{"after", *after}, {"again", again}, {0}};

  cc_status status =
    ccd_job_begin(job, &(ccd_job_tx){.action = "geocode.run", .bulk = true}, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_geocode_next, next, &rows, reterr);
  *ret_n = status == CC_OK ? ccd_rows_n(rows) : 0;
  cc_str_add_char(&places, '[');
  cc_str_add_char(&attach, '[');
  for (int row = 0; row < *ret_n; row++) {
    const char *id = ccd_rows_get(rows, row, "id");
    if (ccd_rows_bool(rows, row, "placed")) {
      cc_str_printf(&attach, "%s%s", attach.length > 1 ? "," : "", id);
      continue;
    }
    ccd_geo_place found = ccd_geocoder_find(geocoder,
                                            ccd_slice_of(ccd_rows_get(rows, row, "street_key")),
                                            ccd_slice_of(ccd_rows_get(rows, row, "number")),
                                            ccd_slice_of(ccd_rows_get(rows, row, "zip5")));
    add_place(&places, id, &found);
  }
  cc_str_add_char(&places, ']');
  cc_str_add_char(&attach, ']');
  if (*ret_n > 0)
    *after = cc_arena_strdup(job->arena, ccd_rows_get(rows, *ret_n - 1, "id"));
  if (places.failed || attach.failed || *after == NULL)
    status = cc_fail_memory(reterr);
  const ccd_arg apply[] = {{"places", places.text}, {"attach", attach.text}, {0}};
  if (status == CC_OK && *ret_n > 0)
    status = ccd_job_query(job, &ccd_q_geocode_apply, apply, &applied, reterr);
  const ccd_arg count[] = {{"n",
                            *ret_n > 0 && applied != NULL ? ccd_rows_get(applied, 0, "n") : "0"},
                           {0}};
  if (status == CC_OK && *ret_n > 0)
    status = ccd_job_query(job, &ccd_q_geocode_record, count, NULL, reterr);
  if (status == CC_OK)
    status = ccd_job_commit(job, reterr);
  else
    ccd_job_rollback(job);
  cc_str_done(&places);
  cc_str_done(&attach);
  return status;
}

cc_status
ccd_geocode_run(ccd_job *job, cc_error *reterr)
{
  CC_AUTO(ccd_geocoder) geocoder = ccd_geocoder_new();
  const geocode_payload *payload = job->payload;
  if (geocoder == NULL)
    return cc_fail_memory(reterr);
  cc_status status = load_streets(job, geocoder, reterr);
  const char *again = payload->again ? "true" : "false";
  const char *after = "0";
  for (int n = 1; status == CC_OK && n > 0;) {
    if (ccd_job_stopping(job))
      return ccd_job_again(job, 0, reterr);
    status = place_batch(job, geocoder, again, &after, &n, reterr);
  }
  return status;
}
