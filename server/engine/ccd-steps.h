/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* What a request goes through; ccd-dispatch.c has the order. Each step fails with the error that
 * the client gets. */

/* The route of the path and method, and its parameters. */
cc_status ccd_step_route(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* The body is of a type and size that the route takes. */
cc_status ccd_step_size(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* Bytes of a route's body at most, and whether a request says that it has more. */
size_t ccd_step_body_most(const ccd_route *route);
bool ccd_step_announces_more(const ccd_http_request *request, size_t most);

/* The credential of the headers, once; then whose credential that is, and the count of requests. */
cc_status ccd_step_credential(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_step_actor(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* May this actor use the route? */
cc_status ccd_step_right(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* The route's statement or handler, and the reply. */
cc_status ccd_step_work(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;
