/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* From text to structs: path parameters, query string, body, conditions, cursor; and the context of
 * the transaction that follows. All errors of one request are collected. */
cc_status ccd_intake(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* How many requests of the rate limit this one counts as: see ccd_route.weight. Before ccd_intake,
 * since a request is counted before its query string is judged. */
int64_t ccd_intake_weight(const ccd_exchange *exchange);
