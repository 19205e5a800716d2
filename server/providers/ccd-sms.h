/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-status.h"
#include "common/base/cc-time.h"
#include "server/engine/ccd-config.h"

/* Interface of the providers that send text messages: a carrier, or the local outbox. */

typedef struct ccd_sms {
  const char *to;      /* E.164 */
  const char *text;    /* UTF-8 */
  cc_time made;        /* when the text was written */
  cc_time send_before; /* the text must not be delivered after this time; 0: no limit */
  int64_t organization_id;
  int64_t id; /* organization and id identify the text, so that sending it twice has no effect */
} ccd_sms;

typedef enum ccd_sms_outcome {
  CCD_SMS_UNKNOWN = 0, /* the text may or may not have been sent; it is not sent again */
  CCD_SMS_SENT,        /* the carrier has accepted the text */
  CCD_SMS_REFUSED,     /* the carrier refused the text for good; code has the reason */
  CCD_SMS_AGAIN,       /* the text was certainly not accepted; sending it again is safe */
} ccd_sms_outcome;

typedef struct ccd_sms_result {
  ccd_sms_outcome outcome;
  char provider_id[100]; /* the carrier's id of the message; empty: none */
  char code[32];         /* the carrier's error code, such as "21610"; empty: none */
} ccd_sms_result;

typedef struct ccd_sms_provider {
  const char *name;

  /* The provider does not report incoming texts; they are entered with the operation receiveText.
   */
  bool local;

  /* Returns whether the provider is configured. If not, texts wait in the queue. */
  bool (*ready)(const ccd_config *config);

  /**
   * Send one text. The caller has marked the text in the database before, and stores the outcome
   * afterwards.
   *
   * @ret: always set
   * @reterr: the reason, for the log, when the outcome is CCD_SMS_AGAIN or CCD_SMS_UNKNOWN
   *
   * Returns CC_OK when @ret->outcome has the result.
   */
  cc_status (*send)(const ccd_config *config,
                    const ccd_sms *sms,
                    ccd_sms_result *ret,
                    cc_error *reterr);
} ccd_sms_provider;
