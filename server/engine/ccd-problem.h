/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* A failure becomes an answer. */

/* The problem document of a failure. Replaces whatever was in the response. */
void ccd_problem_send(ccd_exchange *exchange, cc_status status, const cc_error *error);

/* Fill in what @error does not say: the field errors of the call, or what the status means. */
void ccd_problem_complete(const ccd_exchange *exchange, cc_status status, cc_error *error);

/* "Event" → "event", "EventRef" → "event", "ApiToken" → "api_token". NULL: no memory. */
const char *ccd_entity_name(cc_arena *arena, const cc_type *type);
