/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener.h"
#include "server/engine/ccd-server.h"

/* The one way that every request goes; the order of its steps is in ccd-dispatch.c and nowhere
 * else. */

/* For ccd_listener_options.handler; @data is the ccd_server. */
void ccd_dispatch(void *data, const ccd_http_request *request, ccd_http_response *response);

/* Same for .place: the route and, if this process knows the credential, its organization. Makes the
 * exchange, which the others go on with. */
ccd_http_place
ccd_dispatch_place(void *data, const ccd_http_request *request, bool body, void **ret_begun);

/* Same for .refuse: 503. */
void ccd_dispatch_refuse(void *data, const ccd_http_request *request, ccd_http_response *response);

/* Same for .begin, .write and .drop: a body is streamed into a file (operations with .body_media)
 * or buffered. */
ccd_http_begin ccd_dispatch_begin(void *data,
                                  const ccd_http_request *request,
                                  ccd_http_response *response,
                                  void **ret_begun);
bool ccd_dispatch_write(void *begun, const char *bytes, size_t n);
void ccd_dispatch_drop(void *begun);
