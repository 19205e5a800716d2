/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pango/pangocairo.h>

#include "server/turf/ccd-turf.h"

/* A walk list on paper: what its parts draw with. Lengths are points (1/72 inch); y grows down. */

#define CCD_PAPER_MARGIN 34.0
#define CCD_PAPER_FOOTER 40.0

/* Doors with one position share a number on the map and in the list. */
typedef struct ccd_paper_door {
  int first, n; /* rows of .doors: one each person, or one without */
  int stop;     /* 1, 2, …: the building's place in the walk */
  bool new_building, new_street;
  int page; /* of the list, from 0 */
} ccd_paper_door;

typedef struct ccd_paper {
  cairo_t *cr;
  double width, height;
  const ccd_rows *turf, *rows, *streets, *script; /* script: NULL without one */
  ccd_paper_door *doors;
  int n_doors, n_stops, n_pages;
  const char *link; /* NULL: a draft */
  bool *qr;
  int qr_size;
  cc_arena *arena;
} ccd_paper;

typedef struct ccd_paper_text {
  double x, y;
  double width;  /* > 0: wrapped or cut at this width */
  double height; /* > 0: lines that do not fit are left away, with … */
  double size;
  double grey;      /* 0 black to 1 white */
  bool bold, right; /* right: ends at x + width */
  bool one_line;    /* cut with … instead of wrapped */
} ccd_paper_text;

/* Draws @text and returns how high it is. */
double ccd_paper_say(ccd_paper *paper, const ccd_paper_text *how, const char *text);
double ccd_paper_width(ccd_paper *paper, double size, bool bold, const char *text);
/* How high it would be, wrapped at @width. */
double ccd_paper_height(ccd_paper *paper, double size, double width, const char *text);

/* A box to mark with a cross, its meaning in grey inside. */
void ccd_paper_box(ccd_paper *paper, double x, double y, double width, const char *label);
void ccd_paper_rule(ccd_paper *paper, double y, double grey);
void ccd_paper_barcode(ccd_paper *paper, double x, double y, double height, const char *text);
void ccd_paper_qr(ccd_paper *paper, double x, double y, double side);
