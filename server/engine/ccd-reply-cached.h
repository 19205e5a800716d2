/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* Replies for visitors from server->public_cache. */

/* Is the reply cached? Never waits. */
bool ccd_reply_is_cached(ccd_exchange *exchange);

/* Like ccd_reply_is_cached, but if the reply is not cached, this exchange may become the one
 * that computes it. @wait: wait for another thread that is computing the reply. */
bool ccd_reply_await_cached(ccd_exchange *exchange, bool wait);

/* Send the cached reply instead of running the statement. */
cc_status ccd_reply_from_cache(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* Cache the encoded reply, if this exchange is the one that computes it. */
void ccd_reply_keep(ccd_exchange *exchange);

/* Release the cached reply or the filling. Call at the end of every exchange. */
void ccd_reply_cached_end(ccd_exchange *exchange);
