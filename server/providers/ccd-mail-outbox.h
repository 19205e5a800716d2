/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-mail.h"

/**
 * The local outbox: a mail becomes a file NAME.eml in the folder MAIL_OUTBOX. What the
 * demonstration and the tests read, and what a server without a mail provider keeps.
 *
 * A file is written under a name of its own, synced, then renamed, so that a reader never sees a
 * part of it. Names sort by time. The folder is made when it is missing. An address that cannot
 * stand in a header is CC_ERR_INVALID, a file that cannot be written CC_ERR_EXTERNAL.
 */
extern const ccd_mail_provider ccd_mail_outbox;
