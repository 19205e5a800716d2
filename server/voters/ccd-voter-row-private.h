/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-voter-mapper.h"
#include "server/voters/ccd-voter-row.h"

/* Between ccd-voter-row.c (rows), ccd-voter-values.c (values of a row) and ccd-voter-mapper.c (the
 * columns of a file). */

#define RESIDENCE_LINES_MAX 8
#define RESIDENCE_PARTS (CC_VOTER_RESIDENCE_UNIT - CC_VOTER_RESIDENCE_NUMBER + 1)

/* A mapping whose columns are found. */
typedef struct voter_step {
  const cc_voter_mapping *mapping;
  const char *key;
  const cc_field *other; /* of CC_VOTER_COLUMN; never NULL then, see ccd_profile_check */
  const int *columns;    /* indices */
  size_t n;
} voter_step;

typedef struct voter_mark {
  int column; /* -1: the file has none such */
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
  size_t pairs_room;
  ccd_voter_use *uses; /* one for each column of the file */
  size_t n_uses;
  ccd_date today;
  bool residence; /* the file tells where people live */
  bool own;       /* the file has our own numbers of people: an own export */
};

/* A row on its way. */
typedef struct voter_work {
  ccd_voter_mapper *mapper;
  const ccd_table_row *row;
  const voter_step *step; /* NULL: at the end of the row, */
  cc_voter_field about;   /* then this */
  ccd_voter_row *ret;
  ccd_slice lines[RESIDENCE_LINES_MAX];
  size_t n_lines;
  ccd_slice parts[RESIDENCE_PARTS];
  ccd_slice election, vote_method;
  bool full; /* the arena is */
} voter_work;

/* Room for text of the row, and one byte more. NULL: there is none, and w->full is set. */
char *voter_room(voter_work *w, size_t n);

/* A value that is left out. @code lives for ever. */
void voter_problem(voter_work *w, const char *code, ccd_slice value);

/* One value, which is not empty, of the step at hand. */
void voter_take(voter_work *w, ccd_slice text);

/* When every value of the row is taken: what hangs on several of them. */
void voter_finish(voter_work *w);
