/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Positions in the change feed, for handlers. */

/* The cursor of a position in the change feed: after row (@xid, @id), both as text. NULL: memory
 * is exhausted. */
const char *ccd_call_feed_cursor(ccd_call *call, const char *xid, const char *id);

/* Read a cursor. CC_ERR_INVALID: not signed by this server, or for another organization.
 * CC_ERR_GONE: from before the database was restored. */
cc_status ccd_call_feed_place(ccd_call *call,
                              const char *cursor,
                              const char **ret_xid,
                              const char **ret_id,
                              cc_error *reterr) CC_MUSTCHECK;

/* At start, read the feed's generation into @server. CC_ERR_CONFLICT: the feed's rows come from
 * another cluster, and `campaign-centerd restored` was not run. */
cc_status ccd_feed_generation_read(ccd_server *server, cc_error *reterr) CC_MUSTCHECK;
