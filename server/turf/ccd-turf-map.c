/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/turf/ccd-turf-map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/turf/ccd-turf-ground.h"
#include "server/turf/ccd-turf-paper-draw.h"

/* Draws the map on the first page of a walk list: streets, doors in walking order, north arrow,
 * scale. */

#define METRES_A_DEGREE 111195.0
#define RADIANS (3.14159265358979323846 / 180)
#define NAMES_MAX 64

/* Conversion from degrees to positions on the page, in points (1/72 inch). */
typedef struct frame {
  double x, y, width, height;
  double west, north,
    across;         /* across: length of a degree of longitude relative to one of latitude */
  double scale;     /* points of the page (1/72 inch) per degree of latitude */
  double left, top; /* offsets that centre the turf */
} frame;

static void
place_on_map(const frame *f, double longitude, double latitude, double *ret_x, double *ret_y)
{
  *ret_x = f->left + (longitude - f->west) * f->across * f->scale;
  *ret_y = f->top + (f->north - latitude) * f->scale;
}

static frame
fit_frame(const ccd_paper *paper, double x, double y, double width, double height)
{
  double south = 90, north = -90, west = 180, east = -180;
  for (int i = 0; i < ccd_rows_n(paper->rows); i++) {
    if (ccd_rows_get(paper->rows, i, "latitude") == NULL)
      continue;
    double latitude = ccd_turf_number(paper->rows, i, "latitude");
    double longitude = ccd_turf_number(paper->rows, i, "longitude");
    south = fmin(south, latitude);
    north = fmax(north, latitude);
    west = fmin(west, longitude);
    east = fmax(east, longitude);
  }
  /* The map is at least about 120 m wide, so that a single house has its street around it. */
  double more = fmax(0.0005, 0.09 * (north - south));
  south -= more;
  north += more;
  frame f = {.x = x, .y = y, .width = width, .height = height};
  f.across = cos((south + north) / 2 * RADIANS);
  more = fmax(0.0005, 0.09 * (east - west) * f.across) / f.across;
  west -= more;
  east += more;
  f.west = west;
  f.north = north;
  f.scale = fmin(width / ((east - west) * f.across), height / (north - south));
  f.left = x + (width - (east - west) * f.across * f.scale) / 2;
  f.top = y + (height - (north - south) * f.scale) / 2;
  return f;
}

static double
street_width(const char *class)
{
  if (strcmp(class, "arterial") == 0 || strcmp(class, "trunk") == 0)
    return 6;
  return strcmp(class, "path") == 0 ? 1.2 : strcmp(class, "collector") == 0 ? 4.5 : 3.2;
}

/* Read the next number of a text such as "[[-71.1, 42.3], …]", and move @at behind the number. */
static bool
next_number(const char **at, double *ret)
{
  *at += strcspn(*at, "-0123456789");
  if (**at == '\0')
    return false;
  char *end;
  *ret = strtod(*at, &end);
  *at = end;
  return true;
}

/* The name of a street, and the longest part of this street within the frame, along which the
 * name is written. */
typedef struct name {
  const char *text;
  double length, x, y, angle;
} name;

static void
offer_name(const frame *f, name *names, int *n, const char *text, const double *p)
{
  double length = hypot(p[2] - p[0], p[3] - p[1]);
  double x = (p[0] + p[2]) / 2, y = (p[1] + p[3]) / 2;
  if (x < f->x + 20 || x > f->x + f->width - 20 || y < f->y + 20 || y > f->y + f->height - 20)
    return;
  int i = 0;
  while (i < *n && strcmp(names[i].text, text) != 0)
    i++;
  if (i == NAMES_MAX || (i < *n && names[i].length >= length))
    return;
  *n = i == *n ? *n + 1 : *n;
  double angle = atan2(p[3] - p[1], p[2] - p[0]);
  if (angle > RADIANS * 90)
    angle -= RADIANS * 180;
  else if (angle <= -RADIANS * 90)
    angle += RADIANS * 180;
  names[i] = (name){text, length, x, y, angle};
}

