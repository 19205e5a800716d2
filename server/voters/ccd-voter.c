/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-voter.h"
#include "server/data/ccd-db.h"
#include "server/engine/ccd-arg-text.h"
#include "server/voters/ccd-address.h"
#include "server/voters/ccd-voters-routes.h"

/* A voter by hand: the address is parsed here, the rest is one statement. */

static void
add_member(cc_str *out, const char *name, const char *text, size_t length)
{
  cc_str_printf(out, "%s\"%s\":", out->length > 1 ? "," : "", name);
  cc_str_add_json(out, text, length);
}

/* The JSON that voter_home reads, from the row of voter_address_given. */
static cc_status
home_of(ccd_call *call, const ccd_rows *rows, const char **ret, cc_error *reterr)
{
  const char *line = ccd_rows_get(rows, 0, "address");
  const char *unit = ccd_rows_get(rows, 0, "unit");
  const char *whole =
    unit == NULL || line == NULL ? line : cc_arena_printf(call->arena, "%s # %s", line, unit);
  ccd_address parsed = {0};
  cc_str json = CC_STR_INIT(16384);

  cc_status status = ccd_address_parse(ccd_slice_of(whole),
                                       ccd_slice_of(ccd_rows_get(rows, 0, "zip5")),
                                       call->arena,
                                       &parsed);
  if (status != CC_OK)
    return cc_fail_memory(reterr);
  cc_str_add_char(&json, '{');
  add_member(&json, "address_key", parsed.address_key.text, parsed.address_key.length);
  add_member(&json, "building_key", parsed.building_key.text, parsed.building_key.length);
  add_member(&json, "street_key", parsed.street_key.text, parsed.street_key.length);
  add_member(&json, "number", parsed.number.text, parsed.number.length);
  add_member(&json, "street", parsed.street_key.text, parsed.street_key.length);
  if (line != NULL)
    add_member(&json, "line", line, strlen(line));
  static const char *const kept[] = {"unit", "city", "state", "zip5", "precinct"};
  for (size_t i = 0; i < CC_N(kept); i++) {
    const char *text = ccd_rows_get(rows, 0, kept[i]);
    if (text != NULL)
      add_member(&json, kept[i], text, strlen(text));
  }
  cc_str_add_char(&json, '}');
  *ret = json.failed ? NULL : cc_arena_strdup(call->arena, json.text);
  cc_str_done(&json);
  return *ret != NULL ? CC_OK : cc_fail_memory(reterr);
}

cc_status
ccd_voter_prepare(ccd_call *call, cc_error *reterr)
{
  static const char *const parts[] = {"address", "unit", "zip5"};
  bool moves = false;
  for (size_t i = 0; i < CC_N(parts); i++)
    moves =
      moves || cc_present_has(&call->body_present, (size_t) cc_type_find(&cc_voter_type, parts[i]));
  const char *home = NULL;
  if (moves) {
    const cc_voter_ref *params = call->params; /* NULL: the voter is being made */
    const ccd_arg of[] = {
      {"voter_id", params == NULL ? NULL : ccd_text_int64(call->arena, params->voter_id)},
      {0},
    };
    const ccd_rows *given = NULL;
    cc_status status = ccd_call_query(call, &ccd_q_voter_address_given, of, &given, reterr);
    if (status == CC_OK)
      status = home_of(call, given, &home, reterr);
    if (status != CC_OK)
      return status;
  }
  ccd_arg *args = cc_arena_alloc(call->arena, 2 * sizeof(*args));
  if (args == NULL)
    return cc_fail_memory(reterr);
  args[0] = (ccd_arg){"home", home};
  args[1] = (ccd_arg){0};
  call->args = args;
  return CC_OK;
}
