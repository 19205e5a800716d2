/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-router.h"
#include "server/engine/ccd-scheduler.h"
#include "server/engine/ccd-server.h"

/* Counters per route, shown in Prometheus' text format on the internal listener. */

cc_status
ccd_metrics_new(const ccd_router *router, ccd_metrics **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_metrics_free(ccd_metrics *metrics);

/* Count a request. @index: index of the route, -1: none. @duration_us: from the arrival of the
 * head to the reply. */
void ccd_metrics_request(ccd_metrics *metrics, int index, int http_status, int64_t duration_us);

/* Count the time for which a request of the class waited for the server: unread, and in a queue. */
void ccd_metrics_wait(ccd_metrics *metrics, ccd_class class, int64_t wait_us);

/* Write all metrics of the server. */
void ccd_metrics_write(const ccd_server *server, cc_str *out);
