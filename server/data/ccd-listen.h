/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-status.h"

/* A separate connection that waits for NOTIFY. Used by one thread. */
typedef struct ccd_listen ccd_listen;

typedef void ccd_listen_cb(void *data, const char *payload);

/* Prepare to listen on @channel (an identifier, not quoted). @url and @channel must outlive the
 * object. Does not connect yet. */
cc_status ccd_listen_open(const char *url, const char *channel, ccd_listen **ret, cc_error *reterr)
  CC_MUSTCHECK;
void ccd_listen_close(ccd_listen *self);

/* Wait at most @timeout_ms, or until @wake_fd (-1: none) is readable, and call @callback for
 * every notification. Connects or reconnects within the same time. False: not connected, so
 * notifications may have been missed. */
bool
ccd_listen_wait(ccd_listen *self, int timeout_ms, int wake_fd, ccd_listen_cb *callback, void *data);
