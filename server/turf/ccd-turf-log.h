/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Have what GLib and Pango, which draw walk lists, say go to the log; once, before threads. */
void ccd_turf_log_libraries(void);
