/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "server/engine/ccd-config.h"

/**
 * Ask /readyz of the server that runs on this machine with these settings.
 *
 * @reply: receives what the server says
 *
 * CC_ERR_UNAVAILABLE: nobody answers there.
 */
cc_status ccd_ask_ready(const ccd_config *config, cc_str *reply, bool *ret_ready, cc_error *reterr)
  CC_MUSTCHECK;
