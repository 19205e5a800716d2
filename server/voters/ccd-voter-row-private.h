/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-voter-mapper.h"
#include "server/voters/ccd-voter-row.h"

/* Structures shared by ccd-voter-mapper.c (connects columns with fields), ccd-voter-row.c (reads
 * the cells of a row) and ccd-voter-values.c (interprets the values). */

#define RESIDENCE_LINES_MAX 8
#define RESIDENCE_PARTS (CC_VOTER_RESIDENCE_UNIT - CC_VOTER_RESIDENCE_NUMBER + 1)

/* A mapping of the profile with the columns that it reads. A mapping with a prefix gives one
 * step per column. */
typedef struct voter_step {
  const cc_voter_mapping *mapping;
  const char *key;
  const cc_field
    *other; /* field filled by a step of CC_VOTER_COLUMN, then never NULL; NULL for other steps */
  const int *columns; /* indices of the columns in the file */
  size_t n;
} voter_step;

/* A column that marks a voter as confidential when the cell has one of @values. */
typedef struct voter_mark {
  int column; /* index of the column; -1: the file does not have the column */
  const cc_strings *values;
} voter_mark;

struct ccd_voter_mapper {
  const cc_voter_profile *profile;
  cc_arena *kept; /* memory that is valid as long as the mapper */
  cc_arena *text; /* memory of the current row; cleared before each row */
  voter_step *steps;
  size_t n_steps;
  voter_mark *marks;
  size_t n_marks;
  /* Districts, history, custom, others: arrays of pairs_room elements. */
  ccd_voter_pair *pairs[4];
  size_t pairs_room;
  ccd_voter_use *uses; /* one for each column of the file */
  size_t n_uses;
  ccd_date today;
  bool residence; /* the file has columns of residence addresses */
  bool own;       /* the file has the column of voters.id, so it was written by exportVoters */
};

/* State while one row is mapped. */
typedef struct voter_work {
  ccd_voter_mapper *mapper;
  const ccd_table_row *row;
  const voter_step *step; /* the step being executed; NULL in voter_finish */
  cc_voter_field about;   /* field to which problems refer while step is NULL */
  ccd_voter_row *ret;
  ccd_slice lines[RESIDENCE_LINES_MAX];
  size_t n_lines;
  ccd_slice parts[RESIDENCE_PARTS];
  ccd_slice election, vote_method;
  bool full; /* out of memory, so the row cannot be used */
} voter_work;

/* Returns @n + 1 bytes for text of the current row. When out of memory, returns NULL and sets
 * w->full. */
char *voter_room(voter_work *w, size_t n);

/* Report a value that is not imported. @code must be a string literal, because it is not copied. */
void voter_problem(voter_work *w, const char *code, ccd_slice value);

/* Store one value in the field of the current step. @text must not be empty. */
void voter_take(voter_work *w, ccd_slice text);

/* Complete the row after all steps: set the fields that depend on the values of several steps. */
void voter_finish(voter_work *w);
