/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/turf/ccd-turf-paper-person.h"

#include <stdio.h>
#include <string.h>

/* Draws a person of a walk list: the name and the outcome boxes in one row; below it the known
 * details, and the script's questions with a box for each answer. */

#define NAME_WIDTH 122.0
#define ABOUT_WIDTH 56.0
#define MARKS_X 198.0 /* distance of the first box from the left margin */
#define MARK_STEP 27.0
#define SUPPORT_STEP 17.0
#define ANSWER_STEP 17.0
#define QUESTION_STEP 14.0 /* width of the number before a question's boxes */
#define INDENT 24.0
#define ROW_HEIGHT 19.0

const ccd_paper_mark ccd_paper_person_marks[] = {{"NH", "not home"},
                                                 {"RF", "refused"},
                                                 {"CB", "come back"},
                                                 {"LB", "language barrier"},
                                                 {"MV", "moved"},
                                                 {"DC", "deceased"},
                                                 {"DNC", "do not contact"},
                                                 {0}};

static const char *
text_of(const ccd_rows *rows, int row, const char *column)
{
  const char *text = ccd_rows_get(rows, row, column);
  return text == NULL ? "" : text;
}

/* Returns the usual letter of a party ("D"), or three letters for smaller parties. */
static const char *
party_letter(ccd_paper *paper, const char *party)
{
  static const char *const known[][2] = {{"democratic", "D"},
                                         {"republican", "R"},
                                         {"unaffiliated", "U"},
                                         {"libertarian", "L"},
                                         {"green", "G"}};
  for (size_t i = 0; i < CC_N(known); i++) {
    if (strcmp(party, known[i][0]) == 0)
      return known[i][1];
  }
  char *letters = cc_arena_printf(paper->arena, "%.3s", party);
  for (char *at = letters; at != NULL && *at != '\0'; at++)
    *at = (char) (*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
  return letters == NULL ? "" : letters;
}

/* "52 F · D" */
static const char *
about_person(ccd_paper *paper, int row)
{
  const char *age = text_of(paper->rows, row, "age"), *sex = text_of(paper->rows, row, "sex");
  const char *party = party_letter(paper, text_of(paper->rows, row, "party"));
  return cc_arena_printf(paper->arena,
                         "%s%s%s%s%s",
                         age,
                         *age != '\0' && *sex != '\0' ? " " : "",
                         sex,
                         *party != '\0' && (*age != '\0' || *sex != '\0') ? " · " : "",
                         party);
}

/* Get the next label of a list such as "a|b|c" and advance @at. Returns NULL when there are no
 * more. */
static const char *
next_box(const char **at, char label[8])
{
  size_t length = strcspn(*at, "|");
  if (**at == '\0')
    return NULL;
  (void) snprintf(label, 8, "%.*s", (int) (length < 7 ? length : 7), *at);
  *at += length + ((*at)[length] == '|');
  return label;
}

static double
question_width(const char *boxes)
{
  double width = QUESTION_STEP + 6;
  for (const char *at = boxes; *at != '\0'; at++)
    width += *at == '|' ? ANSWER_STEP : 0;
  return width + ANSWER_STEP;
}

/* Draw the boxes of all questions from @y downwards. Returns the number of rows; without @draw
 * nothing is drawn. */
static int
lay_questions(ccd_paper *paper, double y, bool draw)
{
  const double left = CCD_PAPER_MARGIN + MARKS_X, right = paper->width - CCD_PAPER_MARGIN;
  double x = left;
  int rows = 0;
  for (int i = 0; paper->script != NULL && i < ccd_rows_n(paper->script); i++) {
    const char *boxes = text_of(paper->script, i, "boxes");
    if (*boxes == '\0')
      continue;
    if (rows == 0 || x + question_width(boxes) > right) {
      x = left;
      rows++;
    }
    const ccd_paper_text number = {.x = x,
                                   .y = y + (rows - 1) * ROW_HEIGHT + 2,
                                   .size = 8.5,
                                   .bold = true};
    if (draw)
      (void) ccd_paper_draw_text(paper, &number, text_of(paper->script, i, "question"));
    x += QUESTION_STEP;
    char label[8];
    for (const char *at = boxes; next_box(&at, label) != NULL; x += ANSWER_STEP) {
      if (draw)
        ccd_paper_box(paper, x, y + (rows - 1) * ROW_HEIGHT + 1, ANSWER_STEP - 3, label);
    }
    x += 6;
  }
  return rows;
}

double
ccd_paper_person_height(ccd_paper *paper, int row)
{
  int rows = lay_questions(paper, 0, /* draw= */ false);
  bool known = *text_of(paper->rows, row, "known") != '\0';
  return ROW_HEIGHT * (1 + (rows > 0 ? rows : known ? 1 : 0));
}

static void
draw_line(ccd_paper *paper, double x, double to, double y)
{
  cairo_set_source_rgb(paper->cr, 0.5, 0.5, 0.5);
  cairo_set_line_width(paper->cr, 0.5);
  cairo_move_to(paper->cr, x, y);
  cairo_line_to(paper->cr, to, y);
  cairo_stroke(paper->cr);
}

static void
draw_name(ccd_paper *paper, int row, double x, double y)
{
  const char *name = text_of(paper->rows, row, "name");
  double size = 10;
  while (size > 8 && ccd_paper_width(paper, size, /* bold= */ false, name) > NAME_WIDTH)
    size -= 0.5;
  (void) ccd_paper_draw_text(paper,
                             &(ccd_paper_text){.x = x,
                                               .y = y + 1,
                                               .width = NAME_WIDTH,
                                               .size = size,
                                               .one_line = true},
                             name);
  (void) ccd_paper_draw_text(paper,
                             &(ccd_paper_text){.x = x + NAME_WIDTH + 3,
                                               .y = y + 2,
                                               .width = ABOUT_WIDTH,
                                               .size = 8.5,
                                               .grey = 0.15,
                                               .one_line = true},
                             about_person(paper, row));
  (void) ccd_paper_draw_text(paper,
                             &(ccd_paper_text){.x = x,
                                               .y = y + ROW_HEIGHT + 1,
                                               .width = MARKS_X - INDENT - 4,
                                               .size = 8,
                                               .grey = 0.2,
                                               .one_line = true},
                             text_of(paper->rows, row, "known"));
}

void
ccd_paper_person(ccd_paper *paper, int row, double y)
{
  double x = CCD_PAPER_MARGIN + INDENT;
  if (*text_of(paper->rows, row, "name") != '\0')
    draw_name(paper, row, x, y);
  else
    draw_line(paper, x, x + 165, y + 14);
  x = CCD_PAPER_MARGIN + MARKS_X;
  for (const ccd_paper_mark *mark = ccd_paper_person_marks; mark->label != NULL;
       mark++, x += MARK_STEP)
    ccd_paper_box(paper, x, y + 1, MARK_STEP - 4, mark->label);
  x += 7;
  static const char *const levels[] = {"1", "2", "3", "4", "5"};
  for (size_t i = 0; i < CC_N(levels); i++, x += SUPPORT_STEP)
    ccd_paper_box(paper, x, y + 1, SUPPORT_STEP - 3, levels[i]);
  draw_line(paper, x + 5, paper->width - CCD_PAPER_MARGIN, y + 15);
  (void) lay_questions(paper, y + ROW_HEIGHT, /* draw= */ true);
}
