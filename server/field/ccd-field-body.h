/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/rules/ccd-contact.h"

/* Bodies of operations that phones upload, before the database sees them. */

/* {"code": …, "message": …}; NULL: out of memory. */
const char *ccd_field_body_refusal(cc_arena *arena, const char *code, const char *message);

/* The name of the right that the actor lacks for operations of a kind, or NULL. A kind that nobody
 * knows is refused by the database. */
const char *ccd_field_right_lacking(ccd_call *call, const char *kind_name);

/* Check an operation's body: NULL when it is good, else the refusal as JSON; @ret_body is then the
 * body as it came, else as the kind's type keeps it. Out of memory is told by *ret_body NULL. */
const char *ccd_field_body_check(ccd_call *call,
                                 const char *kind_name,
                                 const char *body,
                                 const char **ret_body);

/* What an operation says of a contact. False: it is none, or takes one back: nothing to check.
 * .occurred is left to the caller. */
bool ccd_field_body_said(ccd_call *call, const char *kind, const char *body, ccd_contact_said *ret);
