/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the street segment and the side of the street for a house number, and computes the
 * position of the house; see ccd-geocode.h. */
#include "server/voters/ccd-geocode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Metres per degree of latitude, and per degree of longitude at the equator (WGS 84). Within a
 * block, treating the earth as a plane is accurate to a centimetre. */
#define METRES_LATITUDE 111132.0
#define METRES_LONGITUDE 111320.0
#define RADIAN 0.017453292519943295

/* Length in metres at each end of a segment where no houses are, because the segment ends in the
 * middle of the crossing. */
#define CORNER_M 8.0

#define ZIP_BYTES 6

/* Difference between the house numbers of two neighbours on the same side. */
#define NEXT_LOT 2

typedef struct side {
  int32_t from, to; /* first and last house number; both 0: no houses on this side */
  char zip[ZIP_BYTES];
} side;

typedef struct segment {
  int64_t id;
  size_t key, key_length; /* offset and length of the street key in ccd_geocoder.texts */
  size_t point, n_points; /* index and number of the line's points in ccd_geocoder.points */
  side sides[2];          /* left, right */
} segment;

struct ccd_geocoder {
  segment *segments;
  size_t n_segments, segments_room;
  ccd_geo_point *points;
  size_t n_points, points_room;
  char *texts;
  size_t n_texts, texts_room;
};

ccd_geocoder *
ccd_geocoder_new(void)
{
  return calloc(1, sizeof(ccd_geocoder));
}

void
ccd_geocoder_free(ccd_geocoder *geocoder)
{
  if (geocoder == NULL)
    return;
  free(geocoder->segments);
  free(geocoder->points);
  free(geocoder->texts);
  free(geocoder);
}

/* Grow the array so that it has space for @more items after the first @n items. Returns false, and
 * changes nothing, when out of memory. */
static bool
reserve_items(void **items, size_t *room, size_t n, size_t more, size_t size)
{
  if (n + more <= *room)
    return true;
  size_t wanted = *room * 2 > n + more ? *room * 2 : n + more + 64;
  void *moved = reallocarray(*items, wanted, size);
  if (moved == NULL)
    return false;
  *items = moved;
  *room = wanted;
  return true;
}

static side
make_side(int32_t from, int32_t to, ccd_slice zip)
{
  /* If only one end of the range is known, the other end is assumed to be the same. A range may
   * begin at 0. */
  side made = {.from = from >= 0 ? from : to, .to = to >= 0 ? to : from};
  if (made.from < 0)
    made = (side){0};
  if (zip.length == ZIP_BYTES - 1)
    memcpy(made.zip, zip.text, zip.length);
  return made;
}

cc_status
ccd_geocoder_add(ccd_geocoder *geocoder, const ccd_geo_segment *given, cc_error *reterr)
{
  if (given->n_points < 2 || given->street_key.length == 0)
    return CC_OK;
  if (!reserve_items((void **) &geocoder->segments,
                     &geocoder->segments_room,
                     geocoder->n_segments,
                     1,
                     sizeof(segment)) ||
      !reserve_items((void **) &geocoder->points,
                     &geocoder->points_room,
                     geocoder->n_points,
                     given->n_points,
                     sizeof(ccd_geo_point)) ||
      !reserve_items((void **) &geocoder->texts,
                     &geocoder->texts_room,
                     geocoder->n_texts,
                     given->street_key.length,
                     1))
    return cc_fail_memory(reterr);
  geocoder->segments[geocoder->n_segments++] = (segment){
    .id = given->id,
    .key = geocoder->n_texts,
    .key_length = given->street_key.length,
    .point = geocoder->n_points,
    .n_points = given->n_points,
    .sides = {make_side(given->left_from, given->left_to, given->zip_left),
              make_side(given->right_from, given->right_to, given->zip_right)},
  };
  memcpy(geocoder->texts + geocoder->n_texts, given->street_key.text, given->street_key.length);
  geocoder->n_texts += given->street_key.length;
  memcpy(geocoder->points + geocoder->n_points,
         given->points,
         given->n_points * sizeof(ccd_geo_point));
  geocoder->n_points += given->n_points;
  return CC_OK;
}

