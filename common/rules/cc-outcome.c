/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/rules/cc-outcome.h"

#include <string.h>

#define ALL (CC_BY_DOOR | CC_BY_PHONE | CC_BY_TEXT)
#define CALL CC_BY_PHONE
#define WRITTEN (CC_BY_PHONE | CC_BY_TEXT)

/* clang-format off */
/* code, level, channels, reached, finishes, effect, quiet_days */
const cc_outcome cc_outcomes[] = {
  {"canvassed",         CC_LEVEL_PERSON,   ALL,               true,  true,  CC_EFFECT_NONE,           0}, /* implied by answers */
  {"not_home",          CC_LEVEL_PERSON,   CC_BY_DOOR | CALL, false, false, CC_EFFECT_NONE,           0},
  {"refused",           CC_LEVEL_PERSON,   ALL,               true,  true,  CC_EFFECT_NONE,           90},
  {"left_literature",   CC_LEVEL_DOOR,     CC_BY_DOOR,        false, true,  CC_EFFECT_NONE,           0},
  {"come_back",         CC_LEVEL_PERSON,   CC_BY_DOOR,        true,  false, CC_EFFECT_NONE,           0},
  {"language_barrier",  CC_LEVEL_PERSON,   ALL,               true,  true,  CC_EFFECT_NONE,           0},
  {"moved",             CC_LEVEL_PERSON,   ALL,               true,  true,  CC_EFFECT_MOVED,          0},
  {"deceased",          CC_LEVEL_PERSON,   ALL,               true,  true,  CC_EFFECT_DECEASED,       0},
  {"do_not_knock",      CC_LEVEL_DOOR,     CC_BY_DOOR,        false, true,  CC_EFFECT_DO_NOT_KNOCK,   0},
  {"do_not_contact",    CC_LEVEL_PERSON,   ALL,               true,  true,  CC_EFFECT_DO_NOT_CONTACT, 0},
  {"address_not_found", CC_LEVEL_DOOR,     CC_BY_DOOR,        false, true,  CC_EFFECT_NONE,           0},
  {"inaccessible",      CC_LEVEL_BUILDING, CC_BY_DOOR,        false, false, CC_EFFECT_INACCESSIBLE,   0},
  {"left_message",      CC_LEVEL_PHONE,    CALL,              false, true,  CC_EFFECT_NONE,           0},
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

static cc_status
wrong(cc_error *reterr, const char *field, const char *code, const char *message)
{
  return cc_fail_field(reterr, CC_ERR_INVALID, code, field, "%s", message);
}

/* The place or number that the level of an outcome asks for. */
static cc_status
check_level(const cc_outcome *outcome, const cc_outcome_case *given, cc_error *reterr)
{
  if (outcome->level == CC_LEVEL_PHONE && !given->phone)
    return wrong(reterr, "phone", "required", "This disposition is about a number: say which.");
  if (outcome->level == CC_LEVEL_BUILDING && !given->building)
    return wrong(reterr,
                 "building_id",
                 "required",
                 "This disposition is about a building or a door in it: say which.");
  if (outcome->level == CC_LEVEL_DOOR && !given->door)
    return wrong(reterr, "door_id", "required", "This disposition is about a door: say which.");
  return CC_OK;
}

/* The person that an outcome is about. */
static cc_status
check_person(const cc_outcome *outcome, const cc_outcome_case *given, cc_error *reterr)
{
  bool about_person = given->has_answers || outcome->effect == CC_EFFECT_MOVED ||
                      outcome->effect == CC_EFFECT_DECEASED;
  if (!given->voter && about_person)
    return wrong(reterr, "voter_id", "required", "Say whom this is about.");
  if (!given->voter && !given->door && !given->building && !given->phone)
    return wrong(reterr, "voter_id", "required", "Say whom or which door this is about.");
  bool about_consent = outcome->effect == CC_EFFECT_DO_NOT_CONTACT ||
                       outcome->effect == CC_EFFECT_DO_NOT_TEXT;
  if (about_consent && !given->voter && !given->phone)
    return wrong(reterr, "voter_id", "required", "Say who does not want to be contacted.");
  return CC_OK;
}

cc_status
cc_outcome_check(const cc_outcome_case *given, cc_error *reterr)
{
  if ((given->disposition != NULL) == given->has_answers)
    return wrong(reterr,
                 "disposition",
                 "disposition_or_answers",
                 "Send either a disposition or answers: answers imply that the person was "
                 "canvassed.");
  const cc_outcome *outcome =
    given->has_answers ? &cc_outcomes[0] : cc_outcome_find(given->disposition);
  if (outcome == NULL)
    return wrong(reterr, "disposition", "unknown_disposition", "There is no such disposition.");
  if (!given->has_answers && (outcome->channels & given->channel) == 0)
    return wrong(reterr,
                 "disposition",
                 "wrong_channel",
                 "This cannot be the outcome on this channel.");
  cc_status status = check_level(outcome, given, reterr);
  return status == CC_OK ? check_person(outcome, given, reterr) : status;
}

static void
add_channels(cc_str *out, unsigned channels)
{
  static const char *const names[] = {"door", "phone", "text"};
  const char *comma = "";
  for (size_t i = 0; i < CC_N(names); i++)
    if ((channels & (1u << i)) != 0) {
      cc_str_printf(out, "%s%s", comma, names[i]);
      comma = ",";
    }
}

void
cc_outcomes_sql(cc_str *out)
{
  cc_str_add(out,
             "INSERT INTO dispositions (code, level, position, channels, reached, finishes, effect, "
             "quiet_days) VALUES\n");
  for (size_t i = 0; i < cc_n_outcomes; i++) {
    const cc_outcome *o = &cc_outcomes[i];
    const char *effect = cc_outcome_effect_name(o->effect);
    const char *quote = *effect == '\0' ? "" : "'";
    cc_str_printf(out, "  ('%s', '%s', %zu, '{", o->code, cc_outcome_level_name(o->level), i + 1);
    add_channels(out, o->channels);
    cc_str_printf(out,
                  "}', %s, %s, %s%s%s, %d)%s\n",
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
}
