/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* A success becomes an answer. */

/* Headers and body of a success. */
cc_status ccd_reply_encode(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;
void ccd_reply_send(ccd_exchange *exchange);
