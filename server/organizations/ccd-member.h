/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Rules for giving rights to members. */

/* A role with single rights, as stored in the database. Role NULL: no member. */
typedef struct ccd_standing {
  const char *role;
  const char *permissions;
} ccd_standing;

/**
 * May the actor change a person's role and rights from @before to @after? Only an owner may change
 * owners and admins, and nobody can give a right that he or she lacks.
 *
 * CC_ERR_FORBIDDEN: owner_only or above_own_rights.
 */
cc_status ccd_grant_check(ccd_call *call, ccd_standing before, ccd_standing after, cc_error *reterr)
  CC_MUSTCHECK;

/**
 * Require the actor's second factor when a person becomes an owner or stops being one, so that a
 * stolen session cannot take the organization over. @before, @after: names of roles, NULL: none. An
 * actor without a second factor passes.
 *
 * CC_ERR_INVALID: second_factor_required; or the code is wrong.
 */
cc_status ccd_owner_prove(ccd_call *call,
                          const char *before,
                          const char *after,
                          const char *code,
                          const char *recovery_code,
                          cc_error *reterr) CC_MUSTCHECK;

/**
 * Remove a person from the call's organization, with the person's unused invitations and pairing
 * codes. With @tokens the person's API tokens end; otherwise a mail tells the owners which ones
 * keep working.
 *
 * CC_ERR_NOT_FOUND: not a member.
 */
cc_status
ccd_member_end(ccd_call *call, int64_t user_id, bool tokens, cc_error *reterr) CC_MUSTCHECK;

/* Check that the actor has every grantable right of @rights. CC_ERR_FORBIDDEN: above_own_rights. */
cc_status ccd_own_rights_check(ccd_call *call, uint64_t rights, cc_error *reterr) CC_MUSTCHECK;
