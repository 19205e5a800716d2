/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/turf/ccd-turf-ground.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cc-str.h"
#include "server/turf/ccd-turf.h"

/* Converts database rows into the input of server/canvass, and results of server/canvass into
 * lists of doors. */

#define METRES_A_DEGREE 111195.0 /* metres per degree of latitude, on a sphere of 6371 km */
#define AROUND 0.003 /* margin of the streets around the points in degrees: about 300 m */
#define RADIANS (3.14159265358979323846 / 180)

double
ccd_turf_number(const ccd_rows *rows, int row, const char *column)
{
  const char *text = ccd_rows_get(rows, row, column);
  return text == NULL ? 0 : strtod(text, NULL);
}

ccd_point
ccd_turf_ground_place(const ccd_turf_ground *ground, double latitude, double longitude)
{
  double middle = (ground->south + ground->north) / 2;
  return (ccd_point){
    .x = (longitude - (ground->west + ground->east) / 2) * METRES_A_DEGREE * cos(middle * RADIANS),
    .y = (latitude - middle) * METRES_A_DEGREE,
    .segment = -1,
    .street = -1,
    .number = -1,
  };
}

static void
find_box(const ccd_rows *rows, ccd_turf_ground *ret)
{
  int latitude = ccd_rows_find(rows, "latitude"), longitude = ccd_rows_find(rows, "longitude");
  ret->south = ret->west = 180;
  ret->north = ret->east = -180;
  for (int i = 0; i < ccd_rows_n(rows); i++) {
    double y = strtod(ccd_rows_text(rows, i, latitude), NULL);
    double x = strtod(ccd_rows_text(rows, i, longitude), NULL);
    ret->south = fmin(ret->south, y);
    ret->north = fmax(ret->north, y);
    ret->west = fmin(ret->west, x);
    ret->east = fmax(ret->east, x);
  }
}

/* "{7,9}" */
static int64_t *
read_array(const char *text, cc_arena *arena, int *ret_n)
{
  int n = text[1] == '}' ? 0 : 1;
  for (const char *at = text; *at != '\0'; at++)
    n += *at == ',';
  int64_t *ids = cc_arena_alloc(arena, ((size_t) n + 1) * sizeof(*ids));
  char *at = (char *) text + 1;
  for (int i = 0; ids != NULL && i < n; i++)
    ids[i] = strtoll(at, &at, 10), at++;
  *ret_n = n;
  return ids;
}

cc_status
ccd_turf_ground_points(const ccd_rows *rows,
                       cc_arena *arena,
                       ccd_turf_ground *ret,
                       cc_error *reterr)
{
  int n = ccd_rows_n(rows);
  *ret = (ccd_turf_ground){0};
  find_box(rows, ret);
  ret->points = cc_arena_alloc(arena, ((size_t) n + 1) * sizeof(*ret->points));
  ret->doors = cc_arena_alloc(arena, ((size_t) n + 1) * sizeof(*ret->doors));
  ret->segment_ids = cc_arena_alloc(arena, ((size_t) n + 1) * sizeof(*ret->segment_ids));
  if (ret->points == NULL || ret->doors == NULL || ret->segment_ids == NULL)
    return cc_fail_memory(reterr);
  for (int i = 0; i < n; i++) {
    ccd_point point = ccd_turf_ground_place(ret,
                                            ccd_turf_number(rows, i, "latitude"),
                                            ccd_turf_number(rows, i, "longitude"));
    const char *side = ccd_rows_get(rows, i, "side");
    int doors = 0;
    ret->doors[i] = read_array(ccd_rows_get(rows, i, "doors"), arena, &doors);
    if (ret->doors[i] == NULL)
      return cc_fail_memory(reterr);
    point.doors = doors;
    point.side = side != NULL && *side == 'R';
    point.measure = (float) ccd_turf_number(rows, i, "measure_m");
    point.setback = (float) ccd_turf_number(rows, i, "setback_m");
    point.street = (int32_t) ccd_rows_int64(rows, i, "street");
    point.number = (int32_t) ccd_rows_int64(rows, i, "number");
    point.group = (int32_t) ccd_rows_int64(rows, i, "part");
    ret->parts = point.group >= ret->parts ? point.group + 1 : ret->parts;
    ret->points[i] = point;
    ret->segment_ids[i] = ccd_rows_int64(rows, i, "segment_id");
  }
  ret->ground = (ccd_ground){.points = ret->points, .n = n};
  return CC_OK;
}

