/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/turf/ccd-turf-paper-draw.h"

/* Draws a person of a walk list from a row of ccd_paper.rows: boxes for the outcome, the support
 * level and each question of the script. */

/* The label of a box and its explanation. The last element of an array has a NULL label. */
typedef struct ccd_paper_mark {
  const char *label, *words;
} ccd_paper_mark;

extern const ccd_paper_mark ccd_paper_person_marks[];

double ccd_paper_person_height(ccd_paper *paper, int row);
void ccd_paper_person(ccd_paper *paper, int row, double y);
