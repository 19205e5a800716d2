/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/providers/ccd-sms.h"

/**
 * The provider that this configuration names, or NULL. So far there is one, the local outbox: a
 * text becomes a file NAME.txt in the folder SMS_OUTBOX, with To, Date, Send-Before and Id as
 * lines, an empty line, then the text. Written under a name of its own, synced, then renamed, so
 * that a reader never sees a part of it; the same text sent twice is the same file. Names sort by
 * time. The folder is made when it is missing. A file that cannot be written is CCD_SMS_AGAIN.
 */
const ccd_sms_provider *ccd_sms_of(const ccd_config *config);