cc_status
ccd_turf_ground_box(const ccd_turf_ground *ground,
                    cc_arena *arena,
                    ccd_turf_box *ret,
                    cc_error *reterr)
{
  *ret = (ccd_turf_box){{
    {"south", cc_arena_printf(arena, "%.7f", ground->south - AROUND)},
    {"west", cc_arena_printf(arena, "%.7f", ground->west - AROUND)},
    {"north", cc_arena_printf(arena, "%.7f", ground->north + AROUND)},
    {"east", cc_arena_printf(arena, "%.7f", ground->east + AROUND)},
  }};
  for (int i = 0; i < 4; i++) {
    if (ret->args[i].text == NULL)
      return cc_fail_memory(reterr);
  }
  return CC_OK;
}

static int
compare_ids(const void *a, const void *b)
{
  int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
  return x < y ? -1 : x > y;
}

cc_status
ccd_turf_ground_streets(const ccd_rows *rows,
                        cc_arena *arena,
                        ccd_turf_ground *ground,
                        cc_error *reterr)
{
  int n = ccd_rows_n(rows) / 2;
  int node = ccd_rows_find(rows, "node");
  ccd_segment *segments = cc_arena_alloc(arena, ((size_t) n + 1) * sizeof(*segments));
  int64_t *ids = cc_arena_alloc(arena,
                                ((size_t) n + 1) *
                                  sizeof(*ids)); /* ascending, because the rows are sorted by id */
  if (segments == NULL || ids == NULL)
    return cc_fail_memory(reterr);
  for (int i = 0; i < n; i++) {
    ids[i] = ccd_rows_int64(rows, 2 * i, "id");
    segments[i] = (ccd_segment){
      .node_a = (int) strtoll(ccd_rows_text(rows, 2 * i, node), NULL, 10),
      .node_b = (int) strtoll(ccd_rows_text(rows, 2 * i + 1, node), NULL, 10),
      .length = ccd_turf_number(rows, 2 * i, "length_m"),
      .crossing = ccd_turf_number(rows, 2 * i, "crossing"),
    };
  }
  for (int i = 0; i < ground->ground.n; i++) {
    const int64_t *found =
      bsearch(&ground->segment_ids[i], ids, (size_t) n, sizeof(*ids), compare_ids);
    ground->points[i].segment = found == NULL ? -1 : (int32_t) (found - ids);
  }
  ground->ground.segments = segments;
  return ccd_streets_new(segments, n, arena, &ground->ground.streets, reterr);
}

cc_status
ccd_turf_walk_pieces(const ccd_turf_ground *ground,
                     const ccd_piece *pieces,
                     int n,
                     const ccd_point *start,
                     cc_arena *arena,
                     cc_arena *scratch,
                     ccd_turf_walk *ret,
                     cc_error *reterr)
{
  /* Plan on copies of the points, because a turf may contain only some doors of a tower. */
  ccd_point *points = cc_arena_alloc(arena, ((size_t) n + 1) * sizeof(*points));
  int *order = cc_arena_alloc(arena, ((size_t) n + 1) * sizeof(*order));
  size_t doors = 0;
  for (int i = 0; points != NULL && order != NULL && i < n; i++) {
    points[i] = ground->points[pieces[i].point];
    points[i].doors = pieces[i].doors;
    order[i] = i;
    doors += (size_t) pieces[i].doors;
  }
  ret->doors = cc_arena_alloc(arena, (doors + 1) * sizeof(*ret->doors));
  if (points == NULL || order == NULL || ret->doors == NULL)
    return cc_fail_memory(reterr);
  ccd_ground own = ground->ground;
  own.points = points;
  own.n = n;
  ccd_walk_options options = {.start = start};
  ccd_walk_sort(points, order, n);
  cc_status status = ccd_walk_plan(&own, order, n, &options, scratch, order, &ret->walk, reterr);
  ret->n = 0;
  for (int i = 0; status == CC_OK && i < n; i++) {
    const ccd_piece *piece = &pieces[order[i]];
    memcpy(ret->doors + ret->n,
           ground->doors[piece->point] + piece->first,
           (size_t) piece->doors * sizeof(*ret->doors));
    ret->n += piece->doors;
  }
  return status;
}

const char *
ccd_turf_array(cc_arena *arena, const int64_t *ids, int n)
{
  cc_str text = CC_STR_INIT((size_t) 16 << 20);
  cc_str_add_char(&text, '{');
  for (int i = 0; i < n; i++) {
    if (i > 0)
      cc_str_add_char(&text, ',');
    cc_str_add_int(&text, ids[i]);
  }
  cc_str_add_char(&text, '}');
  const char *made = text.failed ? NULL : cc_arena_strdup(arena, text.text);
  cc_str_done(&text);
  return made;
}
