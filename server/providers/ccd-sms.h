/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-status.h"
#include "common/base/cc-time.h"
#include "server/engine/ccd-config.h"

/* What sends texts: a carrier, or the local outbox. */

typedef struct ccd_sms {
  const char *to;      /* E.164 */
  const char *text;    /* UTF-8 */
  cc_time made;        /* when it was written */
  cc_time send_before; /* later it must not arrive; 0: whenever */
  int64_t organization_id;
  int64_t id; /* with the organization the text's identity: the same one sent twice is one text */
} ccd_sms;

typedef enum ccd_sms_outcome {
  CCD_SMS_UNKNOWN = 0, /* nobody knows: it is never sent again by itself */
  CCD_SMS_SENT,        /* the carrier has taken it */
  CCD_SMS_REFUSED,     /* it was not sent and never will be; .code says why */
  CCD_SMS_AGAIN,       /* it was certainly not taken, and may be tried again */
} ccd_sms_outcome;

typedef struct ccd_sms_result {
  ccd_sms_outcome outcome;
  char provider_id[100]; /* the carrier's name of it; empty: none */
  char code[32];         /* the carrier's, such as "21610"; empty: none */
} ccd_sms_result;

typedef struct ccd_sms_provider {
  const char *name;

  /* Nobody tells of answers: receiveText takes them. */
  bool local;

  /* Is it configured? When not, texts wait in the queue. */
  bool (*ready)(const ccd_config *config);

  /**
   * Send one text. The caller has marked it in the database and writes down what comes of it.
   *
   * @ret: always filled in
   * @reterr: why, for the log, when the outcome is CCD_SMS_AGAIN or CCD_SMS_UNKNOWN
   *
   * CC_OK: the outcome says what happened.
   */
  cc_status (*send)(const ccd_config *config,
                    const ccd_sms *sms,
                    ccd_sms_result *ret,
                    cc_error *reterr);
} ccd_sms_provider;
