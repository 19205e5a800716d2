/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* The steps of a request; ccd-dispatch.c defines their order. Each step fails with the error
 * that the client gets. */

/* Find the route for path and method, and the path parameters. */
cc_status ccd_step_route(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* Check that the route accepts the body's type and size. */
cc_status ccd_step_size(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* Maximal size of a route's body, and whether a request announces more. */
size_t ccd_step_body_most(const ccd_route *route);
bool ccd_step_announces_more(const ccd_http_request *request, size_t most);

/* Read the credential from the headers, once; then find the actor and count the request. */
cc_status ccd_step_credential(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;
cc_status ccd_step_actor(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* Check that the actor may use the route. */
cc_status ccd_step_right(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* Run the route's statement or handler, and encode the reply. */
cc_status ccd_step_work(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;
