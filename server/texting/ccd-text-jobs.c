/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-server.h"
#include "server/jobs/ccd-job-run.h"
#include "server/providers/ccd-sms-outbox.h"
#include "server/providers/ccd-sms.h"
#include "server/texting/ccd-texting.h"

/* Jobs that make the audience of a campaign, and jobs that send one text to the carrier. A text
 * is marked in one transaction before it is sent, and the result is recorded in another one
 * afterwards. If the process ends between the two, the text is not sent again. */

#define WAIT_S 60           /* seconds until a paused campaign is checked again */
#define ATTEMPTS_MAX 8      /* after this many attempts the text is marked as refused */
#define GAVE_UP "not_taken" /* reason when the carrier never accepted the text */

typedef struct fill_payload {
  int64_t id;
  bool guarded;
} fill_payload;

static const cc_field fill_payload_fields[] = {
  CC_INT64(fill_payload, id, .flags = CC_REQUIRED, .doc = "The campaign."),
  CC_BOOL(fill_payload,
          guarded,
          .doc = "The person who created it may not find confidential people by places."),
};
static const cc_type fill_payload_type =
  CC_TYPE(fill_payload, "TextCampaignFillPayload", fill_payload_fields);

typedef struct text_payload {
  int64_t message_id;
} text_payload;

static const cc_field text_payload_fields[] = {
  CC_INT64(text_payload, message_id, .flags = CC_REQUIRED, .doc = "The text."),
};
static const cc_type text_payload_type =
  CC_TYPE(text_payload, "TextSendPayload", text_payload_fields);

static cc_status
fill_campaign(ccd_job *job, cc_error *reterr)
{
  const fill_payload *payload = job->payload;
  const ccd_arg args[] = {{"id", ccd_text_int64(job->arena, payload->id)},
                          {"guarded", payload->guarded ? "true" : "false"},
                          {0}};
  return ccd_job_once(job,
                      &(ccd_job_tx){.action = "text_campaign.fill"},
                      &ccd_q_text_fill,
                      args,
                      NULL,
                      reterr);
}

static const char *const outcomes[] = {
  [CCD_SMS_UNKNOWN] = "unknown",
  [CCD_SMS_SENT] = "sent",
  [CCD_SMS_REFUSED] = "refused",
  [CCD_SMS_AGAIN] = "again",
};

static cc_status
record_send_result(ccd_job *job,
                   const char *message_id,
                   const ccd_sms_result *result,
                   cc_error *reterr)
{
  const ccd_arg args[] = {
    {"message_id", message_id},
    {"outcome", outcomes[result->outcome]},
    {"carrier_id", result->provider_id[0] != '\0' ? result->provider_id : NULL},
    {"code", result->code[0] != '\0' ? result->code : NULL},
    {0},
  };
  return ccd_job_once(job,
                      &(ccd_job_tx){.action = "text.send"},
                      &ccd_q_text_message_end,
                      args,
                      NULL,
                      reterr);
}

/* Send the text to the carrier and record the result. CCD_SMS_AGAIN: the job fails, so that it
 * is repeated; at attempt ATTEMPTS_MAX the text is recorded as refused instead. A text with an
 * unknown outcome is never sent again. */
static cc_status
send_to_carrier(ccd_job *job, const ccd_rows *marked, const text_payload *payload, cc_error *reterr)
{
  const ccd_config *config = &job->server->config;
  const ccd_sms sms = {
    .to = ccd_rows_get(marked, 0, "phone"),
    .text = ccd_rows_get(marked, 0, "body"),
    .made = ccd_rows_int64(marked, 0, "made"),
    .send_before = ccd_rows_int64(marked, 0, "send_before"),
    .organization_id = job->organization_id,
    .id = payload->message_id,
  };
  ccd_sms_result result = {.outcome = CCD_SMS_UNKNOWN};
  cc_error why = {0};
  cc_status status = ccd_sms_of(config)->send(config, &sms, &result, &why);
  if (status != CC_OK)
    result.outcome = CCD_SMS_UNKNOWN;
  bool again = result.outcome == CCD_SMS_AGAIN;
  if (again && job->attempt >= ATTEMPTS_MAX)
    result = (ccd_sms_result){.outcome = CCD_SMS_REFUSED, .code = GAVE_UP};
  const char *message_id = ccd_text_int64(job->arena, payload->message_id);
  status = record_send_result(job, message_id, &result, reterr);
  if (status != CC_OK || result.outcome != CCD_SMS_AGAIN)
    return status;
  return cc_fail(reterr, CC_ERR_EXTERNAL, "sms", "%s", why.message);
}

static cc_status
send_text(ccd_job *job, cc_error *reterr)
{
  const text_payload *payload = job->payload;
  const ccd_rows *marked = NULL;
  const ccd_arg args[] = {{"message_id", ccd_text_int64(job->arena, payload->message_id)}, {0}};
  cc_status status = ccd_job_once(job,
                                  &(ccd_job_tx){.action = "text.send"},
                                  &ccd_q_text_message_begin,
                                  args,
                                  &marked,
                                  reterr);
  if (status != CC_OK)
    return status;
  const char *todo = ccd_rows_get(marked, 0, "todo");
  if (strcmp(todo, "wait") == 0)
    return ccd_job_again(job, WAIT_S, reterr);
  return strcmp(todo, "send") == 0 ? send_to_carrier(job, marked, payload, reterr) : CC_OK;
}

static bool
can_send(const ccd_server *server)
{
  return ccd_sms_of(&server->config) != NULL;
}

const ccd_job_kind ccd_texting_jobs[] = {
  {.name = "text.fill",
   .lane = CCD_LANE_WAITED,
   .lease_s = 60,
   .payload = &fill_payload_type,
   .run = fill_campaign},
  {.name = "text.send",
   .lane = CCD_LANE_TEXT,
   .lease_s = 60,
   .payload = &text_payload_type,
   .ready = can_send,
   .run = send_text},
  {0},
};
