/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Failures of the database. */

/* Out of band for the log: failures that are nobody's fault but ours or the database's. @primary is
 * the server's message without values; @constraint may be NULL. CC504: no answer in time, 08xxx:
 * the connection. Set it before ccd_db_open; it is called from any thread. */
void
ccd_db_on_error(void (*hook)(const char *sqlstate, const char *constraint, const char *primary));
