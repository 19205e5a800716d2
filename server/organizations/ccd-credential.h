/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Ending API tokens, for the removal of members (ccd-member.c). */

/* End an API token and all tokens that were made with it. @ret: the token existed. */
cc_status
ccd_api_token_drop(ccd_call *call, int64_t token_id, bool *ret, cc_error *reterr) CC_MUSTCHECK;
