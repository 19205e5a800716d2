/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* A check of an operation's body: NULL when it is good, else the refusal as JSON; @ret_body is then
 * the body as it came, else as the kind's type keeps it. CC_ERR_NO_MEMORY is told by *ret_body
 * NULL. */
const char *
ccd_field_check(ccd_call *call, const char *kind_name, const char *body, const char **ret_body);
