/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the rules that both programs share: scripts and answers, outcomes, check-ins, state
 * machines. */
#include <glib.h>
#include <string.h>

#include "common/api/cc-attendee.h"
#include "common/api/cc-script.h"
#include "common/rules/cc-check-in.h"
#include "common/rules/cc-machine-print.h"
#include "common/rules/cc-machine.h"
#include "common/rules/cc-outcome.h"
#include "common/rules/cc-script-rule.h"

/* Scripts ---------------------------------------------------------------------------------------
 */

enum {
  TEXT = 1,
  SINGLE,
  MULTI,
  SCALE,
  FREE_TEXT,
  NUMBER,
  DATE,
  SUPPORT
};

#define MINUTE (60 * CC_TIME_SECOND)
#define THEN (INT64_C(1790000000) * CC_TIME_SECOND) /* time of the conversation */

static const cc_rule_option yes_no[] = {{11, 0}, {12, 0}};
static const cc_rule_option issues[] = {{21, 0}, {22, 4}};
static const cc_rule_option levels[] = {{31, 1}, {32, 5}};
static const cc_rule_option again[] = {{41, 0}, {42, 0}};
static const cc_rule_option old[] = {{91, 0}};

#define OPTIONS(list) .options = (list), .n_options = G_N_ELEMENTS(list)
static const cc_rule_step steps[] = {
  {.id = 100, .kind = TEXT},
  {.id = 1, .kind = SINGLE, .required = true, OPTIONS(yes_no)},
  {.id = 2, .kind = MULTI, OPTIONS(issues)},
  {.id = 3, .kind = SUPPORT, .show_if_option_id = 11, OPTIONS(levels)},
  {.id = 4,
   .kind = SINGLE,
   .show_if_option_id = 31,
   OPTIONS(again)}, /* a chain of conditions: option 11, then option 31 */
  {.id = 5, .kind = FREE_TEXT, .required = true, .show_if_option_id = 42},
  {.id = 6, .kind = SCALE, .scale_min = 1, .scale_max = 10},
  {.id = 7, .kind = NUMBER},
  {.id = 8, .kind = DATE},
  {.id = 9, .kind = FREE_TEXT, .archived = true, .required = true},
  {.id = 10, .kind = SINGLE, .archived = true, .show_if_option_id = 12, OPTIONS(old)},
  {.id = 13,
   .kind = FREE_TEXT,
   .show_if_option_id = 22}, /* shown by an option of a question with several choices */
  {.id = 14, .kind = FREE_TEXT, .required = true, .updated_at = THEN + 6 * MINUTE},
  {.id = 15, .kind = FREE_TEXT, .show_if_option_id = 12, .updated_at = THEN + 6 * MINUTE},
  {.id = 16, .kind = NUMBER, .show_if_option_id = 12, .updated_at = THEN + 4 * MINUTE},
  {.id = 17,
   .kind = FREE_TEXT,
   .show_if_option_id = 91}, /* shown by an option of an archived question */
};
static const cc_rule_script script = {1, 7, steps, G_N_ELEMENTS(steps)};

/* Answers in short form: "1:o11 6:n3.5 5:tHello 8:d2026-11-03" names a step and the content of
 * its answer; several contents are possible. */
typedef struct said {
  cc_contact_answer items[16];
  cc_contact_answer *list[16];
  int64_t options[16];
  double numbers[16];
  size_t n;
  char **words;
} said;

static void
say(said *self, const char *text)
{
  *self = (said){.words = g_strsplit(text, " ", -1)};
  for (char **word = self->words; *word != NULL && **word != '\0'; word++) {
    size_t i = self->n++;
    self->list[i] = &self->items[i];
    char *value = NULL;
    self->items[i].step_id = g_ascii_strtoll(*word, &value, 10);
    for (; *value != '\0'; value += strcspn(value, ",")) {
      char kind = value[1];
      value += 2;
      if (kind == 'o') {
        self->options[i] = g_ascii_strtoll(value, NULL, 10);
        self->items[i].option_id = &self->options[i];
      } else if (kind == 'n') {
        self->numbers[i] = g_ascii_strtod(value, NULL);
        self->items[i].number = &self->numbers[i];
      } else if (kind == 't') {
        self->items[i].text = value;
      } else if (kind == 'd') {
        self->items[i].date = value;
      }
    }
  }
}

static cc_rule_answers
answers_of(const said *self)
{
  return (cc_rule_answers){self->list, self->n};
}

