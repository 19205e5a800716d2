/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* Visitors' reads are answered from server->public_cache where that has the answer. */

/* The answer is here, without asking or waiting for anybody. */
bool ccd_reply_is_cached(ccd_exchange *exchange);

/* Same, but when the answer is not here, this exchange may become the one that gets it. @wait: for
 * another thread that is getting the answer. */
bool ccd_reply_await_cached(ccd_exchange *exchange, bool wait);

/* Instead of the work: the reply is the kept answer. */
cc_status ccd_reply_from_cache(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* The work is done and encoded: keep the reply, if this exchange is the one to get it. */
void ccd_reply_keep(ccd_exchange *exchange);

/* At the end of every exchange. */
void ccd_reply_cached_end(ccd_exchange *exchange);