static int
compare_text(const char *a, size_t a_length, const char *b, size_t b_length)
{
  size_t least = a_length < b_length ? a_length : b_length;
  int order = least == 0 ? 0 : memcmp(a, b, least);
  return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static int
compare_segments(const void *a, const void *b, void *texts)
{
  const segment *one = a, *other = b;
  int order = compare_text((const char *) texts + one->key,
                           one->key_length,
                           (const char *) texts + other->key,
                           other->key_length);
  return order != 0 ? order : (one->id > other->id) - (one->id < other->id);
}

void
ccd_geocoder_ready(ccd_geocoder *geocoder)
{
  if (geocoder->n_segments > 1)
    qsort_r(geocoder->segments,
            geocoder->n_segments,
            sizeof(segment),
            compare_segments,
            geocoder->texts);
}

/* Returns the index of the first segment whose street key is not less than @key. The segments
 * are sorted by street key. */
static size_t
lower_bound(const ccd_geocoder *geocoder, ccd_slice key)
{
  size_t low = 0, high = geocoder->n_segments;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const segment *at = &geocoder->segments[middle];
    if (compare_text(geocoder->texts + at->key, at->key_length, key.text, key.length) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static bool
is_street(const ccd_geocoder *geocoder, size_t index, ccd_slice key)
{
  if (index >= geocoder->n_segments)
    return false;
  const segment *at = &geocoder->segments[index];
  return compare_text(geocoder->texts + at->key, at->key_length, key.text, key.length) == 0;
}

/* --- choosing the segment --- */

/* The best side of a segment found so far; a lower misfit is better. A different ZIP code adds
 * more to the misfit than a difference between the numbers, but less than a number outside of
 * all ranges. The reason: street files and voter files disagree near the borders of ZIP codes. */
typedef struct choice {
  const segment *at;
  int side;
  double misfit;
  bool in_range;
} choice;

static bool
is_empty(const side *here)
{
  return here->from == 0 && here->to == 0;
}

/* Replace @best by the side @which of the segment @at if the house number fits this side better. */
static void
try_side(const segment *at, int which, int32_t number, ccd_slice zip5, choice *best)
{
  const side *here = &at->sides[which];
  if (is_empty(here))
    return;
  int32_t low = here->from < here->to ? here->from : here->to;
  int32_t high = here->from < here->to ? here->to : here->from;
  int32_t gap = number < low ? low - number : number > high ? number - high : 0;
  /* A side whose two end numbers differ in parity has even and odd numbers. So may a side whose
   * opposite side has no houses, along a river or a park. */
  bool parity = (here->from % 2 != here->to % 2) || here->from % 2 == number % 2;
  /* The lot after the last number is accepted, too, because street files lack new houses. */
  bool in_range = gap == 0 ? parity || is_empty(&at->sides[1 - which]) : gap <= NEXT_LOT && parity;
  bool other_zip = zip5.length == ZIP_BYTES - 1 && here->zip[0] != '\0' &&
                   memcmp(here->zip, zip5.text, zip5.length) != 0;
  double misfit = (in_range ? 0 : 1e9) + (other_zip ? 1e6 : 0) + (parity ? 0 : 20) + gap;
  if (best->at == NULL || misfit < best->misfit)
    *best = (choice){at, which, misfit, in_range};
}

/* Read the number at *at and move *at to the first character after the number. Returns 0 when
 * there is no number. */
static int32_t
read_number(ccd_slice text, size_t *at)
{
  int32_t number = 0;
  for (; *at < text.length && text.text[*at] >= '0' && text.text[*at] <= '9'; ++*at) {
    if (number > 9999999)
      return 0;
    number = number * 10 + (text.text[*at] - '0');
  }
  return number;
}

/* --- computing the position --- */

typedef struct plane {
  double x, y; /* metres per degree of longitude and latitude */
} plane;

static double
distance_between(plane scale, ccd_geo_point a, ccd_geo_point b)
{
  return hypot((b.longitude - a.longitude) * scale.x, (b.latitude - a.latitude) * scale.y);
}

/* Returns the point that is @measure metres along the line and @offset metres to the right of
 * the line (negative: to the left). */
static ccd_geo_point
point_along(const ccd_geo_point *points, size_t n, plane scale, double measure, double offset)
{
  size_t i = 0;
  double length = distance_between(scale, points[0], points[1]);
  while (i + 2 < n && measure > length) {
    measure -= length;
    i++;
    length = distance_between(scale, points[i], points[i + 1]);
  }
  double share = length > 0 ? fmin(measure / length, 1) : 0;
  double dx = (points[i + 1].longitude - points[i].longitude) * scale.x;
  double dy = (points[i + 1].latitude - points[i].latitude) * scale.y;
  double turn = length > 0 ? offset / length : 0;
  return (ccd_geo_point){
    .longitude = points[i].longitude + (dx * share + dy * turn) / scale.x,
    .latitude = points[i].latitude + (dy * share - dx * turn) / scale.y,
  };
}

static ccd_geo_place
place_address(const ccd_geocoder *geocoder, const choice *chosen, int32_t number)
{
  const ccd_geo_point *points = geocoder->points + chosen->at->point;
  size_t n = chosen->at->n_points;
  const side *here = &chosen->at->sides[chosen->side];
  const plane scale = {METRES_LONGITUDE * cos(points[0].latitude * RADIAN), METRES_LATITUDE};
  double length = 0;
  for (size_t i = 0; i + 1 < n; i++)
    length += distance_between(scale, points[i], points[i + 1]);

  /* Divide the segment into equal lots, one per possible house number on this side, and use the
   * middle of the house's lot. */
  double lots = fabs((double) here->to - here->from) / 2 + 1;
  double share =
    here->to == here->from ? 0.5 : (fabs((double) number - here->from) / 2 + 0.5) / lots;
  if ((here->to > here->from) != (number > here->from) && number != here->from)
    share = 0;
  share = fmin(share, 1);
  double corner = fmin(CORNER_M, length / 4);
  double measure = corner + share * (length - 2 * corner);
  double offset = chosen->side == 0 ? -CCD_GEO_SETBACK_M : CCD_GEO_SETBACK_M;
  return (ccd_geo_place){
    .quality = chosen->in_range ? CCD_GEO_RANGE : CCD_GEO_STREET,
    .at = point_along(points, n, scale, measure, offset),
    .segment_id = chosen->at->id,
    .side = chosen->side == 0 ? 'L' : 'R',
    .measure_m = measure,
    .setback_m = CCD_GEO_SETBACK_M,
  };
}

/* Try both sides of all segments of a street. A street has a few tens of segments. */
static void
try_street(const ccd_geocoder *geocoder,
           ccd_slice key,
           int32_t number,
           ccd_slice zip5,
           choice *best)
{
  for (size_t i = lower_bound(geocoder, key); is_street(geocoder, i, key); i++) {
    try_side(&geocoder->segments[i], 0, number, zip5, best);
    try_side(&geocoder->segments[i], 1, number, zip5, best);
  }
}

/* Try the streets whose key has one word more or one word less at the end: for "BROADWAY ST"
 * also "BROADWAY", and vice versa. */
static void
try_similar(const ccd_geocoder *geocoder,
            ccd_slice key,
            int32_t number,
            ccd_slice zip5,
            choice *best)
{
  for (size_t i = lower_bound(geocoder, key); i < geocoder->n_segments; i++) {
    const segment *at = &geocoder->segments[i];
    const char *text = geocoder->texts + at->key;
    if (at->key_length < key.length || memcmp(text, key.text, key.length) != 0)
      break;
    if (at->key_length == key.length || text[key.length] != ' ' ||
        memchr(text + key.length + 1, ' ', at->key_length - key.length - 1) != NULL)
      continue;
    try_side(at, 0, number, zip5, best);
    try_side(at, 1, number, zip5, best);
  }
  const char *blank = memrchr(key.text, ' ', key.length);
  if (best->at == NULL && blank != NULL)
    try_street(geocoder,
               (ccd_slice){.text = key.text, .length = (size_t) (blank - key.text)},
               number,
               zip5,
               best);
}

ccd_geo_place
ccd_geocoder_find(const ccd_geocoder *geocoder,
                  ccd_slice street_key,
                  ccd_slice number_text,
                  ccd_slice zip5)
{
  size_t at = 0;
  int32_t number = read_number(number_text, &at);
  choice best = {0};
  if (number == 0 || street_key.length == 0)
    return (ccd_geo_place){0};
  try_street(geocoder, street_key, number, zip5, &best);
  if (best.at == NULL)
    try_similar(geocoder, street_key, number, zip5, &best);
  /* For a number such as "676-694": if the first number is in no range, try the second number. */
  if (best.at != NULL && !best.in_range && at + 1 < number_text.length &&
      number_text.text[at] == '-') {
    at++;
    int32_t second = read_number(number_text, &at);
    choice other = {0};
    if (second > number)
      try_street(geocoder, street_key, second, zip5, &other);
    if (other.in_range) {
      best = other;
      number = second;
    }
  }
  return best.at == NULL ? (ccd_geo_place){0} : place_address(geocoder, &best, number);
}
