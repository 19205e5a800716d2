/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/rules/cc-machine-print.h"

#include <string.h>

#include "common/rules/cc-machine.h"

static void
add_machine_row(cc_str *out, const cc_machine *machine)
{
  cc_str_printf(out,
                "  ('%s', '%s', '%s', '%s', '%s', '{",
                machine->name,
                machine->table,
                machine->column,
                machine->code,
                machine->noun);
  for (size_t i = 0; i < machine->states->n; i++)
    cc_str_printf(out, "%s%s", i == 0 ? "" : ",", machine->states->names[i]);
  cc_str_add(out, "}')");
}

static void
add_move_row(cc_str *out, const cc_machine *machine, size_t index)
{
  const cc_move *move = &machine->moves[index];
  const char *quote = move->from == NULL ? "" : "'";
  cc_str_printf(out,
                "  ('%s', %zu, %s%s%s, '%s', '%s')",
                machine->name,
                index + 1,
                quote,
                move->from == NULL ? "NULL" : move->from,
                quote,
                move->action,
                move->to);
}

void
cc_machines_sql(cc_str *out)
{
  cc_str_add(out,
             "DELETE FROM state_moves;\nDELETE FROM state_machines;\n"
             "INSERT INTO state_machines (machine, table_name, column_name, code, noun, states) "
             "VALUES\n");
  for (size_t i = 0; i < cc_n_machines; i++) {
    add_machine_row(out, &cc_machines[i]);
    cc_str_add(out, i + 1 < cc_n_machines ? ",\n" : ";\n");
  }
  cc_str_add(out,
             "INSERT INTO state_moves (machine, position, state_from, action, state_to) VALUES\n");
  for (size_t i = 0; i < cc_n_machines; i++)
    for (size_t j = 0; j < cc_machines[i].n_moves; j++) {
      add_move_row(out, &cc_machines[i], j);
      bool last = i + 1 == cc_n_machines && j + 1 == cc_machines[i].n_moves;
      cc_str_add(out, last ? ";\n" : ",\n");
    }
}

/* One table row for each state: the actions possible in it and the states they lead to. */
static void
add_state_row(cc_str *out, const cc_machine *machine, const char *state)
{
  cc_str_printf(out, "| `%s` |", state);
  if (cc_machine_is_final(machine, state))
    cc_str_add(out, " (final)");
  const char *comma = " ";
  for (size_t i = 0; i < machine->n_moves; i++) {
    const cc_move *move = &machine->moves[i];
    if (move->from == NULL || strcmp(move->from, state) != 0)
      continue;
    cc_str_printf(out, "%s%s → `%s`", comma, move->action, move->to);
    comma = ", ";
  }
  cc_str_add(out, " |\n");
}

static void
add_picture(cc_str *out, const cc_machine *machine)
{
  cc_str_add(out, "\n```mermaid\nstateDiagram-v2\n");
  for (size_t i = 0; i < machine->n_moves; i++) {
    const cc_move *move = &machine->moves[i];
    cc_str_printf(out,
                  "  %s --> %s: %s\n",
                  move->from == NULL ? "[*]" : move->from,
                  move->to,
                  move->action);
  }
  for (size_t i = 0; i < machine->states->n; i++)
    if (cc_machine_is_final(machine, machine->states->names[i]))
      cc_str_printf(out, "  %s --> [*]\n", machine->states->names[i]);
  cc_str_add(out, "```\n");
}

static void
add_machine_doc(cc_str *out, const cc_machine *machine)
{
  cc_str_printf(out,
                "\n## %s\n\n%s\nColumn `%s.%s`; a move that is not in the table is refused with "
                "the "
                "code `%s`.\n\n| state | action → next state |\n| --- | --- |\n",
                machine->name,
                machine->doc,
                machine->table,
                machine->column,
                machine->code);
  cc_str_add(out, "| (new) |");
  const char *comma = " ";
  for (size_t i = 0; i < machine->n_moves; i++)
    if (machine->moves[i].from == NULL) {
      cc_str_printf(out, "%s%s → `%s`", comma, machine->moves[i].action, machine->moves[i].to);
      comma = ", ";
    }
  cc_str_add(out, " |\n");
  for (size_t i = 0; i < machine->states->n; i++)
    add_state_row(out, machine, machine->states->names[i]);
  add_picture(out, machine);
}

void
cc_machines_doc(cc_str *out)
{
  cc_str_add(out,
             "# States\n\n"
             "Made by `campaign-centerd rules states` from `common/rules/cc-machine.c`; do not "
             "edit. "
             "The same tables\nfill `state_machines` and `state_moves` in the database, which a "
             "trigger holds every change of a state\nagainst.\n");
  for (size_t i = 0; i < cc_n_machines; i++)
    add_machine_doc(out, &cc_machines[i]);
}