static void
draw_street(ccd_paper *paper, const frame *f, int row, name *names, int *n_names)
{
  const char *at = ccd_rows_get(paper->streets, row, "line");
  const char *text = ccd_rows_get(paper->streets, row, "name");
  double longitude, latitude, p[4];
  bool begun = false;
  while (next_number(&at, &longitude) && next_number(&at, &latitude)) {
    place_on_map(f, longitude, latitude, &p[2], &p[3]);
    if (begun) {
      cairo_line_to(paper->cr, p[2], p[3]);
      offer_name(f, names, n_names, text, p);
    } else {
      cairo_move_to(paper->cr, p[2], p[3]);
    }
    begun = true;
    p[0] = p[2];
    p[1] = p[3];
  }
  cairo_set_line_width(paper->cr, street_width(ccd_rows_get(paper->streets, row, "road_class")));
  cairo_set_source_rgb(paper->cr, 0.82, 0.82, 0.82);
  cairo_stroke(paper->cr);
}

static void
draw_name(ccd_paper *paper, const name *it)
{
  double width = ccd_paper_width(paper, 7.5, /* bold= */ false, it->text);
  if (width > it->length * 1.6 + 30)
    return;
  cairo_save(paper->cr);
  cairo_translate(paper->cr, it->x, it->y);
  cairo_rotate(paper->cr, it->angle);
  cairo_set_source_rgb(paper->cr, 1, 1, 1);
  cairo_rectangle(paper->cr, -width / 2 - 1, -4.6, width + 2, 9);
  cairo_fill(paper->cr);
  const ccd_paper_text how = {.x = -width / 2, .y = -4.8, .size = 7.5, .grey = 0.25};
  (void) ccd_paper_draw_text(paper, &how, it->text);
  cairo_restore(paper->cr);
}

static bool
door_place(const ccd_paper *paper, const frame *f, int door, double *ret_x, double *ret_y)
{
  int row = paper->doors[door].first;
  if (ccd_rows_get(paper->rows, row, "latitude") == NULL)
    return false;
  place_on_map(f,
               ccd_turf_number(paper->rows, row, "longitude"),
               ccd_turf_number(paper->rows, row, "latitude"),
               ret_x,
               ret_y);
  return true;
}

static void
draw_walk(ccd_paper *paper, const frame *f)
{
  double x, y;
  const double dashes[] = {2.5, 2};
  cairo_set_line_width(paper->cr, 0.9);
  cairo_set_dash(paper->cr, dashes, 2, 0);
  cairo_set_source_rgb(paper->cr, 0.35, 0.35, 0.35);
  cairo_new_path(paper->cr);
  for (int i = 0; i < paper->n_doors; i++) {
    if (paper->doors[i].new_building && door_place(paper, f, i, &x, &y))
      cairo_line_to(paper->cr, x, y);
  }
  cairo_stroke(paper->cr);
  cairo_set_dash(paper->cr, NULL, 0, 0);
}

/* Draw each stop as a dot. The number of the stop is drawn where there is space, and always for
 * the first and the last stop. */
