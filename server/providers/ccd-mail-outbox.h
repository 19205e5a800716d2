/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

#include "common/base/cc-status.h"
#include "common/base/cc-time.h"

/* The local outbox: a mail becomes a file NAME.eml in a folder. What the demonstration and the
 * tests read, and what a server without a mail provider keeps. */

typedef struct ccd_mail {
  const char *from;    /* "address" or "Name <address>" */
  const char *to;      /* one address */
  const char *subject; /* UTF-8 */
  const char *text;    /* UTF-8, lines ended by LF */
  cc_time made;        /* Date */
  int64_t id;          /* makes Message-ID and file name: the same mail written twice is one mail */
} ccd_mail;

/**
 * Write a mail: to a name of its own, synced, then renamed, so that a reader never sees a part of
 * it. Names sort by time. The folder is made when it is missing.
 *
 * CC_ERR_INVALID: an address that cannot stand in a header. CC_ERR_EXTERNAL: the file could not be
 * written.
 */
cc_status
ccd_mail_outbox_write(const char *folder, const ccd_mail *mail, cc_error *reterr) CC_MUSTCHECK;
