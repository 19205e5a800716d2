/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ccd-queries.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-arg-text.h"
#include "server/jobs/ccd-job-run.h"
#include "server/phonebank/ccd-phonebank-routes.h"

/* The job that fills the queue of a phone bank from its list, in one statement. For the voter
 * file of a state this takes minutes, too long for a request. */

typedef struct fill_payload {
  int64_t id;
  bool guarded;
} fill_payload;

static const cc_field fill_payload_fields[] = {
  CC_INT64(fill_payload, id, .flags = CC_REQUIRED, .doc = "The phone bank."),
  CC_BOOL(fill_payload,
          guarded,
          .doc = "The person who created it may not find confidential people by places."),
};
static const cc_type fill_payload_type =
  CC_TYPE(fill_payload, "PhoneBankFillPayload", fill_payload_fields);

static cc_status
fill_phonebank(ccd_job *job, cc_error *reterr)
{
  const fill_payload *payload = job->payload;
  const ccd_arg args[] = {{"id", ccd_text_int64(job->arena, payload->id)},
                          {"guarded", payload->guarded ? "true" : "false"},
                          {0}};
  return ccd_job_once(job,
                      &(ccd_job_tx){.action = "phone_bank.fill"},
                      &ccd_q_phone_bank_fill,
                      args,
                      NULL,
                      reterr);
}

const ccd_job_kind ccd_phonebank_jobs[] = {
  {.name = "phonebank.fill",
   .lane = CCD_LANE_WAITED,
   .lease_s = 60,
   .payload = &fill_payload_type,
   .run = fill_phonebank},
  {0},
};
