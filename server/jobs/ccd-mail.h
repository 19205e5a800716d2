/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-status.h"
#include "common/base/cc-time.h"
#include "server/engine/ccd-config.h"

/* What the job "mail" hands to whoever sends mail. The providers stand above the jobs: main joins
 * them with ccd_mail_use. */

typedef struct ccd_mail {
  const char *from;    /* "address" or "Name <address>" */
  const char *to;      /* one address */
  const char *subject; /* UTF-8 */
  const char *text;    /* UTF-8, lines ended by LF */
  cc_time made;        /* Date */
  int64_t id;          /* with .made the mail's identity: the same mail sent twice is one mail */
} ccd_mail;

typedef struct ccd_mail_provider {
  const char *name;

  /* Is it configured? When not, mails wait in the queue. */
  bool (*ready)(const ccd_config *config);
  cc_status (*send)(const ccd_config *config, const ccd_mail *mail, cc_error *reterr);
} ccd_mail_provider;
