/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* Error replies (RFC 9457). */

/* Write the problem document of a failure. Replaces the previous content of the response. */
void ccd_problem_send(ccd_exchange *exchange, cc_status status, const cc_error *error);

/* Complete @error: from the field errors of the call, or from the meaning of the status. */
void ccd_problem_complete(const ccd_exchange *exchange, cc_status status, cc_error *error);

/* Name of a type's entity: "Event" → "event", "EventRef" → "event", "ApiToken" → "api_token".
 * NULL: memory is exhausted. */
const char *ccd_entity_name(cc_arena *arena, const cc_type *type);
