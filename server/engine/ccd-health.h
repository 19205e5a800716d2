/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/**
 * Do requests succeed? Asks the database as a request does: on a connection of the requests' pool,
 * with a function of ours and a write that is rolled back. So a library that cannot be loaded, a
 * full disk or a database that is read-only show, and not only a lost connection. The answer is
 * believed for a second; one caller asks, the others wait for it.
 *
 * A pool whose connections are all in use says nothing about the database: the last answer stays.
 */
bool ccd_health_database(const ccd_server *server);

/* A statement failed for reasons of the database's own. For a while the question goes over a new
 * connection: what cannot be loaded any more shows there alone. */
void ccd_health_suspect(void);
