/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "server/engine/ccd-call.h"

/* The OpenAPI 3.1 document and the page for people, both made from the tables: operations, types,
 * routes. The document is committed as docs/openapi.json; a test holds it against this. */
void ccd_openapi_write(const ccd_route *const *tables, cc_str *out);

/* Name of a rate limit class. */
const char *ccd_limit_name(ccd_limit limit);
