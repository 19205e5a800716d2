/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-voter-row.h"

/* Between ccd-voter-row.c (rows) and ccd-voter-mapper.c (the columns of a file). */

/* A mapping whose columns are found. */
typedef struct voter_step {
  const cc_voter_mapping *mapping;
  const char *key;
  const cc_field *other; /* of CC_VOTER_COLUMN; never NULL then, see ccd_profile_check */
  const int *columns;    /* indices; -1: the file has none such */
  size_t n;
} voter_step;

typedef struct voter_mark {
  int column;
  const cc_strings *values;
} voter_mark;

struct ccd_voter_mapper {
  const cc_voter_profile *profile;
  cc_arena *kept; /* what lives as long as the mapper */
  cc_arena *text; /* of the current row */
  voter_step *steps;
  size_t n_steps;
  voter_mark *marks;
  size_t n_marks;
  ccd_voter_pair *pairs[4]; /* district, history, custom, others: room for all of the row */
  int pivot;                /* two-digit years above it are of the last century */
};
