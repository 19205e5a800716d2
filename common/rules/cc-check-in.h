/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

#include "common/base/cc-str.h"

/* Rules of event check-in: the result of a check-in, or of its undo, for each attendee status. The
 * table is printed as SQL rows (door_verdicts), which the check-in statements join. */

typedef enum cc_door_act {
  CC_DOOR_CHECK_IN = 1,
  CC_DOOR_UNDO, /* undo a check-in */
} cc_door_act;

/* The result of one act for one attendee status. */
typedef struct cc_door_verdict {
  cc_door_act act;
  const char *status;  /* status of the attendee before, one of cc_attendee_status_enum */
  const char *becomes; /* status afterwards; NULL: the act is refused */
  const char *code;    /* error code when the act is refused, else NULL */
  const char *message; /* error message; NULL: not refused, or the caller writes the message
                        * (already_checked_in names who checked the person in and when) */
} cc_door_verdict;

/* Returns NULL when there is no such act or status. */
const cc_door_verdict *cc_door_judge(cc_door_act act, const char *status);

/* "check_in" or "undo". */
const char *cc_door_act_name(cc_door_act act);

/* Returns row @index of the table, which has a row for each act and status; NULL after the last. */
const cc_door_verdict *cc_door_verdict_at(size_t index);

/* Append the statements that fill the table door_verdicts. */
void cc_door_verdicts_sql(cc_str *out);
