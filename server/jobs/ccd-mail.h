/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-status.h"
#include "common/base/cc-time.h"
#include "server/engine/ccd-config.h"

/* Interface between the job "mail" and the mail providers (server/providers). server/jobs does not
 * depend on the providers: server/serve.c registers one with ccd_mail_use. */

typedef struct ccd_mail {
  const char *from;    /* "address" or "Name <address>" */
  const char *to;      /* one address */
  const char *subject; /* UTF-8 */
  const char *text;    /* UTF-8, lines ended by LF */
  cc_time made;        /* for the Date header */
  int64_t id;          /* made and id identify the mail, so that sending it twice has no effect */
} ccd_mail;

typedef struct ccd_mail_provider {
  const char *name;

  /* Returns whether the provider is configured. If not, mails wait in the queue. */
  bool (*ready)(const ccd_config *config);
  cc_status (*send)(const ccd_config *config, const ccd_mail *mail, cc_error *reterr);
} ccd_mail_provider;
