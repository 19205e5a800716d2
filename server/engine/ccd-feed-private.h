/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-feed.h"

/* A socket's place in the feed. */
typedef struct ccd_feed_watch ccd_feed_watch;

struct ccd_feed_watch {
  ccd_feed_watch *next;
  int64_t organization_id;
  bool marked; /* something was written; guarded by the feed's lock */
};

/* False: there are as many sockets as the configuration allows. */
bool ccd_feed_watch_add(ccd_feed *feed, ccd_feed_watch *watch);
void ccd_feed_watch_remove(ccd_feed *feed, ccd_feed_watch *watch);

/* True when something was written; false when the time ran out. */
bool ccd_feed_watch_wait(ccd_feed *feed, ccd_feed_watch *watch, int timeout_ms);
