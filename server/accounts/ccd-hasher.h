/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"

/* Two threads of low priority for password hashing, which is slow by design: at most two hashes
 * are computed at once, and all other work goes first. */

typedef void ccd_hasher_work(void *data);

/**
 * Run @work on a hasher thread and wait for it. The threads are started at first use.
 *
 * CC_ERR_UNAVAILABLE: too many tasks are waiting, or no thread became free in time; @work was not
 * called.
 */
cc_status ccd_hasher_run(ccd_hasher_work *work, void *data, cc_error *reterr) CC_MUSTCHECK;

/* End the threads after their current tasks. Call when no thread waits for a task. */
void ccd_hasher_stop(void);
