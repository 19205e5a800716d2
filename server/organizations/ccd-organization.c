/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "ccd-queries.h"
#include "common/api/cc-organization.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-budget.h"
#include "server/engine/ccd-server.h"
#include "server/organizations/ccd-member.h"
#include "server/organizations/ccd-organizations.h"

/* Organizations: create, change, switch, leave, transfer. */

#define FOUNDED_MAX 20 /* organizations that one person may create on a day */

/* Next candidate for the slug of a new organization: the name's slug, then with a number, then
 * with random letters. */
static const char *
next_slug(ccd_call *call, const char *base, int attempt)
{
  if (attempt == 0)
    return base;
  if (attempt < 4)
    return cc_arena_printf(call->arena, "%.80s-%d", base, attempt + 1);
  uint8_t bytes[6];
  ccd_random(bytes, sizeof(bytes));
  const char *hex = ccd_hex(call->arena, bytes, sizeof(bytes));
  return hex != NULL ? cc_arena_printf(call->arena, "%.80s-%s", base, hex) : NULL;
}

static cc_status
insert_organization(ccd_call *call, const char *slug, bool *ret_made, cc_error *reterr)
{
  const ccd_arg args[] = {{"slug", slug}, {0}};
  const ccd_rows *rows;
  cc_status status = ccd_call_query(call, &ccd_q_organization_create, args, &rows, reterr);
  if (status == CC_OK)
    *ret_made = ccd_rows_n(rows) == 1;
  return status;
}

static cc_status
reply_organization(ccd_call *call, cc_error *reterr)
{
  cc_status status = ccd_call_query(call, &ccd_q_organization_get, NULL, &call->rows, reterr);
  if (status != CC_OK)
    return status;
  return ccd_rows_n(call->rows) == 1 ? CC_OK : cc_fail_absent(reterr);
}

/* A person who turns on the requirement of a second factor must have one; otherwise the request
 * would lock that person out. */
static cc_status
check_own_second_factor(ccd_call *call, cc_error *reterr)
{
  const ccd_rows *rows = NULL;

  if (call->actor->kind != CCD_ACTOR_PERSON)
    return CC_OK;
  cc_status status = ccd_call_query(call, &ccd_q_second_factor_of_actor, NULL, &rows, reterr);
  if (status != CC_OK || ccd_rows_bool(rows, 0, "holds"))
    return status;
  return cc_fail_field(reterr,
                       CC_ERR_CONFLICT,
                       "second_factor_needed_first",
                       "/require_second_factor",
                       "Set up a second factor for your own account first. Without one you would "
                       "be locked out.");
}

cc_status
ccd_organization_check(ccd_call *call, cc_error *reterr)
{
  const cc_organization *body = call->body;
  const ccd_rows *rows = NULL;
  int index = cc_type_find(&cc_organization_type, "require_second_factor");

  if (!cc_present_has(&call->body_present, (size_t) index))
    return CC_OK;
  if (body->require_second_factor)
    return check_own_second_factor(call, reterr);
  cc_status status = ccd_call_query(call, &ccd_q_second_factor_demanded, NULL, &rows, reterr);
  if (status != CC_OK || !ccd_rows_bool(rows, 0, "demanded"))
    return status;
  if (call->actor->kind != CCD_ACTOR_PERSON)
    return cc_fail(reterr,
                   CC_ERR_FORBIDDEN,
                   "person_needed",
                   "This change requires a second factor, so only a signed-in person can make it.");
  return call->server->prove_factor(call, body->code, body->recovery_code, reterr);
}

cc_status
ccd_organization_create(ccd_call *call, cc_error *reterr)
{
  const cc_organization *body = call->body;
  const ccd_rows *rows;
  cc_status status = body->require_second_factor ? check_own_second_factor(call, reterr) : CC_OK;
  if (status == CC_OK)
    status = ccd_budget_take(call,
                             cc_arena_printf(call->arena,
                                             "organizations|person|%" PRId64,
                                             call->actor->user_id),
                             FOUNDED_MAX,
                             reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_organization_new, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  const char *base =
    body->slug != NULL ? body->slug : cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "slug"));
  /* From here on the transaction acts for the new organization. */
  status = ccd_call_switch(call, ccd_rows_int64(rows, 0, "id"), call->actor->user_id, reterr);
  bool made = false;
  for (int attempt = 0; status == CC_OK && !made && attempt < 6; attempt++) {
    const char *slug = next_slug(call, base, attempt);
    if (slug == NULL)
      return CC_ERR_NO_MEMORY;
    status = insert_organization(call, slug, &made, reterr);
    if (!made && body->slug != NULL)
      break; /* a slug that the client chose is never replaced by another */
  }
  if (status == CC_OK && !made)
    return cc_fail_field(reterr,
                         CC_ERR_CONFLICT,
                         "slug_taken",
                         "/slug",
                         "Another organization has this slug.");
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_organization_found, NULL, NULL, reterr);
  if (status != CC_OK)
    return status;
  ccd_call_revoke(call, CCD_REVOKED_SESSION, call->actor->session_id);
  return reply_organization(call, reterr);
}

cc_status
ccd_organization_switch(ccd_call *call, cc_error *reterr)
{
  const cc_organization_choice *body = call->body;
  const char *id = ccd_text_int64(call->arena, body->organization_id);
  if (id == NULL)
    return CC_ERR_NO_MEMORY;
  const ccd_arg args[] = {{"organization_id", id}, {0}};
  const ccd_rows *rows;
  cc_status status = ccd_call_query(call, &ccd_q_organization_switch, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return cc_fail_absent(reterr);
  ccd_call_revoke(call, CCD_REVOKED_SESSION, call->actor->session_id);
  /* Reply with the membership instead of the organization, because the actor's view still
   * belongs to the previous organization. */
  return ccd_call_query(call, &ccd_q_membership_get, args, &call->rows, reterr);
}

cc_status
ccd_organization_leave(ccd_call *call, cc_error *reterr)
{
  if (call->actor->kind != CCD_ACTOR_PERSON)
    return cc_fail(reterr, CC_ERR_CONFLICT, "not_a_person", "Only a person can leave.");
  return ccd_member_end(call, call->actor->user_id, /* tokens= */ false, reterr);
}

cc_status
ccd_organization_transfer(ccd_call *call, cc_error *reterr)
{
  const cc_owner_transfer *body = call->body;
  if (body->user_id == call->actor->user_id)
    return cc_fail_field(reterr,
                         CC_ERR_CONFLICT,
                         "already_owner",
                         "/user_id",
                         "You are an owner already.");
  const ccd_rows *rows;
  cc_status status = ccd_owner_prove(call, NULL, "owner", body->code, body->recovery_code, reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_owner_make, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "unknown_reference",
                         "/user_id",
                         "There is no such member.");
  status = ccd_call_query(call, &ccd_q_owner_step_down, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return cc_fail(reterr, CC_ERR_FORBIDDEN, "owner_only", "Only an owner can do this.");
  ccd_call_revoke(call, CCD_REVOKED_USER, body->user_id);
  ccd_call_revoke(call, CCD_REVOKED_USER, call->actor->user_id);
  return CC_OK;
}
