/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Translation of database errors, and the hook that logs them. */

/* Set a hook for the log, called for failures that the client did not cause. @primary is the
 * server's message without values; @constraint may be NULL. CC504 means no reply in time, 08xxx
 * a broken connection. Call before ccd_db_open; the hook may be called from any thread. */
void
ccd_db_on_error(void (*hook)(const char *sqlstate, const char *constraint, const char *primary));
