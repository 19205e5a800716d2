/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/**
 * Can requests succeed? Tests the database in the way a request uses it: on a connection of the
 * requests' pool, with a function of db/functions and a write that is rolled back. So the test also
 * detects a library that cannot be loaded, a full disk and a read-only database. The result is
 * reused for a second; one caller tests, the others wait.
 *
 * When all connections of the pool are in use, the previous result is returned.
 */
bool ccd_health_database(const ccd_server *server);

/* Report that a statement failed because of the database itself. For some time the test then
 * opens a new connection, because a library that cannot be loaded makes only new connections
 * fail. */
void ccd_health_suspect(void);
