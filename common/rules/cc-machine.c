/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of states and moves (see cc-machine.h), and the look-ups in them. */
#include "common/rules/cc-machine.h"

#include <string.h>

#include "common/api/cc-attendee.h"
#include "common/api/cc-import.h"
#include "common/api/cc-phonebank.h"
#include "common/api/cc-turf.h"

static const cc_move turf_moves[] = {
  {NULL, "draft", "cut"},
  {"draft", "open", "publish"},
  {"draft", "out", "publish"}, /* a turf that is already assigned to a canvasser */
  {"open", "draft", "unpublish"},
  {"open", "out", "take"},
  {"open", "out", "assign"},
  {"out", "open", "return"},
  {"out", "open", "unassign"},
  {"out", "open", "take_back"},
  {"done", "open", "take_back"},
  {"open", "done", "done"},
  {"out", "done", "done"},
  {"open", "closed", "close"}, /* by an organizer, when its doors are cut again, or on expiry */
  {"out", "closed", "close"},
  {"done", "closed", "close"},
  {"done", "open", "reopen"},
  {"closed", "open", "reopen"},
};

static const cc_move cut_moves[] = {
  {NULL, "queued", "cut"},
  {"queued", "running", "begin"},
  {"running", "done", "finish"},
  {"queued", "failed", "fail"},
  {"running", "failed", "fail"},
  {"queued", "cancelled", "cancel"},
  {"running", "cancelled", "cancel"},
};

static const cc_move import_moves[] = {
  {NULL, "created", "create"},
  {NULL, "reading", "import"}, /* files on the server's disk: campaign-centerd import */
  {"created", "uploaded", "upload"},
  {"created", "cancelled", "cancel"},
  {"uploaded", "reading", "start"},
  {"uploaded", "cancelled", "cancel"},
  {"reading", "comparing", "compare"},
  {"reading", "cancelled", "cancel"},
  {"reading", "failed", "fail"},
  {"comparing", "ready", "plan"},
  {"comparing", "cancelled", "cancel"},
  {"comparing", "failed", "fail"},
  {"ready", "applying", "apply"},
  {"ready", "cancelled", "cancel"},
  {"ready", "failed", "fail"},
  {"applying", "done", "finish"},
  {"applying", "undoing", "cancel"}, /* rows were written, so undo them before the import ends */
  {"applying", "undoing", "fail"},
  {"done", "undoing", "undo"},
  {"undoing", "undone", "undo"},
  {"undoing", "cancelled", "cancel"},
  {"undoing", "failed", "fail"},
};

/* Phone banks and text campaigns. */
static const cc_move dial_moves[] = {
  {NULL, "filling", "create"},
  {"filling", "draft", "fill"},
  {"draft", "open", "open"},
  {"paused", "open", "open"},
  {"open", "paused", "pause"},
  {"filling", "closed", "close"},
  {"draft", "closed", "close"},
  {"open", "closed", "close"},
  {"paused", "closed", "close"},
};

static const cc_move attendee_moves[] = {
  {NULL, "registered", "add"},
  {NULL, "attended", "walk_in"},
  {"registered", "attended", "check_in"},
  {"waitlisted", "attended", "check_in"},
  {"no_show", "attended", "check_in"},
  {"attended", "registered", "undo"},
  {"registered", "cancelled", "cancel"},
  {"waitlisted", "cancelled", "cancel"},
  {"no_show", "cancelled", "cancel"},
  {"cancelled", "registered", "come_back"}, /* an organizer resolved a check-in conflict this way */
};

#define MOVES(table) .moves = (table), .n_moves = CC_N(table)

const cc_machine cc_machines[] = {
  {.name = "turf",
   .table = "canvass_routes",
   .column = "state",
   .states = &cc_turf_state_enum,
   .code = "turf_state",
   .noun = "turf",
   .doc = "A turf, from the cut that creates it until it is closed. Publishing fixes its list of\n"
          "doors. The turf code is accepted while the state is `open` or `out`.",
   MOVES(turf_moves)},
  {.name = "cut",
   .table = "turf_cuts",
   .column = "state",
   .states = &cc_turf_cut_state_enum,
   .code = "cut_state",
   .noun = "cutting",
   .doc = "A cut: a job that divides an area into turfs and creates them in the state `draft`.",
   MOVES(cut_moves)},
  {.name = "import",
   .table = "imports",
   .column = "state",
   .states = &cc_import_state_enum,
   .code = "import_state",
   .noun = "import",
   .doc =
     "An import of a voter file. An import that fails or is cancelled while it is being applied\n"
     "goes to `undoing` first, so that the voters it already changed are restored.",
   MOVES(import_moves)},
  {.name = "phone_bank",
   .table = "phone_bank_sessions",
   .column = "state",
   .states = &cc_dial_state_enum,
   .code = "phone_bank_state",
   .noun = "phone bank",
   .doc = "A phone bank. In the state `filling` a job creates the queue of voters to call.",
   MOVES(dial_moves)},
  {.name = "text_campaign",
   .table = "text_campaigns",
   .column = "state",
   .states = &cc_dial_state_enum,
   .code = "text_campaign_state",
   .noun = "campaign",
   .doc = "A text campaign. In the state `filling` a job creates the audience of voters to text.",
   MOVES(dial_moves)},
  {.name = "attendee",
   .table = "event_attendees",
   .column = "status",
   .states = &cc_attendee_status_enum,
   .code = "attendee_state",
   .noun = "person",
   .doc =
     "An attendee of an event. No operation sets `waitlisted` or `no_show` yet; rows with these\n"
     "states come from loaded data. Unlike the other machines, no trigger checks these moves:\n"
     "check-ins are the most frequent writes, and their outcome is already read from a table\n"
     "(`door_verdicts`).",
   MOVES(attendee_moves)},
};
const size_t cc_n_machines = CC_N(cc_machines);

static bool
same_name(const char *a, const char *b)
{
  return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

const cc_machine *
cc_machine_find(const char *name)
{
  for (size_t i = 0; i < cc_n_machines; i++)
    if (same_name(cc_machines[i].name, name))
      return &cc_machines[i];
  return NULL;
}

const cc_move *
cc_machine_move(const cc_machine *machine, const char *from, const char *action)
{
  for (size_t i = 0; i < machine->n_moves; i++)
    if (same_name(machine->moves[i].from, from) && same_name(machine->moves[i].action, action))
      return &machine->moves[i];
  return NULL;
}

bool
cc_machine_may(const cc_machine *machine, const char *from, const char *to)
{
  for (size_t i = 0; i < machine->n_moves; i++)
    if (same_name(machine->moves[i].from, from) && same_name(machine->moves[i].to, to))
      return true;
  return false;
}

bool
cc_machine_is_final(const cc_machine *machine, const char *state)
{
  for (size_t i = 0; i < machine->n_moves; i++)
    if (same_name(machine->moves[i].from, state))
      return false;
  return true;
}
