/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/rules/ccd-contact.h"

/* Work in the field: packs that phones take along, what they send back, conflicts. The rules are in
 * db/functions/field, the protocol in docs/internals/field-protocol.md. */
extern const ccd_route ccd_field_routes[];

ccd_handler ccd_field_packs;
ccd_handler ccd_turf_pack;
ccd_handler ccd_event_pack;
ccd_handler ccd_field_upload;
ccd_handler ccd_field_resolve;

/* A check of an operation's body: NULL when it is good, else the refusal as JSON; @ret_body is then
 * the body as it came, else as the kind's type keeps it. CC_ERR_NO_MEMORY is told by *ret_body
 * NULL. */
const char *
ccd_field_check(ccd_call *call, const char *kind_name, const char *body, const char **ret_body);

/* What an operation says of a contact. False: it is none, or takes one back: nothing to check.
 * .occurred is left to the caller. */
bool ccd_field_said(ccd_call *call, const char *kind, const char *body, ccd_contact_said *ret);
