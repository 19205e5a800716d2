/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/**
 * Can requests succeed? Tests the database as a request uses it: on a connection of the requests'
 * pool, with one of our functions and a write that is rolled back. This detects a library that
 * cannot be loaded, a full disk and a read-only database, besides a lost connection. The result is
 * reused for a second; one caller tests, the others wait.
 *
 * When all connections of the pool are in use the previous result stays valid.
 */
bool ccd_health_database(const ccd_server *server);

/* Report that a statement failed because of the database itself. For some time the test then
 * opens a new connection, because a library that cannot be loaded shows only there. */
void ccd_health_suspect(void);
