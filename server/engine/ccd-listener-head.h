/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener.h"

/* Return the value of a request header by its lower-case name; NULL: none. Repeated headers have
 * been refused or joined before. */
const char *ccd_http_header(const ccd_http_request *request, const char *lower_name);
