/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/providers/ccd-sms.h"

/**
 * Returns the provider of text messages that the configuration selects; NULL when there is none.
 *
 * The only provider so far is the local outbox. It writes each text to a file NAME.txt in the
 * folder SMS_OUTBOX: the lines To, Date, Send-Before and Id, an empty line, and the text. A file is
 * written under a temporary name, synced and then renamed, so that a reader never sees an
 * incomplete file. A text that is sent twice replaces its own file. Names sort by time. The folder
 * is created when it is missing. If a file cannot be written, the outcome is CCD_SMS_AGAIN.
 */
const ccd_sms_provider *ccd_sms_of(const ccd_config *config);
