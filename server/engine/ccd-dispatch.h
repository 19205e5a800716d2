/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener.h"
#include "server/engine/ccd-server.h"

/* The one way that every request goes; the order of its steps is in ccd-dispatch.c and nowhere
 * else. */

/* For ccd_listener_options.handler; @data is the ccd_server. */
void ccd_dispatch(void *data, const ccd_http_request *request, ccd_http_response *response);

/* Same for .begin, .write and .drop: bodies of operations with .body_media. */
ccd_http_begin ccd_dispatch_begin(void *data,
                                  const ccd_http_request *request,
                                  ccd_http_response *response,
                                  void **ret_stream);
bool ccd_dispatch_write(void *stream, const char *bytes, size_t n);
void ccd_dispatch_drop(void *stream);

/* Arenas for calls, kept between requests. Call once before and after all listeners. */
void ccd_dispatch_init(void);
void ccd_dispatch_done(void);

/* Every route is whole: a right, one kind of work, an audit name where it writes, path parameters
 * as in its op, cursors for lists, known names in its query. The first fault stops the start. */
cc_status ccd_routes_check(const ccd_route *const *tables, cc_error *reterr) CC_MUSTCHECK;

/* The largest body that any route takes: more need not be read. */
size_t ccd_routes_max_body(const ccd_route *const *tables);

/* Some route takes a body that is a file. */
bool ccd_routes_stream(const ccd_route *const *tables);

/* The uses of all queries by the routes and by handlers, for ccd_db_open. In @arena. */
cc_status ccd_routes_uses(const ccd_route *const *tables,
                          cc_arena *arena,
                          ccd_query_use **ret,
                          size_t *ret_n,
                          cc_error *reterr) CC_MUSTCHECK;
