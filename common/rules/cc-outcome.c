/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of dispositions and the rules for recording them; see cc-outcome.h. */
#include "common/rules/cc-outcome.h"

#include <string.h>

#define ALL (CC_BY_DOOR | CC_BY_PHONE | CC_BY_TEXT)
#define CALL CC_BY_PHONE
#define WRITTEN (CC_BY_PHONE | CC_BY_TEXT)

/* Name of the bit 1 << index, see CC_BY_…. */
static const char *const channel_names[] = {"door", "phone", "text"};

/* clang-format off */
/* code, level, channels, reached, finishes, effect, quiet_days */
const cc_outcome cc_outcomes[] = {
  {"canvassed",         CC_LEVEL_PERSON,   ALL,               true,  true,  CC_EFFECT_NONE,           0}, /* first: implied by answers */
  {"not_home",          CC_LEVEL_PERSON,   CC_BY_DOOR | CALL, false, false, CC_EFFECT_NONE,           0},
  {"refused",           CC_LEVEL_PERSON,   ALL,               true,  true,  CC_EFFECT_NONE,           90},
  {"left_literature",   CC_LEVEL_DOOR,     CC_BY_DOOR,        false, true,  CC_EFFECT_NONE,           0},
  {"come_back",         CC_LEVEL_PERSON,   CC_BY_DOOR,        true,  false, CC_EFFECT_NONE,           0},
  {"language_barrier",  CC_LEVEL_PERSON,   ALL,               true,  false, CC_EFFECT_NONE,           0},
  {"moved",             CC_LEVEL_PERSON,   ALL,               true,  true,  CC_EFFECT_MOVED,          0},
  {"deceased",          CC_LEVEL_PERSON,   ALL,               true,  true,  CC_EFFECT_DECEASED,       0},
  {"do_not_knock",      CC_LEVEL_DOOR,     CC_BY_DOOR,        false, true,  CC_EFFECT_DO_NOT_KNOCK,   0},
  {"do_not_contact",    CC_LEVEL_PERSON,   ALL,               true,  true,  CC_EFFECT_DO_NOT_CONTACT, 0},
  {"address_not_found", CC_LEVEL_DOOR,     CC_BY_DOOR,        false, true,  CC_EFFECT_NONE,           0},
  {"inaccessible",      CC_LEVEL_BUILDING, CC_BY_DOOR,        false, false, CC_EFFECT_INACCESSIBLE,   0},
  {"left_message",      CC_LEVEL_PHONE,    CALL,              false, false, CC_EFFECT_NONE,           0},
  {"busy",              CC_LEVEL_PHONE,    CALL,              false, false, CC_EFFECT_NONE,           0},
  {"no_answer",         CC_LEVEL_PHONE,    CALL,              false, false, CC_EFFECT_NONE,           0},
  {"call_back",         CC_LEVEL_PERSON,   CALL,              true,  false, CC_EFFECT_NONE,           0},
  {"wrong_number",      CC_LEVEL_PHONE,    WRITTEN,           false, true,  CC_EFFECT_WRONG_NUMBER,   0},
  {"disconnected",      CC_LEVEL_PHONE,    WRITTEN,           false, true,  CC_EFFECT_DISCONNECTED,   0},
  {"do_not_text",       CC_LEVEL_PERSON,   WRITTEN,           false, true,  CC_EFFECT_DO_NOT_TEXT,    0},
};
/* clang-format on */
const size_t cc_n_outcomes = CC_N(cc_outcomes);

const cc_outcome *
cc_outcome_find(const char *code)
{
  for (size_t i = 0; i < cc_n_outcomes; i++)
    if (strcmp(cc_outcomes[i].code, code) == 0)
      return &cc_outcomes[i];
  return NULL;
}

const char *
cc_outcome_level_name(cc_outcome_level level)
{
  static const char *const names[] = {"", "person", "phone", "door", "building"};
  return names[level];
}

const char *
cc_outcome_effect_name(cc_outcome_effect effect)
{
  static const char *const names[_CC_EFFECT_MAX] = {
    "",
    "moved",
    "deceased",
    "do_not_knock",
    "do_not_contact",
    "do_not_text",
    "wrong_number",
    "disconnected",
    "inaccessible",
  };
  return names[effect];
}

/* Requirements of contacts. All that apply must be met; the first one that is not met is reported
 * as the error. */
static const cc_outcome_need needs[] = {
  {.level = CC_LEVEL_PHONE,
   .any_of = CC_KNOWS_PHONE,
   .field = "phone",
   .message = "This disposition is about a phone number: send phone."},
  {.level = CC_LEVEL_BUILDING,
   .any_of = CC_KNOWS_BUILDING,
   .field = "building_id",
   .message =
     "This disposition is about a building: send building_id, or door_id of a door in it."},
  {.level = CC_LEVEL_DOOR,
   .any_of = CC_KNOWS_DOOR,
   .field = "door_id",
   .message = "This disposition is about a door: send door_id."},
  {.effects = 1u << CC_EFFECT_MOVED | 1u << CC_EFFECT_DECEASED,
   .answers = true,
   .any_of = CC_KNOWS_VOTER,
   .field = "voter_id",
   .message = "This contact is about a person: send voter_id."},
  {.always = true,
   .any_of = CC_KNOWS_VOTER | CC_KNOWS_DOOR | CC_KNOWS_BUILDING | CC_KNOWS_PHONE,
   .field = "voter_id",
   .message = "Send at least one of voter_id, door_id, building_id and phone."},
  {.effects = 1u << CC_EFFECT_DO_NOT_CONTACT | 1u << CC_EFFECT_DO_NOT_TEXT,
   .any_of = CC_KNOWS_VOTER | CC_KNOWS_PHONE,
   .field = "voter_id",
   .message = "An opt-out needs the person or the phone number: send voter_id or phone."},
};

