/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

#include "common/base/cc-str.h"

/* Check-in at an event's door: what an act does to an attendee, by the status of the attendee. */

typedef enum cc_door_act {
  CC_DOOR_CHECK_IN = 1,
  CC_DOOR_UNDO, /* of a check-in */
} cc_door_act;

/* One row of the table. */
typedef struct cc_door_verdict {
  cc_door_act act;
  const char *status;  /* of the attendee, one of cc_attendee_status_enum */
  const char *becomes; /* status afterwards; NULL: the act is refused */
  const char *code;    /* why it is refused; NULL: it is done */
  const char *message; /* the same for a person; NULL: done, or made of who checked in and when */
} cc_door_verdict;

/* NULL: there is no such act or status. */
const cc_door_verdict *cc_door_judge(cc_door_act act, const char *status);

/* "check_in" or "undo". */
const char *cc_door_act_name(cc_door_act act);

/* Every act with every status: rows 0, 1, …; NULL behind the last one. */
const cc_door_verdict *cc_door_verdict_at(size_t index);

/* Statements that fill the table door_verdicts. */
void cc_door_verdicts_sql(cc_str *out);
