/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Places in the change feed, for handlers. */

/* A place in the change feed, as its readers name it: behind row (@xid, @id), both as text. NULL:
 * no memory. */
const char *ccd_call_feed_cursor(ccd_call *call, const char *xid, const char *id);

/* Back again. False: not one of ours, or of another organization. */
bool
ccd_call_feed_place(ccd_call *call, const char *cursor, const char **ret_xid, const char **ret_id);
