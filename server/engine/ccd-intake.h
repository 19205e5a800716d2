/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-exchange.h"

/* Decodes the request: path parameters, query string, body, conditions and cursor; then sets the
 * context of the transaction. All errors of a request are collected. */
cc_status ccd_intake(ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;

/* Number of requests as which this one counts: see ccd_route.weight. Called before ccd_intake,
 * because a request is counted before its query string is validated. */
int64_t ccd_intake_weight(const ccd_exchange *exchange);
