/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Write the page of the API for people, made from the tables of operations, types and routes.
 *
 * @url: address of the API, for the curl commands
 */
void ccd_docs_write(const ccd_route *const *tables, const char *url, cc_str *out);
