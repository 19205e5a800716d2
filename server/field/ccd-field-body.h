/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/rules/ccd-contact.h"

/* Checks bodies of uploaded operations before they are passed to the database. */

/* Build a refusal: {"code": …, "message": …}. NULL: memory is exhausted. */
const char *ccd_field_body_refusal(cc_arena *arena, const char *code, const char *message);

/* Name of the right that operations of this kind need and the actor lacks; NULL: none is
 * lacking. Unknown kinds need no right here, because the database refuses them. */
const char *ccd_field_right_lacking(ccd_call *call, const char *kind_name);

/* Check an operation's body. Returns NULL when it is valid, else the refusal as JSON. @ret_body:
 * the body to store, either as received or in the form of the kind's type; NULL when memory is
 * exhausted. */
const char *ccd_field_body_check(ccd_call *call,
                                 const char *kind_name,
                                 const char *body,
                                 const char **ret_body);

/* Read the contact that an operation records. False: the operation records no contact or undoes
 * one, so there is nothing to check. The caller sets .occurred. */
bool
ccd_field_body_contact(ccd_call *call, const char *kind, const char *body, ccd_contact_input *ret);
