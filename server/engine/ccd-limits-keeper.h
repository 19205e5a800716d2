/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-redis.h"
#include "server/engine/ccd-limits.h"

typedef struct ccd_limits_keeper ccd_limits_keeper;

/* Start the thread that returns unused leases to @redis. Stopping it returns every lease, so
 * stop it after the last request was counted and before Redis is closed. */
cc_status ccd_limits_keep(ccd_limits *limits,
                          ccd_redis *redis,
                          ccd_limits_keeper **ret,
                          cc_error *reterr) CC_MUSTCHECK;
void ccd_limits_keeper_stop(ccd_limits_keeper *self);
