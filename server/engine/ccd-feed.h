/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-platform.h"
#include "server/engine/ccd-server.h"

/* The change feed: pages in commit-safe order, and the sockets that follow it. A thread listens to
 * NOTIFY cc_changes, whose payload names organizations; what this process wrote is announced there
 * once per some milliseconds, not once per commit, since NOTIFY makes commits wait for each other.
 */

/* The sockets of a feed and those who read for them. */
typedef struct ccd_live ccd_live;

/* With server->feed_db there may be sockets, else the feed only tells other processes. */
cc_status ccd_feed_start(ccd_server *server, ccd_feed **ret, cc_error *reterr) CC_MUSTCHECK;
/* After the listeners. */
void ccd_feed_stop(ccd_feed *feed);

/* A transaction of this organization has committed. Cheap. */
void ccd_feed_wrote(ccd_feed *feed, int64_t organization_id);

/* Seconds since a call of this function first saw the transaction that the feed waits for now; 0:
 * the feed waits for none, or the database does not answer. */
double ccd_feed_lag(ccd_feed *feed);
int ccd_feed_sockets(const ccd_feed *feed);

/* Handlers of listChanges and liveChanges. */
ccd_handler ccd_feed_list;
ccd_handler ccd_feed_live;
