/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

#include "common/base/cc-str.h"

/* Check-in at an event's door: the effect of an action on an attendee, by the attendee's status. */

typedef enum cc_door_act {
  CC_DOOR_CHECK_IN = 1,
  CC_DOOR_UNDO, /* of a check-in */
} cc_door_act;

/* One row of the table. */
typedef struct cc_door_verdict {
  cc_door_act act;
  const char *status;  /* of the attendee, one of cc_attendee_status_enum */
  const char *becomes; /* status afterwards; NULL: the action is refused */
  const char *code;    /* error code of the refusal; NULL: the action is done */
  /* message of the refusal; NULL: none, or composed from who checked in and when */
  const char *message;
} cc_door_verdict;

/* The row for an action and a status; NULL when one of them does not exist. */
const cc_door_verdict *cc_door_judge(cc_door_act act, const char *status);

/* "check_in" or "undo". */
const char *cc_door_act_name(cc_door_act act);

/* All rows, for index 0, 1, …; NULL after the last one. */
const cc_door_verdict *cc_door_verdict_at(size_t index);

/* Write the SQL statements that fill the table door_verdicts. */
void cc_door_verdicts_sql(cc_str *out);
