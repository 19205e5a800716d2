/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-platform.h"
#include "server/engine/ccd-server.h"

/* The change feed: pages in commit-safe order, and live sockets. A thread listens to NOTIFY
 * cc_changes, whose payload lists organizations. Writes of this process are announced every few
 * milliseconds and not at each commit, because NOTIFY makes commits wait for each other. */

/* The live sockets of a feed and the threads that read for them. */
typedef struct ccd_live ccd_live;

/* Without server->feed_db there are no sockets, and the feed only notifies other processes. */
cc_status ccd_feed_start(ccd_server *server, ccd_feed **ret, cc_error *reterr) CC_MUSTCHECK;
/* Call after the listeners have stopped. */
void ccd_feed_stop(ccd_feed *feed);

/* Report a committed transaction of this organization. Cheap. */
void ccd_feed_wrote(ccd_feed *feed, int64_t organization_id);

/* Seconds since a call of this function first saw the transaction that holds the feed back now;
 * 0: no transaction holds it back, or the database does not answer. */
double ccd_feed_lag(ccd_feed *feed);
int ccd_feed_sockets(const ccd_feed *feed);

/* Handlers of the operations listChanges and liveChanges. */
ccd_handler ccd_feed_list;
ccd_handler ccd_feed_live;
