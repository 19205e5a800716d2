/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-organization.h"
#include "common/base/cc-utf8.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-budget.h"
#include "server/engine/ccd-server.h"
#include "server/jobs/ccd-job.h"
#include "server/jobs/ccd-mail-job.h"
#include "server/organizations/ccd-member.h"
#include "server/organizations/ccd-organizations.h"
#include "server/organizations/ccd-plain-text.h"

/* Invitations. The token in a link is looked up before the organization is known
 * (invitation_find). Everything else happens inside the inviting organization, where the
 * invitation is checked again with its row locked. */

/* Anybody can create an organization with any name, and an invitation goes to a person who did
 * not ask for it, so text typed by users never becomes a link in the mail. */
static cc_status
send_mail(ccd_call *call,
          const char *email,
          const char *token,
          const char *message,
          const ccd_rows *about,
          cc_error *reterr)
{
  cc_arena *arena = call->arena;
  bool links = false;
  const char *typed_inviter = ccd_rows_get(about, 0, "inviter");
  const char *organization =
    ccd_plain_text(arena, ccd_rows_get(about, 0, "organization_name"), &links);
  const char *inviter = ccd_plain_text(arena, typed_inviter != NULL ? typed_inviter : "", &links);
  const char *worded = ccd_plain_text(arena, message != NULL ? message : "", &links);
  if (organization == NULL || inviter == NULL || worded == NULL)
    return cc_fail_memory(reterr);
  const char *subject = cc_arena_printf(arena, "Invitation to %s", organization);
  const char *text =
    cc_arena_printf(arena,
                    "%s invites you to join %s.\n\n%s%sTo accept or decline, open this address:\n"
                    "%s/invitations/accept#token=%s\n\nToken: %s\n\n"
                    "The invitation can be used once, within 14 days. If you did not expect it, "
                    "ignore this mail.\n",
                    inviter[0] != '\0' ? inviter : "An administrator",
                    organization,
                    worded,
                    worded[0] != '\0' ? "\n\n" : "",
                    ccd_call_config(call)->public_url,
                    token,
                    token);
  if (subject == NULL || text == NULL)
    return CC_ERR_NO_MEMORY;
  return ccd_mail_enqueue(call, email, subject, text, reterr);
}

/* Count one mail against the budgets of the organization, of the person over all organizations,
 * and of the address. Since strangers can create organizations, few mails are allowed until a
 * second person has joined. */
static cc_status
count_invitation_mail(ccd_call *call, const char *email, const ccd_rows *about, cc_error *reterr)
{
  const ccd_actor *actor = call->actor;
  bool joined = ccd_rows_bool(about, 0, "joined");
  const char *what = joined ? "invitations" : "first invitations";
  int64_t most = ccd_call_config(call)->invitations_per_day / (joined ? 1 : 10);

  cc_status status = ccd_budget_take(call,
                                     cc_arena_printf(call->arena,
                                                     "%s|organization|%" PRId64,
                                                     what,
                                                     actor->organization_id),
                                     most,
                                     reterr);
  if (status == CC_OK && actor->kind == CCD_ACTOR_PERSON)
    status =
      ccd_budget_take(call,
                      cc_arena_printf(call->arena, "%s|person|%" PRId64, what, actor->user_id),
                      most,
                      reterr);
  if (status != CC_OK)
    return status;
  return ccd_budget_take(call,
                         ccd_budget_of_address(call, "mails", email),
                         CCD_BUDGET_ADDRESS,
                         reterr);
}

/* Refuse a message that contains web or mail addresses. */
static cc_status
check_body(ccd_call *call, const cc_invitation *body, cc_error *reterr)
{
  bool links = false;
  if (body->message == NULL)
    return CC_OK;
  if (ccd_plain_text(call->arena, body->message, &links) == NULL)
    return cc_fail_memory(reterr);
  if (!links)
    return CC_OK;
  return cc_fail_field(reterr,
                       CC_ERR_INVALID,
                       "link",
                       "/message",
                       "The message must not contain web or e-mail addresses. Write a space "
                       "after each full stop.");
}

