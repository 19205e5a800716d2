/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "server/engine/ccd-call.h"

/* The OpenAPI 3.1 document, generated from the tables of operations, types and routes. It is
 * committed as docs/openapi.json; a test compares the two. */
void ccd_openapi_write(const ccd_route *const *tables, cc_str *out);

/* The name of a rate limit class. */
const char *ccd_limit_name(ccd_limit limit);
