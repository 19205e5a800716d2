/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Checks of all route tables at start. */

/* Check that every route is complete: a right, one kind of work, an audit action if it writes,
 * path parameters as in its operation, cursors for lists, known names in its query. The first
 * error stops the start. */
cc_status ccd_routes_check(const ccd_route *const *tables, cc_error *reterr) CC_MUSTCHECK;

/* Size of the largest body of all routes: the listener does not need to read more. */
size_t ccd_routes_max_body(const ccd_route *const *tables);

/* Does some route take a file as its body? */
bool ccd_routes_stream(const ccd_route *const *tables);

/* Collect how routes and handlers use each query, for ccd_db_open. In @arena. */
cc_status ccd_routes_uses(const ccd_route *const *tables,
                          cc_arena *arena,
                          ccd_query_use **ret,
                          size_t *ret_n,
                          cc_error *reterr) CC_MUSTCHECK;
