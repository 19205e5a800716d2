/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* Replies of successful requests. */

/**
 * Write headers and body of a success.
 *
 * The rows of a list are the page, in the order of the route's .keyset, and one more row if there
 * is a next page. A statement that looks at a bounded number of rows may have a last column
 * scan_end: when it is true in the last row, the scan stopped there before the page was full. That
 * row is not encoded, and next_cursor is made from its keyset.
 */
cc_status ccd_reply_encode(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;
void ccd_reply_send(ccd_exchange *exchange);
