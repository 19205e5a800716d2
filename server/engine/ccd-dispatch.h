/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener.h"
#include "server/engine/ccd-server.h"

/* The path of every request through the server. ccd-dispatch.c alone decides the order of its
 * steps. */

/* For ccd_listener_options.handler; @data is the ccd_server. */
void ccd_dispatch(void *data, const ccd_http_request *request, ccd_http_response *response);

/* For ccd_listener_options.place: finds the route and, when the credential is cached, the
 * organization of the credential. Creates the exchange that the other callbacks continue. */
ccd_http_place
ccd_dispatch_place(void *data, const ccd_http_request *request, bool body, void **ret_begun);

/* For ccd_listener_options.refuse: replies 503. */
void ccd_dispatch_refuse(void *data, const ccd_http_request *request, ccd_http_response *response);

/* For .begin, .write and .drop of ccd_listener_options: the body of an operation with
 * .body_media is streamed into a file, any other body is buffered. */
ccd_http_begin ccd_dispatch_begin(void *data,
                                  const ccd_http_request *request,
                                  ccd_http_response *response,
                                  void **ret_begun);
bool ccd_dispatch_write(void *begun, const char *bytes, size_t n);
void ccd_dispatch_drop(void *begun);
