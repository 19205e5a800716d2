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

/* PostgreSQL, whole: named queries, connections with deadlines, transactions whose first statements
 * travel together. Only server/data sees libpq. */
