/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Who may give whom which rights. */

/* A role with single rights, as the database has them. Role NULL: no member. */
typedef struct ccd_standing {
  const char *role;
  const char *permissions;
} ccd_standing;

/**
 * May the actor bring somebody from one standing to another? Only an owner touches owners and
 * admins; nobody gives a right that he does not have himself.
 *
 * CC_ERR_FORBIDDEN: owner_only or above_own_rights.
 */
cc_status ccd_grant_check(ccd_call *call, ccd_standing before, ccd_standing after, cc_error *reterr)
  CC_MUSTCHECK;

/**
 * Where somebody becomes an owner, or an owner becomes something else, the actor shows the second
 * factor again: a stolen session does not take the organization over. @before, @after: names of
 * roles, NULL: none. An actor without a second factor passes.
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
 * Take a person out of the call's organization, with the invitations and pairing codes that the
 * person made and nobody has used. API tokens of the person end with @tokens; otherwise the owners
 * are told by mail which go on working.
 *
 * CC_ERR_NOT_FOUND: no member.
 */
cc_status
ccd_member_end(ccd_call *call, int64_t user_id, bool tokens, cc_error *reterr) CC_MUSTCHECK;

/* The actor has every grantable right of @rights. CC_ERR_FORBIDDEN: above_own_rights. */
cc_status ccd_own_rights_check(ccd_call *call, uint64_t rights, cc_error *reterr) CC_MUSTCHECK;
