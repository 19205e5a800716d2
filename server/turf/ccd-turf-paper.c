/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <cairo-pdf.h>
#include <stdio.h>
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-turf.h"
#include "common/base/cc-str.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-reply-file.h"
#include "server/turf/ccd-turf-ground.h"
#include "server/turf/ccd-turf-map.h"
#include "server/turf/ccd-turf-paper-draw.h"
#include "server/turf/ccd-turf-paper-person.h"
#include "server/turf/ccd-turf-qr.h"

/* The walk list on paper: a first page with map, QR code and script, then the doors in walking
 * order with boxes to mark. It is used on a clipboard in the rain, so it is black on white, has
 * few words, and every page can be used without the others. */

#define FILE_MAX ((size_t) 16 << 20)
#define STREET_HEIGHT 22.0
#define DOOR_HEIGHT 18.0
#define HEAD 18.0 /* height of the heading of each list page */

/* The boxes for the outcome at a door; the boxes of a person are ccd_paper_person_marks. */
static const ccd_paper_mark door_marks[] = {{"LIT", "left literature"},
                                            {"DNK", "do not knock"},
                                            {"NF", "address not found"},
                                            {"INA", "no way into the building"},
                                            {0}};

static const char *
text_of(const ccd_rows *rows, int row, const char *column)
{
  const char *text = ccd_rows_get(rows, row, column);
  return text == NULL ? "" : text;
}

/* Group the rows into doors, and the doors into stops. */
static cc_status
gather_doors(ccd_paper *paper, cc_error *reterr)
{
  int n = ccd_rows_n(paper->rows);
  paper->doors = cc_arena_alloc(paper->arena, ((size_t) n + 1) * sizeof(*paper->doors));
  if (paper->doors == NULL)
    return cc_fail_memory(reterr);
  const char *street = NULL;
  int64_t door = -1, building = -1;
  for (int i = 0; i < n; i++) {
    if (ccd_rows_int64(paper->rows, i, "door_id") == door) {
      paper->doors[paper->n_doors - 1].n++;
      continue;
    }
    ccd_paper_door *made = &paper->doors[paper->n_doors++];
    *made = (ccd_paper_door){.first = i, .n = 1};
    made->new_building = ccd_rows_int64(paper->rows, i, "building_id") != building;
    made->new_street = street == NULL || strcmp(street, text_of(paper->rows, i, "street")) != 0;
    paper->n_stops += made->new_building;
    made->stop = paper->n_stops;
    door = ccd_rows_int64(paper->rows, i, "door_id");
    building = ccd_rows_int64(paper->rows, i, "building_id");
    street = text_of(paper->rows, i, "street");
  }
  return CC_OK;
}

static double
door_height(ccd_paper *paper, const ccd_paper_door *door, bool with_street)
{
  double height = (with_street ? STREET_HEIGHT : 0) + DOOR_HEIGHT;
  for (int i = 0; i < door->n; i++)
    height += ccd_paper_person_height(paper, door->first + i);
  return height;
}

/* Assign doors to pages. A door and the people behind it are never split over two pages. */
static void
paginate_doors(ccd_paper *paper)
{
  double room = paper->height - 2 * CCD_PAPER_MARGIN - CCD_PAPER_FOOTER - HEAD;
  double used = 0;
  int page = 0;
  for (int i = 0; i < paper->n_doors; i++) {
    ccd_paper_door *door = &paper->doors[i];
    double height = door_height(paper, door, door->new_street || used <= 0);
    if (used > 0 && used + height > room) {
      page++;
      used = 0;
      height = door_height(paper, door, /* with_street= */ true);
    }
    door->page = page;
    used += height;
  }
  paper->n_pages = 1 + (paper->n_doors > 0 ? page + 1 : 0);
}

