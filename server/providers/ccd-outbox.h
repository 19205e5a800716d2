/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-str.h"

/* Folders that stand in for a carrier: one file per message. */

/**
 * Write a file that is there whole or not at all, and still there after a power cut.
 *
 * @path: the folder; made when it is not there
 * @temporary: its name while it is written; no other writer's
 *
 * False: errno says why, and nothing stays.
 */
bool
ccd_outbox_store(const char *path, const char *temporary, const char *name, const cc_str *text);
