/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-mail.h"

/**
 * Mail provider that writes each mail to a file NAME.eml in the folder MAIL_OUTBOX instead of
 * sending it. Used by the demonstration, by the tests, and on servers without a mail service.
 *
 * A file is written under a temporary name, synced and then renamed, so that a reader never sees an
 * incomplete file. Names sort by time. The folder is created when it is missing. An address that is
 * not valid in a mail header is CC_ERR_INVALID, a file that cannot be written CC_ERR_EXTERNAL.
 */
extern const ccd_mail_provider ccd_mail_outbox;
