/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"

/**
 * Bring a database up to date: db/migrations/NNNN_name.sql in order, forward only, each in a
 * transaction of its own, under an advisory lock, with lock_timeout. Files already applied must
 * have the checksum that was recorded.
 *
 * @url: connection of the owner's role (MIGRATION_DATABASE_URL)
 * @folder: where the files are
 * @ret_applied: how many were applied now
 */
cc_status
ccd_migrate(const char *url, const char *folder, int *ret_applied, cc_error *reterr) CC_MUSTCHECK;
