/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener.h"

/* For ccd_listener_options.many; @data is the ccd_server. Takes reads by a key
 * (ccd_route.by_key) for which ccd_dispatch_place has already done the steps before the work. */
void ccd_dispatch_many(void *data, ccd_http_job *jobs, size_t n, ccd_http_done *done);
