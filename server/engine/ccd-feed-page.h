/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Places in the change feed, for handlers. */

/* A place in the change feed, as its readers name it: behind row (@xid, @id), both as text. NULL:
 * no memory. */
const char *ccd_call_feed_cursor(ccd_call *call, const char *xid, const char *id);

/* Back again. CC_ERR_INVALID: not one of ours, or of another organization. CC_ERR_GONE: of the feed
 * before the database was restored. */
cc_status ccd_call_feed_place(ccd_call *call,
                              const char *cursor,
                              const char **ret_xid,
                              const char **ret_id,
                              cc_error *reterr) CC_MUSTCHECK;

/* Read the feed's generation into @server, at start. CC_ERR_CONFLICT: the rows of the feed came
 * from another cluster, and nobody ran `campaign-centerd restored`. */
cc_status ccd_feed_generation_read(ccd_server *server, cc_error *reterr) CC_MUSTCHECK;
