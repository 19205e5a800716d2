/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"

/* The command `restored`, which must follow the restore of a database from a dump. */

/**
 * Begin a new generation of the feed, after a database was restored from a dump or replicated
 * logically into another cluster, because the old transaction numbers mean nothing there. Every
 * reader of the feed reads its lists again, and packs are sent to phones completely. Nothing else
 * is changed, and repeating the command is harmless.
 *
 * @url: connection of the owner's role (MIGRATION_DATABASE_URL)
 *
 * CC_ERR_CONFLICT: a server or worker is connected; it would continue with the old generation.
 */
cc_status ccd_restored(const char *url, cc_error *reterr) CC_MUSTCHECK;
