/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/voters/ccd-geocode.h"

/* Prints where the geocoder places addresses, for tests in Python, and its speed.
 *
 *   geocode-dump SEGMENTS.json < ADDRESSES
 *
 * SEGMENTS: [{"id", "name", "ranges": [left from, to, right from, to], "zips": [left, right],
 * "line": [[lon, lat]…]}…] ADDRESSES: lines ADDRESS TAB ZIP. Prints one line for each address:
 * quality, longitude, latitude, segment, side. The last line is "speed" with the number of
 * addresses parsed and placed per second. */

#define LINES_MAX 500000
#define POINTS_MAX 5000

typedef struct address {
  char *line, *zip;
} address;

static ccd_slice
slice(const char *text)
{
  return (ccd_slice){.text = text, .length = strlen(text)};
}

static void
die(const char *what)
{
  (void) fprintf(stderr, "geocode-dump: %s\n", what);
  _exit(2);
}

static int32_t
range(const json_t *ranges, size_t index)
{
  return (int32_t) json_integer_value(json_array_get(ranges, index));
}

static void
add_segment(ccd_geocoder *geocoder, cc_arena *arena, const json_t *at)
{
  static ccd_geo_point points[POINTS_MAX];
  const json_t *line = json_object_get(at, "line"), *ranges = json_object_get(at, "ranges");
  const json_t *zips = json_object_get(at, "zips");
  ccd_address parsed = {0};
  cc_error error = {0};
  char name[300];

  (void) snprintf(name, sizeof(name), "1 %s", json_string_value(json_object_get(at, "name")));
  if (ccd_address_parse(slice(name), slice(""), arena, &parsed) != CC_OK)
    die("memory");
  size_t n = json_array_size(line) < POINTS_MAX ? json_array_size(line) : POINTS_MAX;
  for (size_t i = 0; i < n; i++) {
    points[i].longitude = json_number_value(json_array_get(json_array_get(line, i), 0));
    points[i].latitude = json_number_value(json_array_get(json_array_get(line, i), 1));
  }
  const ccd_geo_segment segment = {
    .id = json_integer_value(json_object_get(at, "id")),
    .street_key = parsed.street_key,
    .zip_left = slice(json_string_value(json_array_get(zips, 0))),
    .zip_right = slice(json_string_value(json_array_get(zips, 1))),
    .left_from = range(ranges, 0),
    .left_to = range(ranges, 1),
    .right_from = range(ranges, 2),
    .right_to = range(ranges, 3),
    .points = points,
    .n_points = n,
  };
  if (ccd_geocoder_add(geocoder, &segment, &error) != CC_OK)
    die(error.message);
}

static size_t
read_addresses(address *addresses)
{
  size_t n = 0, room = 0;
  char *line = NULL;
  while (n < LINES_MAX && getline(&line, &room, stdin) > 0) {
    line[strcspn(line, "\n")] = '\0';
    char *tab = strchr(line, '\t');
    if (tab != NULL)
      *tab = '\0';
    addresses[n].zip = strdup(tab != NULL ? tab + 1 : "");
    addresses[n++].line = strdup(line);
  }
  free(line);
  return n;
}

static ccd_geo_place
find(const ccd_geocoder *geocoder, cc_arena *arena, const address *at)
{
  ccd_address parsed = {0};
  cc_arena_clear(arena);
  if (ccd_address_parse(slice(at->line), slice(at->zip), arena, &parsed) != CC_OK)
    die("memory");
  return ccd_geocoder_find(geocoder, parsed.street_key, parsed.number, slice(at->zip));
}

int
main(int argc, char **argv)
{
  static const char *const qualities[] = {"none", "range", "street"};
  CC_AUTO(ccd_geocoder) geocoder = ccd_geocoder_new();
  CC_AUTO(cc_arena) arena = cc_arena_new(1u << 20);
  json_t *segments = argc == 2 ? json_load_file(argv[1], 0, NULL) : NULL;
  address *addresses = calloc(LINES_MAX, sizeof(*addresses));
  if (geocoder == NULL || arena == NULL || segments == NULL || addresses == NULL)
    die("usage: geocode-dump SEGMENTS.json < ADDRESSES");

  for (size_t i = 0; i < json_array_size(segments); i++) {
    cc_arena_clear(arena);
    add_segment(geocoder, arena, json_array_get(segments, i));
  }
  json_decref(segments);
  ccd_geocoder_ready(geocoder);

  size_t n = read_addresses(addresses), found = 0;
  struct timespec from, to;
  (void) clock_gettime(CLOCK_MONOTONIC, &from);
  for (size_t i = 0; i < n; i++)
    found += find(geocoder, arena, &addresses[i]).quality != CCD_GEO_NONE;
  (void) clock_gettime(CLOCK_MONOTONIC, &to);
  double seconds = (double) (to.tv_sec - from.tv_sec) + (double) (to.tv_nsec - from.tv_nsec) / 1e9;

  for (size_t i = 0; i < n; i++) {
    ccd_geo_place at = find(geocoder, arena, &addresses[i]);
    (void) printf("%s\t%.7f\t%.7f\t%lld\t%c\n",
                  qualities[at.quality],
                  at.at.longitude,
                  at.at.latitude,
                  (long long) at.segment_id,
                  at.side == '\0' ? '-' : at.side);
    free(addresses[i].line);
    free(addresses[i].zip);
  }
  (void) printf("speed\t%.0f\t%zu\n", (double) n / (seconds > 0 ? seconds : 1e-9), found);
  free(addresses);
  return 0;
}
