/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* NULL: memory is out. */
ccd_exchange *ccd_exchange_new(ccd_server *server, const ccd_http_request *request);

/* The exchange that was begun for the request, else a new one, with its response. NULL: memory is
 * out, and the response says so. */
ccd_exchange *
ccd_exchange_take(ccd_server *server, const ccd_http_request *request, ccd_http_response *response);

/* Write the answer, tell what must be told after a commit, count and log. The exchange's memory
 * goes when the listener has copied the headers. */
void ccd_exchange_end(ccd_exchange *exchange, cc_status status, const cc_error *error);

/* Of an exchange without an answer. @data: call.arena */
void ccd_exchange_put_arena(void *data);

/* Arenas for calls, kept between requests. Call once before and after all listeners. */
void ccd_exchanges_init(void);
void ccd_exchanges_done(void);
