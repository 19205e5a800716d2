/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prepares the statements of createVoter and updateVoter: parses the address in C and passes the
 * keys of the home to the statement. */
#include "ccd-queries.h"
#include "common/api/cc-voter.h"
#include "server/data/ccd-db.h"
#include "server/engine/ccd-arg-text.h"
#include "server/voters/ccd-home.h"
#include "server/voters/ccd-voters-routes.h"

/* Build the JSON argument of the SQL function voter_home from a row of the query
 * voter_address_given. */
static cc_status
build_home(ccd_call *call, const ccd_rows *rows, const char **ret, cc_error *reterr)
{
  const ccd_residence given = {
    .line = ccd_slice_of(ccd_rows_get(rows, 0, "address")),
    .unit = ccd_slice_of(ccd_rows_get(rows, 0, "unit")),
    .zip5 = ccd_slice_of(ccd_rows_get(rows, 0, "zip5")),
    .city = ccd_slice_of(ccd_rows_get(rows, 0, "city")),
  };
  cc_str json = CC_STR_INIT(16384);
  cc_str_add_char(&json, '{');
  if (ccd_home_add(&given, call->arena, &json) != CC_OK) {
    cc_str_done(&json);
    return cc_fail_memory(reterr);
  }
  static const char *const kept[] = {"city", "state", "precinct"};
  for (size_t i = 0; i < CC_N(kept); i++) {
    const char *text = ccd_rows_get(rows, 0, kept[i]);
    if (text != NULL)
      ccd_home_add_member(&json, kept[i], ccd_slice_of(text));
  }
  cc_str_add_char(&json, '}');
  *ret = json.failed ? NULL : cc_arena_strdup(call->arena, json.text);
  cc_str_done(&json);
  return *ret != NULL ? CC_OK : cc_fail_memory(reterr);
}

static bool
is_given(const ccd_call *call, const char *member)
{
  return cc_present_has(&call->body_present, (size_t) cc_type_find(&cc_voter_type, member));
}

cc_status
ccd_voter_prepare(ccd_call *call, cc_error *reterr)
{
  static const char *const parts[] = {"address", "unit", "zip5"};
  bool moves = false, city = is_given(call, "city");
  for (size_t i = 0; i < CC_N(parts); i++)
    moves = moves || is_given(call, parts[i]);
  const char *home = NULL;
  if (moves || city) {
    const cc_voter_ref *params = call->params; /* NULL in createVoter */
    const ccd_arg of[] = {
      {"voter_id", params == NULL ? NULL : ccd_text_int64(call->arena, params->voter_id)},
      {0},
    };
    const ccd_rows *given = NULL;
    cc_status status = ccd_call_query(call, &ccd_q_voter_address_given, of, &given, reterr);
    /* Without a ZIP code, the city is part of the address keys. A new city then changes these
     * keys. */
    if (status == CC_OK && (moves || ccd_rows_bool(given, 0, "by_city")))
      status = build_home(call, given, &home, reterr);
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