static void
draw_footer(ccd_paper *paper, int page)
{
  char id[64], pages[64];
  double y = paper->height - CCD_PAPER_MARGIN - 26;
  (void) snprintf(id,
                  sizeof(id),
                  "T%lld.%lld.%d",
                  (long long) ccd_rows_int64(paper->turf, 0, "id"),
                  (long long) ccd_rows_int64(paper->turf, 0, "version"),
                  page + 1);
  (void) snprintf(pages, sizeof(pages), "Page %d of %d", page + 1, paper->n_pages);
  ccd_paper_rule(paper, y - 7, 0.5);
  ccd_paper_barcode(paper, CCD_PAPER_MARGIN, y, 20, id);
  (void) ccd_paper_draw_text(paper,
                             &(ccd_paper_text){.x = CCD_PAPER_MARGIN,
                                               .y = y + 20.5,
                                               .size = 7,
                                               .grey = 0.2},
                             id);
  double middle = paper->width / 2 - 60;
  (void) ccd_paper_draw_text(paper,
                             &(ccd_paper_text){.x = middle,
                                               .y = y + 1,
                                               .width = 190,
                                               .size = 9,
                                               .bold = true,
                                               .one_line = true},
                             text_of(paper->turf, 0, "name"));
  (void) ccd_paper_draw_text(paper,
                             &(ccd_paper_text){.x = middle, .y = y + 14, .size = 7.5, .grey = 0.3},
                             cc_arena_printf(paper->arena,
                                             "printed %s",
                                             text_of(paper->turf, 0, "printed")));
  (void) ccd_paper_draw_text(paper,
                             &(ccd_paper_text){.x = paper->width - CCD_PAPER_MARGIN - 120,
                                               .y = y + 6,
                                               .width = 120,
                                               .size = 10,
                                               .bold = true,
                                               .right = true},
                             pages);
}

/* Returns true for units such as "FL 2" or "REAR", which are printed as they are; false for
 * "109" and "3B", before which a label is printed. */
