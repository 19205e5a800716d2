/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* Headers of an answer. */

/* One of the entity tags of If-None-Match is this answer's. */
bool ccd_response_not_modified(const ccd_exchange *exchange);

void ccd_response_header(ccd_http_response *response, const char *name, const char *value);

/* Is @origin one of the comma-separated @list, whole? */
bool ccd_origin_listed(const char *list, const char *origin);

/* Headers that every answer carries. */
void ccd_response_common(ccd_exchange *exchange);