static bool
need_applies(const cc_outcome_need *need, const cc_outcome *outcome, bool has_answers)
{
  return need->always || need->level == outcome->level ||
         (need->effects & (1u << outcome->effect)) != 0 || (need->answers && has_answers);
}

static cc_status
refuse_field(cc_error *reterr, const char *field, const char *code, const char *message)
{
  return cc_fail_field(reterr, CC_ERR_INVALID, code, field, "%s", message);
}

unsigned
cc_outcome_channel(const char *name)
{
  for (size_t i = 0; i < CC_N(channel_names); i++)
    if (strcmp(channel_names[i], name) == 0)
      return 1u << i;
  return 0;
}

cc_status
cc_outcome_choose(const char *disposition,
                  bool has_answers,
                  unsigned channel,
                  const cc_outcome **ret,
                  cc_error *reterr)
{
  if ((disposition != NULL) == has_answers)
    return refuse_field(reterr,
                        "disposition",
                        "disposition_or_answers",
                        "Send either a disposition or answers: answers imply that the person was "
                        "canvassed.");
  const cc_outcome *outcome = has_answers ? &cc_outcomes[0] : cc_outcome_find(disposition);
  if (outcome == NULL)
    return refuse_field(reterr,
                        "disposition",
                        "unknown_disposition",
                        "There is no disposition with this code.");
  if (!has_answers && (outcome->channels & channel) == 0)
    return refuse_field(reterr,
                        "disposition",
                        "wrong_channel",
                        "This disposition cannot be recorded on this channel.");
  *ret = outcome;
  return CC_OK;
}

cc_status
cc_outcome_needs(const cc_outcome *outcome, bool has_answers, unsigned known, cc_error *reterr)
{
  for (size_t i = 0; i < CC_N(needs); i++)
    if (need_applies(&needs[i], outcome, has_answers) && (needs[i].any_of & known) == 0)
      return refuse_field(reterr, needs[i].field, "required", needs[i].message);
  return CC_OK;
}

/* Append the names of the bits of @set as a PostgreSQL array literal. */
static void
add_set(cc_str *out, unsigned set, const char *const *names, size_t n)
{
  const char *comma = "";
  cc_str_add(out, "'{");
  for (size_t i = 0; i < n; i++)
    if ((set & (1u << i)) != 0) {
      cc_str_printf(out, "%s%s", comma, names[i]);
      comma = ",";
    }
  cc_str_add(out, "}'");
}

/* Append one row for each requirement that applies to the outcome. */
static void
add_needs(cc_str *out, const char *code, const cc_outcome *outcome, bool has_answers, bool first)
{
  static const char *const known[] = {"voter_id", "door_id", "building_id", "phone"};
  for (size_t i = 0; i < CC_N(needs); i++) {
    if (!need_applies(&needs[i], outcome, has_answers))
      continue;
    cc_str_printf(out, "%s  ('%s', %zu, ", first ? "" : ",\n", code, i + 1);
    add_set(out, needs[i].any_of, known, CC_N(known));
    cc_str_printf(out, ", '%s', '%s')", needs[i].field, needs[i].message);
    first = false;
  }
}

static void
add_all_needs(cc_str *out)
{
  cc_str_add(out,
             "DELETE FROM disposition_needs;\n"
             "INSERT INTO disposition_needs (disposition, position, any_of, field, message) "
             "VALUES\n");
  add_needs(out, "answers", &cc_outcomes[0], /* has_answers= */ true, /* first= */ true);
  for (size_t i = 0; i < cc_n_outcomes; i++)
    add_needs(out, cc_outcomes[i].code, &cc_outcomes[i], /* has_answers= */ false, false);
  cc_str_add(out, ";\n");
}

void
cc_outcomes_sql(cc_str *out)
{
  cc_str_add(out,
             "INSERT INTO dispositions (code, level, position, channels, reached, finishes, "
             "effect, "
             "quiet_days) VALUES\n");
  for (size_t i = 0; i < cc_n_outcomes; i++) {
    const cc_outcome *o = &cc_outcomes[i];
    const char *effect = cc_outcome_effect_name(o->effect);
    const char *quote = *effect == '\0' ? "" : "'";
    cc_str_printf(out, "  ('%s', '%s', %zu, ", o->code, cc_outcome_level_name(o->level), i + 1);
    add_set(out, o->channels, channel_names, CC_N(channel_names));
    cc_str_printf(out,
                  ", %s, %s, %s%s%s, %d)%s\n",
                  o->reached ? "true" : "false",
                  o->finishes ? "true" : "false",
                  quote,
                  *effect == '\0' ? "NULL" : effect,
                  quote,
                  o->quiet_days,
                  i + 1 < cc_n_outcomes ? "," : "");
  }
  cc_str_add(out,
             "ON CONFLICT (code) DO UPDATE SET level = excluded.level, position = "
             "excluded.position,\n"
             "  channels = excluded.channels, reached = excluded.reached, finishes = "
             "excluded.finishes,\n"
             "  effect = excluded.effect, quiet_days = excluded.quiet_days;\n");
  add_all_needs(out);
}
