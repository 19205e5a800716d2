/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The local outbox for text messages: one file per text; see ccd-sms-outbox.h. */
#include "server/providers/ccd-sms-outbox.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/cc-str.h"
#include "server/providers/ccd-outbox.h"

#define TEXT_MAX (64u << 10)

static void
add_time(cc_str *out, const char *name, cc_time at)
{
  char text[CC_TIME_TEXT_MAX];

  if (at == 0)
    return;
  cc_time_format(at, text);
  cc_str_printf(out, "%s: %s\n", name, text);
}

static cc_status
sms_outbox_send(const ccd_config *config, const ccd_sms *sms, ccd_sms_result *ret, cc_error *reterr)
{
  cc_str text = CC_STR_INIT(TEXT_MAX), name = CC_STR_INIT(256), temporary = CC_STR_INIT(256);

  *ret = (ccd_sms_result){.outcome = CCD_SMS_AGAIN};
  cc_str_printf(&text, "To: %s\n", sms->to);
  add_time(&text, "Date", sms->made);
  add_time(&text, "Send-Before", sms->send_before);
  cc_str_printf(&text, "Id: %" PRId64 "-%" PRId64 "\n\n", sms->organization_id, sms->id);
  cc_str_add(&text, sms->text);
  cc_str_printf(&name,
                "%016" PRId64 "-%" PRId64 "-%08" PRId64 ".txt",
                sms->made,
                sms->organization_id,
                sms->id);
  cc_str_printf(&temporary,
                ".%" PRId64 "-%" PRId64 "-%d.part",
                sms->organization_id,
                sms->id,
                (int) getpid());
  cc_status status = CC_OK;
  if (text.failed || name.failed || temporary.failed)
    status = cc_fail_memory(reterr);
  else if (!ccd_outbox_store(config->sms_outbox, temporary.text, name.text, &text))
    status = cc_fail(reterr,
                     CC_ERR_EXTERNAL,
                     "outbox",
                     "The text could not be written to SMS_OUTBOX: error %d",
                     errno);
  if (status == CC_OK) {
    ret->outcome = CCD_SMS_SENT;
    (void) snprintf(ret->provider_id,
                    sizeof(ret->provider_id),
                    "outbox-%" PRId64 "-%" PRId64,
                    sms->organization_id,
                    sms->id);
  }
  cc_str_done(&text);
  cc_str_done(&name);
  cc_str_done(&temporary);
  return CC_OK;
}

static bool
sms_outbox_ready(const ccd_config *config)
{
  return config->sms_outbox[0] != '\0';
}

static const ccd_sms_provider outbox = {
  .name = "outbox",
  .local = true,
  .ready = sms_outbox_ready,
  .send = sms_outbox_send,
};

const ccd_sms_provider *
ccd_sms_of(const ccd_config *config)
{
  return outbox.ready(config) ? &outbox : NULL;
}
