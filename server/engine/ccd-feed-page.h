/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Positions in the change feed, for handlers. */

/* Return the cursor for the position after row (@xid, @id) of the change feed, both given as
 * text. NULL: memory is exhausted. */
const char *ccd_call_feed_cursor(ccd_call *call, const char *xid, const char *id);

/* Read a cursor. CC_ERR_INVALID: this server did not sign it, or it belongs to another
 * organization. CC_ERR_GONE: it was made before the database was restored. */
cc_status ccd_call_feed_place(ccd_call *call,
                              const char *cursor,
                              const char **ret_xid,
                              const char **ret_id,
                              cc_error *reterr) CC_MUSTCHECK;

/* At start, read the feed's generation into @server. CC_ERR_CONFLICT: the rows of the feed come
 * from another cluster, and `campaign-centerd restored` was not run. */
cc_status ccd_feed_generation_read(ccd_server *server, cc_error *reterr) CC_MUSTCHECK;
