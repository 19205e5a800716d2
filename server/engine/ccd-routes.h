/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* The route tables as a whole, at start-up. */

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
