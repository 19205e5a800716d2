/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ccd-queries.h"
#include "common/api/cc-field.h"
#include "server/field/ccd-field-body.h"
#include "server/field/ccd-field.h"
#include "server/rules/ccd-scripts.h"

/* Resolves a conflict. When the resolution applies a body, the body is checked like an uploaded
 * one. */

/* Check a merged body: it must have the same type as the body that it replaces. */
static cc_status
check_merged(ccd_call *call, const char *kind, const char **ret, cc_error *reterr)
{
  const cc_field_decision *decision = call->body;
  const char *wrong = ccd_field_body_check(call, kind, decision->body, ret);
  return wrong == NULL
           ? CC_OK
           : cc_fail_field(reterr, CC_ERR_INVALID, "invalid", "/body", "No %s: %s", kind, wrong);
}

/* Check the contact that the resolution applies; NULL: the conflict is not about a contact. The
 * script is read inside the transaction, because here the statement cannot be repeated when the
 * script has changed. */
static cc_status
check_contact(ccd_call *call,
              const char *kind,
              const char *body,
              const ccd_rows *conflict,
              const char **ret,
              cc_error *reterr)
{
  ccd_contact_input input = {0};
  int64_t inherited = ccd_rows_int64(conflict, 0, "script_id");
  int64_t occurred = ccd_rows_int64(conflict, 0, "occurred_us");
  if (!ccd_field_body_contact(call, kind, body, &input))
    return CC_OK;
  if (input.script_id == 0)
    input.script_id = inherited;
  input.occurred = occurred;
  return ccd_contact_check_inside(call, &input, ret, reterr);
}

cc_status
ccd_field_resolve(ccd_call *call, cc_error *reterr)
{
  const cc_field_decision *decision = call->body;
  const ccd_rows *rows = NULL;
  const char *merged = NULL;
  const char *checked = NULL;
  cc_status status = ccd_call_query(call, &ccd_q_field_conflict_body, NULL, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) > 0) {
    const char *kind = ccd_rows_get(rows, 0, "kind");
    const char *body = ccd_rows_get(rows, 0, "body");
    const char *right = ccd_field_right_lacking(call, kind);
    /* Organizers of the canvass resolve conflicts of canvassers; conflicts at an event's door
     * need the right check_in. */
    if (right != NULL && cc_right_find(right) != CC_RIGHT_CANVASS)
      return cc_fail(reterr, CC_ERR_FORBIDDEN, "right", "This needs the right %s", right);
    if (decision->body != NULL) {
      status = check_merged(call, kind, &merged, reterr);
      body = merged;
    }
    if (status == CC_OK && body != NULL)
      status = check_contact(call, kind, body, rows, &checked, reterr);
  }
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {{"merged", merged}, {"checked", checked}, {0}};
  return ccd_call_query(call, &ccd_q_field_conflict_resolve, args, &call->rows, reterr);
}
