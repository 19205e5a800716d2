/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/turf/ccd-turf-paper-draw.h"

/* A person of a walk list: a row of .rows with boxes for the outcome, support and each question
 * of the script. */

/* A box and its meaning; an array ends with a row without a label. */
typedef struct ccd_paper_mark {
  const char *label, *words;
} ccd_paper_mark;

extern const ccd_paper_mark ccd_paper_person_marks[];

double ccd_paper_person_height(ccd_paper *paper, int row);
void ccd_paper_person(ccd_paper *paper, int row, double y);
