/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-str.h"

/* Writes files atomically into an outbox folder, one file per message. Used by the local outboxes
 * for mails (ccd-mail-outbox.c) and text messages (ccd-sms-outbox.c). */

/**
 * Write a file atomically and durably: it is either complete or absent, also after a power failure.
 *
 * @path: the folder; created when it does not exist
 * @temporary: name of the file while it is written; must differ from those of other writers
 * @name: final name of the file; an existing file with this name is replaced
 *
 * Returns false on failure, with the reason in errno; no file is left behind.
 */
bool
ccd_outbox_store(const char *path, const char *temporary, const char *name, const cc_str *text);