static void
test_answers(void)
{
  static const struct {
    const char *answers, *code, *pointer;
  } cases[] = {
    {"1:o12", "", ""},
    {"1:o11", "", ""},
    {"", "question_required", "answers"},
    {"7:n1", "question_required", "answers"},
    {"1:o12 99:tx", "unknown_step", "answers/1"},
    {"1:o12 7", "required", "answers/1"},
    {"100:tx", "wrong_kind", "answers/0"},
    {"1:thello", "wrong_kind", "answers/0"},
    {"1:o12 7:o11", "wrong_kind", "answers/1"},
    {"1:o12 5:n3", "wrong_kind", "answers/1"},
    {"1:o77", "unknown_option", "answers/0"},
    {"1:o21", "other_step", "answers/0"},
    {"1:o11 1:o12", "one_answer", "answers/0"},
    {"1:o12 2:o21 2:o22", "", ""},
    {"1:o12 7:n1,n2", "", ""}, /* the second "n" takes the place of the first */
    {"1:o12,n1", "wrong_kind", "answers/0"},
    {"1:o11 3:o31,n1", "one_answer", "answers/1"},
    /* Numbers and scales. */
    {"1:o12 7:n1e5", "", ""},
    {"1:o12 7:n-0.5", "", ""},
    {"1:o12 6:n1", "", ""},
    {"1:o12 6:n10", "", ""},
    {"1:o12 6:n2.5", "", ""},
    {"1:o12 6:n0.99", "scale", "answers/1"},
    {"1:o12 6:n1e5", "scale", "answers/1"},
    {"1:o11 3:n5", "", ""},
    {"1:o11 3:n0", "scale", "answers/1"},
    {"1:o11 3:n2.5", "scale", "answers/1"},
    {"1:o11 3:n6", "scale", "answers/1"},
    {"1:o11 3:n1e30", "scale", "answers/1"},
    /* Dates. */
    {"1:o12 8:d2026-11-03", "", ""},
    {"1:o12 8:d2026-11-3", "wrong_kind", "answers/1"},
    {"1:o12 8:dtomorrow", "wrong_kind", "answers/1"},
    /* Answers to questions that were not shown. */
    {"1:o11 3:o31", "", ""},
    {"1:o12 3:o31", "not_shown", "answers/1"},
    {"3:o31 1:o12", "not_shown", "answers/0"},
    {"1:o11 3:o31 4:o41", "", ""},
    {"1:o11 3:o32 4:o41", "not_shown", "answers/2"},
    {"1:o12 4:o41", "not_shown", "answers/1"},
    {"1:o12 2:o21 13:tx", "not_shown", "answers/2"},
    {"1:o12 2:o21 2:o22 13:tx", "", ""},
    {"1:o11 17:tx", "not_shown", "answers/1"},
    {"1:o12 10:o91 17:tx", "", ""},
    /* Questions that are required and were shown. */
    {"1:o11 3:o31 4:o42", "question_required", "answers"},
    {"1:o11 3:o31 4:o42 5:tbecause", "", ""},
    /* Archived questions are neither required nor refused. */
    {"1:o12 9:tx", "", ""},
    {"1:o11 10:o91", "", ""},
    /* Questions that were changed after the conversation (15), and within the five minutes of
     * tolerance (16). */
    {"1:o11 15:tx", "", ""},
    {"1:o11 16:n1", "not_shown", "answers/1"},
    /* A wrong kind is reported before a scale, a scale before a question that was not shown. */
    {"3:n9 1:thello", "wrong_kind", "answers/1"},
    {"1:o12 3:n9", "scale", "answers/1"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    said given;
    say(&given, cases[i].answers);
    cc_error error = {0};
    cc_status status = cc_answers_check(&script, answers_of(&given), THEN, &error);
    g_test_message("%s", cases[i].answers);
    g_assert_cmpstr(error.code, ==, cases[i].code);
    g_assert_cmpstr(error.pointer, ==, cases[i].pointer);
    g_assert_cmpint(status, ==, *cases[i].code == '\0' ? CC_OK : CC_ERR_INVALID);
    g_strfreev(given.words);
  }
}

/* Answers that are sent weeks later, after the script was changed, and answers from a phone
 * whose clock is five minutes slow. */
static void
test_required_by_the_script_of_its_time(void)
{
  said given;
  say(&given, "1:o12");
  cc_error error = {0};
  g_assert_cmpint(cc_answers_check(&script, answers_of(&given), THEN + MINUTE, &error),
                  ==,
                  CC_ERR_INVALID);
  g_assert_cmpstr(error.code, ==, "question_required");
  g_assert_cmpstr(error.message, ==, "Question 14 of the script needs an answer.");
  g_assert_cmpint(cc_answers_check(&script, answers_of(&given), THEN, &error), ==, CC_OK);
  g_strfreev(given.words);
}

static void
test_support(void)
{
  static const struct {
    const char *answers;
    int level;
  } cases[] = {
    {"", 0},
    {"1:o12", 0},
    {"1:o11 3:o31", 1},
    {"1:o11 3:n4", 4},
    {"1:o12 2:o22", 4},
    {"1:o11 2:o22 3:o31", 1}, /* the level comes from the last step in the script's order that has
                                 one, not from the last answer */
    {"3:o31 1:o11 2:o22", 1},
    {"1:o12 7:n3", 0},
    {"1:o12 6:n3", 0},
    {"2:o22 2:o21", 4},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    said given;
    say(&given, cases[i].answers);
    g_test_message("%s", cases[i].answers);
    g_assert_cmpint(cc_answers_support(&script, answers_of(&given)), ==, cases[i].level);
    g_strfreev(given.words);
  }
}

static void
test_path(void)
{
  static const struct {
    const char *answers, *shown;
  } cases[] = {
    {"", "100 1 2 6 7 8 14"},
    {"1:o11", "100 1 2 3 6 7 8 14"},
    {"1:o12", "100 1 2 6 7 8 14 15 16"},
    {"1:o11 3:o31 4:o42", "100 1 2 3 4 5 6 7 8 14"},
    {"3:o31",
     "100 1 2 6 7 8 14"}, /* not shown, because the question on which it depends was not shown */
    {"2:o22", "100 1 2 6 7 8 13 14"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    said given;
    say(&given, cases[i].answers);
    g_autoptr(GString) shown = g_string_new(NULL);
    for (size_t s = 0; s < script.n_steps; s++)
      if (cc_script_shows(&script, &steps[s], answers_of(&given)))
        g_string_append_printf(shown, "%s%d", shown->len == 0 ? "" : " ", (int) steps[s].id);
    g_assert_cmpstr(shown->str, ==, cases[i].shown);
    g_strfreev(given.words);
  }
}

/* Conditions that form a circle: the server saves no such script, but an endless loop would hang
 * the server. */
static void
test_a_circle_of_conditions_ends(void)
{
  static const cc_rule_option a[] = {{1, 0}};
  static const cc_rule_option b[] = {{2, 0}};
  static const cc_rule_step circle[] = {
    {.id = 1, .kind = SINGLE, .show_if_option_id = 2, OPTIONS(a)},
    {.id = 2, .kind = SINGLE, .show_if_option_id = 1, OPTIONS(b)},
  };
  static const cc_rule_script round = {1, 1, circle, G_N_ELEMENTS(circle)};
  said given;
  say(&given, "1:o1 2:o2");
  cc_error error = {0};
  g_assert_false(cc_script_shows(&round, &circle[0], answers_of(&given)));
  g_assert_cmpint(cc_answers_check(&round, answers_of(&given), THEN, &error), ==, CC_ERR_INVALID);
  g_assert_cmpstr(error.code, ==, "not_shown");
  g_strfreev(given.words);
}

/* The numbers of kinds equal those of the API. */
static void
test_kinds(void)
{
  static const char *const names[] =
    {"text", "single", "multi", "scale", "free_text", "number", "date", "support"};
  g_assert_cmpuint(cc_step_kind_enum.n, ==, G_N_ELEMENTS(names));
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    g_assert_cmpstr(cc_step_kind_enum.names[i], ==, names[i]);
  g_assert_cmpint(SUPPORT, ==, 8);
}

/* Outcomes --------------------------------------------------------------------------------------
 */

#define VOTER CC_KNOWS_VOTER
#define DOOR CC_KNOWS_DOOR
#define BUILDING CC_KNOWS_BUILDING
#define PHONE CC_KNOWS_PHONE

static cc_status
judge(const char *disposition, bool has_answers, const char *channel, unsigned known, cc_error *ret)
{
  const cc_outcome *outcome = NULL;
  cc_status status =
    cc_outcome_choose(disposition, has_answers, cc_outcome_channel(channel), &outcome, ret);
  return status == CC_OK ? cc_outcome_needs(outcome, has_answers, known, ret) : status;
}

static void
test_outcomes(void)
{
  static const struct {
    const char *disposition;
    bool answers;
    const char *channel;
    unsigned known;
    const char *code, *pointer;
  } cases[] = {
    {"not_home", false, "door", DOOR, "", ""},
    {NULL, true, "door", VOTER | DOOR, "", ""},
    {NULL, false, "door", DOOR, "disposition_or_answers", "disposition"},
    {"not_home", true, "door", VOTER, "disposition_or_answers", "disposition"},
    {"asleep", false, "door", DOOR, "unknown_disposition", "disposition"},
    {"", false, "door", DOOR, "unknown_disposition", "disposition"},
    {"busy", false, "door", DOOR, "wrong_channel", "disposition"},
    {"not_home", false, "mail", VOTER, "wrong_channel", "disposition"},
    {NULL, true, "mail", VOTER, "", ""},
    {"busy", false, "phone", VOTER, "required", "phone"},
    {"busy", false, "phone", PHONE, "", ""},
    {"inaccessible", false, "door", VOTER, "required", "building_id"},
    {"inaccessible", false, "door", BUILDING, "", ""},
    {"do_not_knock", false, "door", BUILDING, "required", "door_id"},
    {NULL, true, "door", DOOR, "required", "voter_id"},
    {"canvassed", false, "door", DOOR, "", ""},
    {"deceased", false, "door", DOOR, "required", "voter_id"},
    {"refused", false, "door", 0, "required", "voter_id"},
    {"do_not_contact", false, "door", DOOR, "required", "voter_id"},
    {"do_not_contact", false, "phone", PHONE, "", ""},
    {"do_not_text", false, "text", PHONE, "", ""},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    cc_error error = {0};
    cc_status status =
      judge(cases[i].disposition, cases[i].answers, cases[i].channel, cases[i].known, &error);
    g_test_message("%zu", i);
    g_assert_cmpstr(error.code, ==, cases[i].code);
    g_assert_cmpstr(error.pointer, ==, cases[i].pointer);
    g_assert_cmpint(status, ==, *cases[i].code == '\0' ? CC_OK : CC_ERR_INVALID);
  }
}

static void
test_the_list_of_outcomes(void)
{
  g_assert_cmpstr(cc_outcomes[0].code, ==, "canvassed"); /* implied by answers */
  for (size_t i = 0; i < cc_n_outcomes; i++) {
    g_assert_true(cc_outcome_find(cc_outcomes[i].code) == &cc_outcomes[i]);
    g_assert_cmpuint(cc_outcomes[i].channels, !=, 0);
    g_assert_cmpstr(cc_outcome_level_name(cc_outcomes[i].level), !=, "");
  }
  g_assert_null(cc_outcome_find("Canvassed"));
}

/* Check-ins -------------------------------------------------------------------------------------
 */

static void
test_the_door(void)
{
  for (size_t i = 0; i < cc_attendee_status_enum.n; i++) {
    const char *status = cc_attendee_status_enum.names[i];
    const cc_door_verdict *in = cc_door_judge(CC_DOOR_CHECK_IN, status);
    const cc_door_verdict *out = cc_door_judge(CC_DOOR_UNDO, status);
    g_assert_nonnull(in);
    g_assert_nonnull(out);
    /* Each check-in is either done, or refused with a code. */
    g_assert_true((in->becomes == NULL) == (in->code != NULL));
    g_assert_true((out->becomes == NULL) == (out->code != NULL));
  }
  g_assert_cmpstr(cc_door_judge(CC_DOOR_CHECK_IN, "waitlisted")->becomes, ==, "attended");
  g_assert_cmpstr(cc_door_judge(CC_DOOR_CHECK_IN, "no_show")->becomes, ==, "attended");
  g_assert_cmpstr(cc_door_judge(CC_DOOR_CHECK_IN, "attended")->code, ==, "already_checked_in");
  g_assert_cmpstr(cc_door_judge(CC_DOOR_CHECK_IN, "cancelled")->code, ==, "attendee_cancelled");
  g_assert_cmpstr(cc_door_judge(CC_DOOR_UNDO, "attended")->becomes, ==, "registered");
  g_assert_cmpstr(cc_door_judge(CC_DOOR_UNDO, "registered")->code, ==, "not_checked_in");
  g_assert_null(cc_door_judge(CC_DOOR_UNDO, "asleep"));
}

/* Check-ins do exactly the transitions that the attendees' state machine allows. */
static void
test_the_door_keeps_to_the_machine(void)
{
  const cc_machine *machine = cc_machine_find("attendee");
  size_t done = 0;
  const cc_door_verdict *row = NULL;
  for (size_t i = 0; (row = cc_door_verdict_at(i)) != NULL; i++) {
    const cc_move *move = cc_machine_move(machine, row->status, cc_door_act_name(row->act));
    g_assert_cmpstr(move == NULL ? NULL : move->to, ==, row->becomes);
    done += row->becomes != NULL;
  }
  g_assert_cmpuint(done, ==, 4);
}

/* State machines --------------------------------------------------------------------------------
 */

static bool
has_state(const cc_machine *machine, const char *state)
{
  for (size_t i = 0; i < machine->states->n; i++)
    if (g_str_equal(machine->states->names[i], state))
      return true;
  return false;
}

/* Every state of a transition exists in the API, and no transition occurs twice. */
static void
test_machines_are_whole(void)
{
  for (size_t m = 0; m < cc_n_machines; m++) {
    const cc_machine *machine = &cc_machines[m];
    for (size_t i = 0; i < machine->n_moves; i++) {
      const cc_move *a = &machine->moves[i];
      g_assert_true(a->from == NULL || has_state(machine, a->from));
      g_assert_true(has_state(machine, a->to));
      for (size_t j = 0; j < i; j++) {
        const cc_move *b = &machine->moves[j];
        g_assert_false(g_strcmp0(a->from, b->from) == 0 && g_str_equal(a->to, b->to) &&
                       g_str_equal(a->action, b->action));
      }
    }
    g_assert_true(cc_machine_find(machine->name) == machine);
  }
  g_assert_null(cc_machine_find("nothing"));
}

/* Every state can be reached, except two that no code sets yet; these are listed. */
static void
test_every_state_is_reached(void)
{
  for (size_t m = 0; m < cc_n_machines; m++) {
    const cc_machine *machine = &cc_machines[m];
    for (size_t i = 0; i < machine->states->n; i++) {
      const char *state = machine->states->names[i];
      bool reached = g_str_equal(state, "waitlisted") || g_str_equal(state, "no_show");
      for (size_t j = 0; j < machine->n_moves; j++)
        reached = reached || g_str_equal(machine->moves[j].to, state);
      g_test_message("%s %s", machine->name, state);
      g_assert_true(reached);
    }
  }
}

static void
test_moves(void)
{
  const cc_machine *turf = cc_machine_find("turf");
  g_assert_cmpstr(cc_machine_move(turf, "draft", "publish")->to, ==, "open");
  g_assert_cmpstr(cc_machine_move(turf, NULL, "cut")->to, ==, "draft");
  g_assert_null(cc_machine_move(turf, "closed", "publish"));
  g_assert_true(cc_machine_may(turf, "draft", "out"));
  g_assert_false(cc_machine_may(turf, "draft", "closed"));
  g_assert_false(cc_machine_is_final(turf, "closed"));
  const cc_machine *import = cc_machine_find("import");
  static const char *const ends[] = {"undone", "cancelled", "failed"};
  for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
    g_assert_true(cc_machine_is_final(import, ends[i]));
  g_assert_false(cc_machine_is_final(import, "done"));
  g_assert_true(cc_machine_is_final(cc_machine_find("text_campaign"), "closed"));
}

static void
test_what_is_printed(void)
{
  cc_str text = CC_STR_INIT(1 << 20);
  cc_machines_doc(&text);
  g_assert_false(text.failed);
  g_assert_nonnull(strstr(text.text, "| `undone` | (final) |\n"));
  g_assert_nonnull(strstr(text.text, "  closed --> [*]\n"));
  cc_str_clear(&text);
  cc_machines_sql(&text);
  g_assert_nonnull(strstr(text.text, "  ('turf', 1, NULL, 'cut', 'draft'),\n"));
  cc_str_clear(&text);
  cc_outcomes_sql(&text);
  g_assert_nonnull(
    strstr(text.text, "  ('refused', 'person', 3, '{door,phone,text}', true, true, NULL, 90),\n"));
  cc_str_done(&text);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/rules/answers", test_answers);
  g_test_add_func("/rules/required", test_required_by_the_script_of_its_time);
  g_test_add_func("/rules/support", test_support);
  g_test_add_func("/rules/path", test_path);
  g_test_add_func("/rules/circle", test_a_circle_of_conditions_ends);
  g_test_add_func("/rules/kinds", test_kinds);
  g_test_add_func("/rules/outcomes", test_outcomes);
  g_test_add_func("/rules/outcome_list", test_the_list_of_outcomes);
  g_test_add_func("/rules/door", test_the_door);
  g_test_add_func("/rules/door_machine", test_the_door_keeps_to_the_machine);
  g_test_add_func("/rules/machines", test_machines_are_whole);
  g_test_add_func("/rules/machines_reached", test_every_state_is_reached);
  g_test_add_func("/rules/moves", test_moves);
  g_test_add_func("/rules/printed", test_what_is_printed);
  return g_test_run();
}
