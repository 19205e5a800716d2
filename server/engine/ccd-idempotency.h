/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* Idempotency-Key: begin before the work, inside its transaction. */
cc_status ccd_idempotency_begin(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_idempotency_finish(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;
