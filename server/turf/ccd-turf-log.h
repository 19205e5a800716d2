/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Redirect messages of GLib and Pango, the libraries that draw walk lists, to the server's log.
 * Call once, before threads start. */
void ccd_turf_log_libraries(void);
