/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of check-in verdicts; see cc-check-in.h. */
#include "common/rules/cc-check-in.h"

#include <string.h>

#define NOT_IN "This person is not checked in."

/* Undoing a check-in always leads to registered, even when the status before the check-in was
 * waitlisted or no_show: the person was admitted and keeps the place. */
/* clang-format off */
static const cc_door_verdict verdicts[] = {
  {CC_DOOR_CHECK_IN, "registered", "attended",   NULL,                 NULL},
  {CC_DOOR_CHECK_IN, "waitlisted", "attended",   NULL,                 NULL},
  {CC_DOOR_CHECK_IN, "cancelled",  NULL,         "attendee_cancelled", "This person cancelled."},
  {CC_DOOR_CHECK_IN, "attended",   NULL,         "already_checked_in", NULL},
  {CC_DOOR_CHECK_IN, "no_show",    "attended",   NULL,                 NULL},
  {CC_DOOR_UNDO,     "registered", NULL,         "not_checked_in",     NOT_IN},
  {CC_DOOR_UNDO,     "waitlisted", NULL,         "not_checked_in",     NOT_IN},
  {CC_DOOR_UNDO,     "cancelled",  NULL,         "not_checked_in",     NOT_IN},
  {CC_DOOR_UNDO,     "attended",   "registered", NULL,                 NULL},
  {CC_DOOR_UNDO,     "no_show",    NULL,         "not_checked_in",     NOT_IN},
};

/* clang-format on */

const cc_door_verdict *
cc_door_judge(cc_door_act act, const char *status)
{
  for (size_t i = 0; i < CC_N(verdicts); i++)
    if (verdicts[i].act == act && strcmp(verdicts[i].status, status) == 0)
      return &verdicts[i];
  return NULL;
}

const char *
cc_door_act_name(cc_door_act act)
{
  return act == CC_DOOR_UNDO ? "undo" : "check_in";
}

const cc_door_verdict *
cc_door_verdict_at(size_t index)
{
  return index < CC_N(verdicts) ? &verdicts[index] : NULL;
}

static void
add_text(cc_str *out, const char *text)
{
  if (text == NULL)
    cc_str_add(out, ", NULL");
  else
    cc_str_printf(out, ", '%s'", text);
}

void
cc_door_verdicts_sql(cc_str *out)
{
  cc_str_add(out,
             "DELETE FROM door_verdicts;\n"
             "INSERT INTO door_verdicts (act, status, becomes, code, message) VALUES\n");
  for (size_t i = 0; i < CC_N(verdicts); i++) {
    const cc_door_verdict *row = &verdicts[i];
    cc_str_printf(out, "  ('%s', '%s'", cc_door_act_name(row->act), row->status);
    add_text(out, row->becomes);
    add_text(out, row->code);
    add_text(out, row->message);
    cc_str_add(out, i + 1 < CC_N(verdicts) ? "),\n" : ");\n");
  }
}
