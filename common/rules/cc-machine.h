/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/codec/cc-type.h"

/* State machines as tables: states, moves, and the action that makes each move. The rows against
 * which the database checks every change of a state (db/functions/rules/tables.sql) and
 * docs/internals/states.md are generated from these tables; a test compares them with the CHECK
 * constraints. */

typedef struct cc_move {
  const char *from; /* NULL: the object is created in this state */
  const char *to;
  const char *action; /* operation or job step, such as "publish" */
} cc_move;

typedef struct cc_machine {
  const char *name;      /* "turf" */
  const char *table;     /* database table */
  const char *column;    /* column that stores the state */
  const cc_enum *states; /* the names of the states in the API */
  const char *code;      /* error code when a move does not exist: "turf_state" */
  const char *noun;      /* used in its message: "This turf is draft, so it cannot become done." */
  const char *doc;
  const cc_move *moves;
  size_t n_moves;
} cc_machine;

extern const cc_machine cc_machines[];
extern const size_t cc_n_machines;

/* The machine with this name; NULL when there is none. */
const cc_machine *cc_machine_find(const char *name);

/* The move that @action makes from @from (NULL: creation); the first one when the action may
 * lead to several states. NULL: the action is not possible there. */
const cc_move *cc_machine_move(const cc_machine *machine, const char *from, const char *action);

/* True when some action leads from @from to @to. */
bool cc_machine_may(const cc_machine *machine, const char *from, const char *to);

/* True when no action leads out of @state. */
bool cc_machine_is_final(const cc_machine *machine, const char *state);
