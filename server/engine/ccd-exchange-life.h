/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* Create an exchange for a request. NULL: memory is exhausted. */
ccd_exchange *ccd_exchange_new(ccd_server *server, const ccd_http_request *request);

/* The exchange that was begun for the request, or a new one, connected to its response. NULL:
 * memory is exhausted, and the response reports this. */
ccd_exchange *
ccd_exchange_take(ccd_server *server, const ccd_http_request *request, ccd_http_response *response);

/* Write the reply, send the notifications that follow a commit, count and log. The exchange's
 * memory is released when the listener has copied the headers. */
void ccd_exchange_end(ccd_exchange *exchange, cc_status status, const cc_error *error);

/* Release the memory of an exchange. @data: call.arena */
void ccd_exchange_put_arena(void *data);

/* Set up the pool of arenas for calls. Call once before all listeners start; ccd_exchanges_done
 * after all have stopped. */
void ccd_exchanges_init(void);
void ccd_exchanges_done(void);
