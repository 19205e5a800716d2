/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-router.h"
#include "server/engine/ccd-scheduler.h"
#include "server/engine/ccd-server.h"

/* Counters per route, in Prometheus' text format on the internal listener. */

cc_status
ccd_metrics_new(const ccd_router *router, ccd_metrics **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_metrics_free(ccd_metrics *metrics);

/* @index: of the route, -1 for none. @duration_us: from head to answer. */
void ccd_metrics_request(ccd_metrics *metrics, int index, int http_status, int64_t duration_us);

/* @wait_us: what a request of the class waited for us, unread and for a thread. */
void ccd_metrics_wait(ccd_metrics *metrics, ccd_class class, int64_t wait_us);

/* Everything that the server can say about itself. */
void ccd_metrics_write(const ccd_server *server, cc_str *out);
