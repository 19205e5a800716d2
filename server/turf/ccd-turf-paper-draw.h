/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pango/pangocairo.h>

#include "server/turf/ccd-turf.h"

/* Drawing functions for walk lists on paper. Lengths are points (1/72 inch); y grows downwards. */

#define CCD_PAPER_MARGIN 34.0
#define CCD_PAPER_FOOTER 40.0

/* A door of the walk list. Doors at one position have the same stop number on the map and in the
 * list. */
typedef struct ccd_paper_door {
  int first,
    n;      /* the door's rows in ccd_paper.rows: one per person, or one if no person is known */
  int stop; /* number of the building in the walk: 1, 2, … */
  bool new_building, new_street;
  int page; /* number of the page on which the door is printed; the first page is 0 */
} ccd_paper_door;

typedef struct ccd_paper {
  cairo_t *cr;
  double width, height;
  const ccd_rows *turf, *rows, *streets, *script; /* script: NULL if the turf has no script */
  ccd_paper_door *doors;
  int n_doors, n_stops, n_pages;
  const char *link; /* NULL: a draft */
  bool *qr;
  int qr_size;
  cc_arena *arena;
} ccd_paper;

typedef struct ccd_paper_text {
  double x, y;
  double width;  /* > 0: text that is wider is wrapped or truncated */
  double height; /* > 0: the lines that do not fit are replaced by … */
  double size;
  double grey;      /* 0: black, 1: white */
  bool bold, right; /* right: the text ends at x + width */
  bool one_line;    /* text that is too long is truncated with … instead of wrapped */
} ccd_paper_text;

/* ccd_paper_draw_text draws @text and returns its height; ccd_paper_width returns the width of a
 * text on one line. Both in points. */
double ccd_paper_draw_text(ccd_paper *paper, const ccd_paper_text *how, const char *text);
double ccd_paper_width(ccd_paper *paper, double size, bool bold, const char *text);
/* Returns the height of @text in points when it is wrapped at @width. */
double ccd_paper_height(ccd_paper *paper, double size, double width, const char *text);

/* Draw an empty box for a pen mark, with its label inside in grey. */
void ccd_paper_box(ccd_paper *paper, double x, double y, double width, const char *label);
void ccd_paper_rule(ccd_paper *paper, double y, double grey);
void ccd_paper_barcode(ccd_paper *paper, double x, double y, double height, const char *text);
void ccd_paper_qr(ccd_paper *paper, double x, double y, double side);
