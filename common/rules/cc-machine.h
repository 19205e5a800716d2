/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/codec/cc-type.h"

/* State machines (turf, imports, phone banks …) as tables of states and moves; each move has the
 * action that causes it. Two files are generated from these tables: the rows that a trigger checks
 * state changes against (db/functions/rules/rows.sql) and docs/internals/states.md. A test
 * compares the states with the CHECK constraints of the columns. */

typedef struct cc_move {
  const char *from; /* NULL: a new row starts in the state @to */
  const char *to;
  const char *action; /* "publish": the name of an operation or of a step of a job */
} cc_move;

typedef struct cc_machine {
  const char *name;      /* "turf" */
  const char *table;     /* database table whose rows have the state */
  const char *column;    /* column of that table with the state */
  const cc_enum *states; /* names of the states, the same as in the API */
  const char *code;      /* error code for a move that does not exist: "turf_state" */
  const char *noun; /* for the error message: "This turf is draft, so it cannot become done." */
  const char *doc;  /* description for docs/internals/states.md, wrapped at 100 columns */
  const cc_move *moves;
  size_t n_moves;
} cc_machine;

extern const cc_machine cc_machines[];
extern const size_t cc_n_machines;

/* Returns NULL when no machine has this name. */
const cc_machine *cc_machine_find(const char *name);

/* Returns the move that @action causes in the state @from (NULL: on creation). When the action can
 * lead to several states, the first of these moves is returned. Returns NULL when the action is not
 * possible in that state. */
const cc_move *cc_machine_move(const cc_machine *machine, const char *from, const char *action);

/* Returns true when any action leads from the state @from to the state @to. */
bool cc_machine_may(const cc_machine *machine, const char *from, const char *to);

/* Returns true when no action leads out of @state. */
bool cc_machine_is_final(const cc_machine *machine, const char *state);