static bool
unit_has_word(const char *unit)
{
  return strspn(unit, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") > 1;
}

static void
draw_door_line(ccd_paper *paper, const ccd_paper_door *door, double y)
{
  const char *unit = text_of(paper->rows, door->first, "unit");
  const char *note = text_of(paper->rows, door->first, "access_note");
  const char *number = text_of(paper->rows, door->first, "number");
  const char *line =
    cc_arena_printf(paper->arena,
                    "%s%s%s%s%s",
                    *number != '\0' ? number : text_of(paper->rows, door->first, "street"),
                    *unit == '\0'         ? ""
                    : unit_has_word(unit) ? "   "
                                          : "   Unit ",
                    unit,
                    door->new_building && *note != '\0' ? "   " : "",
                    door->new_building ? note : "");
  if (door->new_building)
    (void) ccd_paper_draw_text(paper,
                               &(ccd_paper_text){.x = CCD_PAPER_MARGIN,
                                                 .y = y + 3,
                                                 .width = 20,
                                                 .size = 8,
                                                 .grey = 0.3},
                               cc_arena_printf(paper->arena, "%d", door->stop));
  const int n_marks = CC_N(door_marks) - 1;
  double right = paper->width - CCD_PAPER_MARGIN - n_marks * 30.0;
  (void) ccd_paper_draw_text(paper,
                             &(ccd_paper_text){.x = CCD_PAPER_MARGIN + 24,
                                               .y = y + 1,
                                               .width = right - CCD_PAPER_MARGIN - 34,
                                               .size = 11,
                                               .bold = true,
                                               .one_line = true},
                             line);
  for (int i = 0; i < n_marks; i++)
    ccd_paper_box(paper, right + i * 30.0 + 4, y + 1, 26, door_marks[i].label);
}

static double
draw_door(ccd_paper *paper, const ccd_paper_door *door, double y, bool first)
{
  const char *place = text_of(paper->rows, door->first, "place");
  if (door->new_street || first) {
    (void) ccd_paper_draw_text(paper,
                               &(ccd_paper_text){.x = CCD_PAPER_MARGIN,
                                                 .y = y + 3,
                                                 .width = 400,
                                                 .size = 12.5,
                                                 .bold = true,
                                                 .one_line = true},
                               cc_arena_printf(paper->arena,
                                               "%s%s%s%s",
                                               text_of(paper->rows, door->first, "street"),
                                               *place != '\0' ? " · " : "",
                                               place,
                                               door->new_street ? "" : " (continued)"));
    y += STREET_HEIGHT;
    ccd_paper_rule(paper, y - 2, 0);
  }
  if (!door->new_street && !first)
    ccd_paper_rule(paper, y - 1.5, 0.8);
  draw_door_line(paper, door, y);
  y += DOOR_HEIGHT;
  for (int i = 0; i < door->n; i++) {
    ccd_paper_person(paper, door->first + i, y);
    y += ccd_paper_person_height(paper, door->first + i);
  }
  return y;
}

static void
draw_list(ccd_paper *paper)
{
  double y = 0;
  int page = -1;
  for (int i = 0; i < paper->n_doors; i++) {
    bool first = paper->doors[i].page != page;
    if (first) {
      page = paper->doors[i].page;
      cairo_show_page(paper->cr);
      draw_footer(paper, page + 1);
      const char *code = text_of(paper->turf, 0, "code");
      (void) ccd_paper_draw_text(
        paper,
        &(ccd_paper_text){.x = CCD_PAPER_MARGIN, .y = CCD_PAPER_MARGIN - 8, .size = 9, .grey = 0.2},
        cc_arena_printf(paper->arena,
                        "%s%s%s      Canvasser ______________________   Date ____________",
                        text_of(paper->turf, 0, "name"),
                        *code != '\0' ? "  ·  " : "",
                        code));
      (void) ccd_paper_draw_text(paper,
                                 &(ccd_paper_text){.x = paper->width - CCD_PAPER_MARGIN - 190,
                                                   .y = CCD_PAPER_MARGIN + 7,
                                                   .width = 190,
                                                   .size = 8,
                                                   .right = true,
                                                   .grey = 0.3},
                                 "support 1 strong … 5 opposed · notes");
      y = CCD_PAPER_MARGIN + HEAD;
    }
    y = draw_door(paper, &paper->doors[i], y, first);
  }
}

static void
add_marks(cc_str *out, const ccd_paper_mark *marks)
{
  for (const ccd_paper_mark *mark = marks; mark->label != NULL; mark++)
    cc_str_printf(out, "%s%s %s", mark > marks ? " · " : "", mark->label, mark->words);
}

/* Returns the text that explains the boxes and lists the questions, allocated in the arena. */
static const char *
explain_boxes(ccd_paper *paper)
{
  cc_str out = CC_STR_INIT((size_t) 64 << 10);
  cc_str_add(&out, "Boxes: ");
  add_marks(&out, ccd_paper_person_marks);
  cc_str_add(&out, "\nOf the door: ");
  add_marks(&out, door_marks);
  cc_str_add(&out,
             "\nSupport: 1 strong support · 2 leans our way · 3 undecided · 4 leans away · 5 "
             "strong opposition");
  for (int i = 0; paper->script != NULL && i < ccd_rows_n(paper->script); i++) {
    const char *question = text_of(paper->script, i, "question");
    const char *options = text_of(paper->script, i, "options");
    cc_str_printf(&out,
                  "\n%s%s%s%s%s",
                  question,
                  *question != '\0' ? ". " : "",
                  text_of(paper->script, i, "text"),
                  *options != '\0' ? "  —  " : "",
                  options);
  }
  const char *made = out.failed ? NULL : cc_arena_strdup(paper->arena, out.text);
  cc_str_done(&out);
  return made;
}

#define METRES_A_MILE 1609.344

/* Returns the figures of the turf, for example "48 doors · 96 people · 0.8 mi · 1 h 20 min". */
static const char *
turf_figures(ccd_paper *paper)
{
  long long minutes = (long long) ccd_turf_number(paper->turf, 0, "minutes");
  return cc_arena_printf(paper->arena,
                         "%s doors · %s people · %.1f mi · %lld h %02lld min",
                         text_of(paper->turf, 0, "door_count"),
                         text_of(paper->turf, 0, "voter_count"),
                         ccd_turf_number(paper->turf, 0, "length_m") / METRES_A_MILE,
                         minutes / 60,
                         minutes % 60);
}

static double
draw_heading(ccd_paper *paper, double width)
{
  double x = CCD_PAPER_MARGIN, y = CCD_PAPER_MARGIN;
  y += ccd_paper_draw_text(paper,
                           &(ccd_paper_text){.x = x,
                                             .y = y,
                                             .width = width,
                                             .size = 9.5,
                                             .grey = 0.3,
                                             .one_line = true},
                           text_of(paper->turf, 0, "organization")) +
       2;
  y += ccd_paper_draw_text(paper,
                           &(ccd_paper_text){.x = x,
                                             .y = y,
                                             .width = width,
                                             .height = 56,
                                             .size = 21,
                                             .bold = true},
                           text_of(paper->turf, 0, "name")) +
       4;
  y += ccd_paper_draw_text(paper,
                           &(ccd_paper_text){.x = x, .y = y, .width = width, .size = 11},
                           turf_figures(paper)) +
       3;
  const char *event = text_of(paper->turf, 0, "event_title"),
             *team = text_of(paper->turf, 0, "team");
  const char *whose = text_of(paper->turf, 0, "whose");
  y +=
    ccd_paper_draw_text(paper,
                        &(ccd_paper_text){.x = x,
                                          .y = y,
                                          .width = width,
                                          .size = 10,
                                          .one_line = true},
                        cc_arena_printf(paper->arena,
                                        "%s%s%s%s%s",
                                        event,
                                        *event != '\0' && (*team != '\0' || *whose != '\0') ? " · "
                                                                                            : "",
                                        team,
                                        *team != '\0' && *whose != '\0' ? " · " : "",
                                        whose)) +
    3;
  y += ccd_paper_draw_text(paper,
                           &(ccd_paper_text){.x = x,
                                             .y = y,
                                             .width = width,
                                             .height = 40,
                                             .size = 9.5},
                           text_of(paper->turf, 0, "notes"));
  return y;
}

static void
draw_cover(ccd_paper *paper)
{
  double inner = paper->width - 2 * CCD_PAPER_MARGIN, side = 96;
  double y = draw_heading(paper, inner - side - 20);
  if (paper->qr != NULL) {
    double x = paper->width - CCD_PAPER_MARGIN - side;
    ccd_paper_qr(paper, x, CCD_PAPER_MARGIN, side);
    const char *code = text_of(paper->turf, 0, "code");
    double width = ccd_paper_width(paper, 18, /* bold= */ true, code);
    (void) ccd_paper_draw_text(paper,
                               &(ccd_paper_text){.x = x + (side - width) / 2,
                                                 .y = CCD_PAPER_MARGIN + side + 2,
                                                 .size = 18,
                                                 .bold = true},
                               code);
  }
  y = (y < CCD_PAPER_MARGIN + side + 26 ? CCD_PAPER_MARGIN + side + 26 : y) + 8;
  double bottom = paper->height - CCD_PAPER_MARGIN - CCD_PAPER_FOOTER;
  const char *text = explain_boxes(paper);
  /* The map gets the height that the text leaves free, but at least 45 % of the page. */
  double map = bottom - y - 12 - ccd_paper_height(paper, 9, inner, text);
  map = map < 0.45 * paper->height ? 0.45 * paper->height : map;
  ccd_paper_map(paper, CCD_PAPER_MARGIN, y, inner, map);
  y += map + 8;
  (void) ccd_paper_draw_text(paper,
                             &(ccd_paper_text){.x = CCD_PAPER_MARGIN,
                                               .y = y,
                                               .width = inner,
                                               .height = bottom - y,
                                               .size = 9},
                             text);
  draw_footer(paper, 0);
}

static cairo_status_t
write_cb(void *data, const unsigned char *bytes, unsigned int length)
{
  cc_str *out = data;
  cc_str_add_n(out, (const char *) bytes, length);
  return out->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static bool
draw_pages(ccd_paper *paper, cc_str *out)
{
  cairo_surface_t *surface =
    cairo_pdf_surface_create_for_stream(write_cb, out, paper->width, paper->height);
  cairo_pdf_surface_set_metadata(surface,
                                 CAIRO_PDF_METADATA_TITLE,
                                 text_of(paper->turf, 0, "name"));
  paper->cr = cairo_create(surface);
  paginate_doors(paper);
  draw_cover(paper);
  draw_list(paper);
  cairo_show_page(paper->cr);
  bool fine = cairo_status(paper->cr) == CAIRO_STATUS_SUCCESS;
  cairo_destroy(paper->cr);
  cairo_surface_finish(surface);
  fine = fine && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS && !out->failed;
  cairo_surface_destroy(surface);
  return fine;
}

/* Read everything that the pages show from the database. */
static cc_status
read_all(ccd_call *call, ccd_paper *paper, cc_error *reterr)
{
  ccd_turf_ground ground;
  ccd_turf_box box;
  const ccd_rows *points = NULL;
  cc_status status = ccd_call_query(call, &ccd_q_turf_paper, NULL, &paper->turf, reterr);
  if (status == CC_OK && ccd_rows_n(paper->turf) == 0)
    return cc_fail_absent(reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_turf_paper_doors, NULL, &paper->rows, reterr);
  const cc_turf_ref *params = call->params;
  const ccd_arg all[] = {
    {"turf_id", ccd_text_int64(call->arena, params->turf_id)},
    {"free_for", NULL},
    {0},
  };
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_turf_points, all, &points, reterr);
  if (status == CC_OK)
    status = ccd_turf_ground_points(points, call->arena, &ground, reterr);
  if (status == CC_OK)
    status = ccd_turf_ground_box(&ground, call->arena, &box, reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_turf_paper_streets, box.args, &paper->streets, reterr);
  const char *script = status == CC_OK ? ccd_rows_get(paper->turf, 0, "script_id") : NULL;
  const ccd_arg of[] = {{"script_id", script}, {0}};
  if (status == CC_OK && script != NULL)
    status = ccd_call_query(call, &ccd_q_turf_paper_script, of, &paper->script, reterr);
  const char *code = status == CC_OK ? ccd_rows_get(paper->turf, 0, "code") : NULL;
  if (status == CC_OK && code != NULL)
    status =
      ccd_turf_qr(ccd_turf_link(call, code), call->arena, &paper->qr, &paper->qr_size, reterr);
  return status == CC_OK ? gather_doors(paper, reterr) : status;
}

cc_status
ccd_turf_send_walk_list(ccd_call *call, cc_error *reterr)
{
  bool a4 = ((const cc_turf_paper_query *) call->query)->paper == CC_TURF_A4;
  ccd_paper paper = {
    .width = a4 ? 595.28 : 612,
    .height = a4 ? 841.89 : 792,
    .arena = call->arena,
  };
  cc_status status = read_all(call, &paper, reterr);
  if (status != CC_OK)
    return status;
  cc_str out = CC_STR_INIT(FILE_MAX);
  bool drawn = draw_pages(&paper, &out);
  char *kept = drawn ? cc_arena_text(call->arena, out.length + 1) : NULL;
  if (kept != NULL)
    memcpy(kept, out.text, out.length);
  size_t length = out.length;
  cc_str_done(&out);
  if (kept == NULL)
    return cc_fail_memory(reterr);
  const ccd_file file = {
    .name = cc_arena_printf(call->arena,
                            "turf-%lld.pdf",
                            (long long) ccd_rows_int64(paper.turf, 0, "id")),
  };
  return ccd_call_send_bytes(call, kept, length, &file, reterr);
}
