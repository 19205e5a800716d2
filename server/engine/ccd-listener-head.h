/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener.h"

/* The value of a request header by its lower-case name, or NULL. Repeated headers were refused
 * or joined before. */
const char *ccd_http_header(const ccd_http_request *request, const char *lower_name);
