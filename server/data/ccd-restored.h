/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"

/**
 * Begin a new generation of the feed, after a database was restored from a dump or came by logical
 * replication into another cluster: the numbers of transactions in the old feed mean nothing there.
 * Every reader begins anew; the packs of phones are sent whole again. Nothing else is touched, and
 * doing it twice does no harm.
 *
 * @url: connection of the owner's role (MIGRATION_DATABASE_URL)
 *
 * CC_ERR_CONFLICT: a server or worker is connected; it would go on with the old generation.
 */
cc_status ccd_restored(const char *url, cc_error *reterr) CC_MUSTCHECK;