cc_status
ccd_invitation_make(ccd_call *call, cc_error *reterr)
{
  const cc_invitation *body = call->body;
  cc_status status = check_body(call, body, reterr);
  if (status != CC_OK)
    return status;
  ccd_standing invited = {cc_role_enum.names[body->role - 1], body->permissions};
  status = ccd_grant_check(call, (ccd_standing){0}, invited, reterr);
  if (status == CC_OK)
    status = ccd_owner_prove(call, NULL, invited.role, body->code, body->recovery_code, reterr);
  if (status != CC_OK)
    return status;
  const char *email = cc_utf8_fold(call->arena, body->email, strlen(body->email));
  const char *token = ccd_token_new(call->arena, "cci_");
  const char *hash = token != NULL ? ccd_token_hash(call->arena, token) : NULL;
  if (email == NULL || hash == NULL)
    return CC_ERR_NO_MEMORY;
  const ccd_arg args[] = {{"email", email}, {"token_hash", hash}, {0}};
  const ccd_rows *about;
  status = ccd_call_query(call, &ccd_q_invitation_prepare, args, &about, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_bool(about, 0, "is_member"))
    return cc_fail_field(reterr,
                         CC_ERR_CONFLICT,
                         "already_member",
                         "/email",
                         "This person is a member already.");
  status = ccd_call_query(call, &ccd_q_invitation_clear, args, NULL, reterr);
  if (status == CC_OK)
    status = count_invitation_mail(call, email, about, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_call_query(call, &ccd_q_invitation_create, args, &call->rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(call->rows) == 0)
    return cc_fail_field(reterr,
                         CC_ERR_CONFLICT,
                         "already_invited",
                         "/email",
                         "An invitation to this address is pending.");
  return send_mail(call, email, token, body->message, about, reterr);
}

cc_status
ccd_invitation_send_again(ccd_call *call, cc_error *reterr)
{
  const ccd_rows *rows;
  cc_status status = ccd_call_query(call, &ccd_q_invitation_lock, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return cc_fail_absent(reterr);
  if (!ccd_rows_bool(rows, 0, "pending"))
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "invitation_closed",
                   "This invitation was answered or revoked.");
  ccd_standing invited = {ccd_rows_get(rows, 0, "role"), ccd_rows_get(rows, 0, "permissions")};
  status = ccd_grant_check(call, (ccd_standing){0}, invited, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_bool(rows, 0, "too_soon"))
    return cc_fail(reterr,
                   CC_ERR_RATE_LIMITED,
                   "too_soon",
                   "This invitation was sent less than a minute ago. Try again later.");
  const char *email = ccd_rows_get(rows, 0, "email");
  const char *token = ccd_token_new(call->arena, "cci_");
  const char *hash = token != NULL ? ccd_token_hash(call->arena, token) : NULL;
  if (hash == NULL)
    return CC_ERR_NO_MEMORY;
  const ccd_arg args[] = {{"email", email}, {"token_hash", hash}, {0}};
  const ccd_rows *about;
  status = ccd_call_query(call, &ccd_q_invitation_prepare, args, &about, reterr);
  if (status != CC_OK)
    return status;
  status = count_invitation_mail(call, email, about, reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_invitation_resend, args, &call->rows, reterr);
  if (status != CC_OK)
    return status;
  return send_mail(call, email, token, ccd_rows_get(rows, 0, "message"), about, reterr);
}

/* Find the invitation whose token is in the body, if it can still be accepted or declined. @ret:
 * its row, for the caller. */
static cc_status
find_open(ccd_call *call, const char **ret_hash, const ccd_rows **ret, cc_error *reterr)
{
  const cc_invitation_answer *body = call->body;
  *ret_hash = ccd_token_hash(call->arena, body->token);
  if (*ret_hash == NULL)
    return CC_ERR_NO_MEMORY;
  const ccd_arg args[] = {{"token_hash", *ret_hash}, {0}};
  cc_status status = ccd_call_query(call, &ccd_q_invitation_find, args, ret, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(*ret) == 0)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "bad_token",
                         "/token",
                         "The token is not valid: it is incomplete, or the invitation was "
                         "revoked or sent again with a new token.");
  if (strcmp(ccd_rows_get(*ret, 0, "status"), "pending") != 0)
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "invitation_closed",
                   "This invitation was answered or revoked.");
  if (ccd_rows_bool(*ret, 0, "expired"))
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "invitation_expired",
                   "This invitation has expired. Ask for a new one.");
  return CC_OK;
}

cc_status
ccd_invitation_take(ccd_call *call, cc_error *reterr)
{
  const char *hash;
  const ccd_rows *found;
  cc_status status = find_open(call, &hash, &found, reterr);
  if (status != CC_OK)
    return status;
  const char *user_email = ccd_rows_get(found, 0, "user_email");
  if (user_email == NULL || strcmp(user_email, ccd_rows_get(found, 0, "email")) != 0)
    return cc_fail(reterr,
                   CC_ERR_FORBIDDEN,
                   "other_address",
                   "This invitation was sent to an e-mail address other than yours.");
  if (!ccd_rows_bool(found, 0, "verified"))
    return cc_fail(reterr,
                   CC_ERR_FORBIDDEN,
                   "email_not_verified",
                   "Verify your e-mail address first.");
  int64_t organization_id = ccd_rows_int64(found, 0, "organization_id");
  status = ccd_call_switch(call, organization_id, call->actor->user_id, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {{"token_hash", hash},
                          {"invitation_id", ccd_rows_get(found, 0, "id")},
                          {0}};
  const ccd_rows *done;
  status = ccd_call_query(call, &ccd_q_invitation_accept, args, &done, reterr);
  if (status != CC_OK)
    return status;
  if (!ccd_rows_bool(done, 0, "taken"))
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "invitation_closed",
                   "This invitation was answered or revoked.");
  if (!ccd_rows_bool(done, 0, "joined"))
    return cc_fail(reterr, CC_ERR_CONFLICT, "already_member", "You are a member already.");
  ccd_call_revoke(call, CCD_REVOKED_USER, call->actor->user_id);
  const ccd_arg joined[] = {{"organization_id", ccd_text_int64(call->arena, organization_id)}, {0}};
  return ccd_call_query(call, &ccd_q_membership_get, joined, &call->rows, reterr);
}

cc_status
ccd_invitation_refuse(ccd_call *call, cc_error *reterr)
{
  const char *hash;
  const ccd_rows *found;
  cc_status status = find_open(call, &hash, &found, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {{"token_hash", hash},
                          {"invitation_id", ccd_rows_get(found, 0, "id")},
                          {0}};
  int64_t organization_id = ccd_rows_int64(found, 0, "organization_id");
  status = ccd_call_switch(call, organization_id, /* user_id= */ 0, reterr);
  if (status != CC_OK)
    return status;
  const ccd_rows *done;
  status = ccd_call_query(call, &ccd_q_invitation_decline, args, &done, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(done) == 0)
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "invitation_closed",
                   "This invitation was answered or revoked.");
  return CC_OK;
}
