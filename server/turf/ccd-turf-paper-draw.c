/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "server/turf/ccd-turf-paper-draw.h"
#include "server/turf/ccd-turf-qr.h"

/* Draws text, boxes and barcodes of walk lists. Text is at least 7 points high, and at least 9
 * points where it is read outdoors. */

static PangoLayout *
lay_out(ccd_paper *paper, double size, bool bold, const char *text)
{
  PangoLayout *layout = pango_cairo_create_layout(paper->cr);
  PangoFontDescription *font = pango_font_description_from_string("Sans");
  pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
  pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  pango_layout_set_text(layout, text, -1);
  return layout;
}

double
ccd_paper_draw_text(ccd_paper *paper, const ccd_paper_text *how, const char *text)
{
  if (text == NULL || *text == '\0')
    return 0;
  int width = 0, height = 0;
  PangoLayout *layout = lay_out(paper, how->size, how->bold, text);
  if (how->width > 0)
    pango_layout_set_width(layout, (int) (how->width * PANGO_SCALE));
  if (how->one_line || how->height > 0)
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  if (how->one_line)
    pango_layout_set_single_paragraph_mode(layout, TRUE);
  else if (how->height > 0)
    pango_layout_set_height(layout, (int) (how->height * PANGO_SCALE));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  if (how->right)
    pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
  pango_layout_get_size(layout, &width, &height);
  cairo_set_source_rgb(paper->cr, how->grey, how->grey, how->grey);
  cairo_move_to(paper->cr, how->x, how->y);
  pango_cairo_show_layout(paper->cr, layout);
  g_object_unref(layout);
  return (double) height / PANGO_SCALE;
}

double
ccd_paper_width(ccd_paper *paper, double size, bool bold, const char *text)
{
  int width = 0, height = 0;
  PangoLayout *layout = lay_out(paper, size, bold, text);
  pango_layout_get_size(layout, &width, &height);
  g_object_unref(layout);
  return (double) width / PANGO_SCALE;
}

double
ccd_paper_height(ccd_paper *paper, double size, double width, const char *text)
{
  int w = 0, height = 0;
  PangoLayout *layout = lay_out(paper, size, /* bold= */ false, text);
  pango_layout_set_width(layout, (int) (width * PANGO_SCALE));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_get_size(layout, &w, &height);
  g_object_unref(layout);
  return (double) height / PANGO_SCALE;
}

void
ccd_paper_box(ccd_paper *paper, double x, double y, double width, const char *label)
{
  cairo_set_line_width(paper->cr, 0.8);
  cairo_set_source_rgb(paper->cr, 0.15, 0.15, 0.15);
  cairo_rectangle(paper->cr, x, y, width, 14);
  cairo_stroke(paper->cr);
  double text = ccd_paper_width(paper, 7.5, /* bold= */ false, label);
  const ccd_paper_text how = {.x = x + (width - text) / 2, .y = y + 2.3, .size = 7.5, .grey = 0.4};
  (void) ccd_paper_draw_text(paper, &how, label);
}

void
ccd_paper_rule(ccd_paper *paper, double y, double grey)
{
  cairo_set_line_width(paper->cr, 0.6);
  cairo_set_source_rgb(paper->cr, grey, grey, grey);
  cairo_move_to(paper->cr, CCD_PAPER_MARGIN, y);
  cairo_line_to(paper->cr, paper->width - CCD_PAPER_MARGIN, y);
  cairo_stroke(paper->cr);
}

void
ccd_paper_barcode(ccd_paper *paper, double x, double y, double height, const char *text)
{
  uint8_t widths[256];
  int n = ccd_turf_code128(text, widths, (int) sizeof(widths));
  const double module =
    0.95; /* points per module; 0.33 mm can be scanned with a phone at arm's length */
  cairo_set_source_rgb(paper->cr, 0, 0, 0);
  for (int i = 0; i < n; i++) {
    if (i % 2 == 0)
      cairo_rectangle(paper->cr, x, y, widths[i] * module, height);
    x += widths[i] * module;
  }
  cairo_fill(paper->cr);
}

void
ccd_paper_qr(ccd_paper *paper, double x, double y, double side)
{
  double cell = side / paper->qr_size;
  cairo_set_source_rgb(paper->cr, 0, 0, 0);
  for (int i = 0; i < paper->qr_size * paper->qr_size; i++) {
    int row = i / paper->qr_size, column = i % paper->qr_size;
    if (paper->qr[i])
      cairo_rectangle(paper->cr, x + column * cell, y + row * cell, cell, cell);
  }
  cairo_fill(paper->cr);
}
