/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* True while the database answers. When false, calls fail at once with CC_ERR_UNAVAILABLE, and a
 * prober thread of the pool tries to connect. */
bool ccd_db_up(const ccd_db *db);
