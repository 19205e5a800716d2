/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-redis.h"
#include "server/engine/ccd-limits.h"

typedef struct ccd_limits_keeper ccd_limits_keeper;

/* Start the thread that gives unused leases back to @redis. Stopping gives back every lease: stop
 * it when no request is counted any more, before Redis is closed. */
cc_status ccd_limits_keep(ccd_limits *limits,
                          ccd_redis *redis,
                          ccd_limits_keeper **ret,
                          cc_error *reterr) CC_MUSTCHECK;
void ccd_limits_keeper_stop(ccd_limits_keeper *self);
