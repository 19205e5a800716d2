/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* Headers of replies. */

/* True when an entity tag of If-None-Match equals this reply's. */
bool ccd_response_not_modified(const ccd_exchange *exchange);

void ccd_response_header(ccd_http_response *response, const char *name, const char *value);

/* Is @origin an item of the comma-separated @list? */
bool ccd_origin_listed(const char *list, const char *origin);

/* Add the headers that every reply has. */
void ccd_response_common(ccd_exchange *exchange);
