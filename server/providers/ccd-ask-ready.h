/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "server/engine/ccd-config.h"

/* Client of /readyz for the health check command of campaign-centerd. */

/**
 * Request /readyz from the server that runs on this machine with these settings. Blocks for at most
 * ten seconds.
 *
 * @reply: the body of the response is appended to it
 * @ret_ready: whether the status was 200; set on CC_OK only
 *
 * Returns CC_ERR_UNAVAILABLE when no server responds.
 */
cc_status ccd_ask_ready(const ccd_config *config, cc_str *reply, bool *ret_ready, cc_error *reterr)
  CC_MUSTCHECK;
