/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"

/* Two threads of low priority that do the work which is slow by design, so that at most two
 * password hashes are computed at once and everything else goes first. */

typedef void ccd_hasher_work(void *data);

/**
 * Run @work on a hasher thread and wait for it. The threads are started at first use.
 *
 * CC_ERR_UNAVAILABLE: too many are waiting, or none came free in time; @work was not called.
 */
cc_status ccd_hasher_run(ccd_hasher_work *work, void *data, cc_error *reterr) CC_MUSTCHECK;

/* End the threads, after what they are doing. Nobody may be waiting. */
void ccd_hasher_stop(void);
