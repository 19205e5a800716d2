/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/codec/cc-type.h"

/* State machines of the business as tables: states, moves, and the action that makes each move.
 * From these tables come the rows that the database checks every change of a state against
 * (db/functions/rules/tables.sql) and docs/internals/states.md; a test compares the CHECK
 * constraints. */

typedef struct cc_move {
  const char *from; /* NULL: the thing is made in this state */
  const char *to;
  const char *action; /* "publish": the name of an operation, or of what a job does */
} cc_move;

typedef struct cc_machine {
  const char *name;      /* "turf" */
  const char *table;     /* of the database */
  const char *column;    /* that holds the state */
  const cc_enum *states; /* the same names as in the API */
  const char *code;      /* of the error when a move does not exist: "turf_state" */
  const char *noun;      /* in its message: "This turf is draft, so it cannot become done." */
  const char *doc;
  const cc_move *moves;
  size_t n_moves;
} cc_machine;

extern const cc_machine cc_machines[];
extern const size_t cc_n_machines;

/* NULL: there is no such machine. */
const cc_machine *cc_machine_find(const char *name);

/* The move that @action makes from @from (NULL: from nothing); the first one where the action may
 * lead to several states. NULL: the action is not possible there. */
const cc_move *cc_machine_move(const cc_machine *machine, const char *from, const char *action);

/* True when some action leads from @from to @to. */
bool cc_machine_may(const cc_machine *machine, const char *from, const char *to);

/* True when no action leads out of @state. */
bool cc_machine_is_final(const cc_machine *machine, const char *state);
