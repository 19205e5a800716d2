/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-breaker.h"
#include "server/data/ccd-db-copy.h"
#include "server/data/ccd-db-pool.h"
#include "server/data/ccd-db-tx.h"
#include "server/data/ccd-db-types.h"
#include "server/data/ccd-query.h"
#include "server/data/ccd-rows.h"
#include "server/data/ccd-sqlstate.h"

/* Includes the whole PostgreSQL layer: named queries, connections with deadlines, transactions.
 * Only server/data uses libpq. */