static void
draw_stops(ccd_paper *paper, const frame *f)
{
  double x, y, last_x = -100, last_y = -100;
  for (int i = 0; i < paper->n_doors; i++) {
    const ccd_paper_door *door = &paper->doors[i];
    if (!door->new_building || !door_place(paper, f, i, &x, &y))
      continue;
    bool end = door->stop == 1 || door->stop == paper->n_stops;
    bool roomy = hypot(x - last_x, y - last_y) > 11;
    double radius = end || roomy ? 6 : 2;
    cairo_new_path(
      paper->cr); /* otherwise cairo draws a line from the end of the text to the circle */
    cairo_arc(paper->cr, x, y, radius, 0, RADIANS * 360);
    cairo_set_source_rgb(paper->cr, end ? 0 : 1, end ? 0 : 1, end ? 0 : 1);
    if (radius < 3)
      cairo_set_source_rgb(paper->cr, 0, 0, 0);
    cairo_fill_preserve(paper->cr);
    cairo_set_line_width(paper->cr, 0.8);
    cairo_set_source_rgb(paper->cr, 0, 0, 0);
    cairo_stroke(paper->cr);
    if (radius < 3)
      continue;
    last_x = x;
    last_y = y;
    char number[16];
    (void) snprintf(number, sizeof(number), "%d", door->stop);
    double width = ccd_paper_width(paper, 7, /* bold= */ true, number);
    const ccd_paper_text how = {.x = x - width / 2,
                                .y = y - 4.4,
                                .size = 7,
                                .bold = true,
                                .grey = end ? 1 : 0};
    (void) ccd_paper_draw_text(paper, &how, number);
  }
}

/* Draw a north arrow, and a scale bar whose length is a round number of metres, at the bottom
 * left. */
static void
draw_scale(ccd_paper *paper, const frame *f)
{
  static const int lengths[] = {20, 50, 100, 200, 500, 1000, 2000, 5000};
  double points_a_metre = f->scale / METRES_A_DEGREE;
  size_t i = 0;
  while (i + 1 < CC_N(lengths) && lengths[i + 1] * points_a_metre < 130)
    i++;
  double length = lengths[i] * points_a_metre, x = f->x + 26, y = f->y + f->height - 12;
  char text[24];
  (void) snprintf(text, sizeof(text), "%d m", lengths[i]);
  cairo_set_source_rgb(paper->cr, 1, 1, 1);
  cairo_rectangle(paper->cr, f->x + 3, y - 22, length + 34, 31);
  cairo_fill(paper->cr);
  cairo_set_line_width(paper->cr, 1.6);
  cairo_set_source_rgb(paper->cr, 0, 0, 0);
  cairo_move_to(paper->cr, x, y - 4);
  cairo_line_to(paper->cr, x, y);
  cairo_line_to(paper->cr, x + length, y);
  cairo_line_to(paper->cr, x + length, y - 4);
  cairo_stroke(paper->cr);
  const ccd_paper_text how = {.x = x + 3, .y = y - 12, .size = 8};
  (void) ccd_paper_draw_text(paper, &how, text);
  x = f->x + 12;
  cairo_move_to(paper->cr, x, y - 12);
  cairo_line_to(paper->cr, x + 4, y);
  cairo_line_to(paper->cr, x, y - 3);
  cairo_line_to(paper->cr, x - 4, y);
  cairo_close_path(paper->cr);
  cairo_fill(paper->cr);
  const ccd_paper_text north = {.x = x - 3, .y = y - 22, .size = 8, .bold = true};
  (void) ccd_paper_draw_text(paper, &north, "N");
}

void
ccd_paper_map(ccd_paper *paper, double x, double y, double width, double height)
{
  name names[NAMES_MAX];
  int n_names = 0;
  frame f = fit_frame(paper, x, y, width, height);
  cairo_save(paper->cr);
  cairo_rectangle(paper->cr, x, y, width, height);
  cairo_clip(paper->cr);
  cairo_set_line_join(paper->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap(paper->cr, CAIRO_LINE_CAP_ROUND);
  for (int i = 0; i < ccd_rows_n(paper->streets); i++)
    draw_street(paper, &f, i, names, &n_names);
  cairo_set_line_cap(paper->cr, CAIRO_LINE_CAP_BUTT);
  draw_walk(paper, &f);
  for (int i = 0; i < n_names; i++)
    draw_name(paper, &names[i]);
  draw_stops(paper, &f);
  draw_scale(paper, &f);
  cairo_restore(paper->cr);
  cairo_set_line_width(paper->cr, 0.8);
  cairo_set_source_rgb(paper->cr, 0.3, 0.3, 0.3);
  cairo_rectangle(paper->cr, x, y, width, height);
  cairo_stroke(paper->cr);
}
