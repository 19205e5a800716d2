/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job kind "mail": the sealed payload, enqueuing it, and passing the mail to the provider. */
#include "server/jobs/ccd-mail-job.h"

#include <string.h>

#include "ccd-queries.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-server.h"
#include "server/jobs/ccd-mail.h"

#define PLACE "jobs|" CCD_JOB_MAIL
#define TEXT_MAX 100000

typedef struct mail_payload {
  char *to;
  char *subject;
  char *text;
} mail_payload;

static const cc_field mail_payload_fields[] = {
  CC_STRING(mail_payload, to, .max = 320, .doc = "The recipient's address; empty: do not send."),
  CC_STRING(mail_payload, subject, .max = 1000, .doc = "The subject."),
  CC_STRING(mail_payload, text, .max = TEXT_MAX, .doc = "The whole body as plain text."),
};

static const cc_type mail_payload_type = CC_TYPE(mail_payload, "MailPayload", mail_payload_fields);

/* Set once, before the worker starts; read by its threads without a lock. */
static const ccd_mail_provider *sender;

void
ccd_mail_use(const ccd_mail_provider *provider)
{
  sender = provider;
}

static bool
mail_ready(const ccd_server *server)
{
  return sender != NULL && sender->ready(&server->config);
}

/* Build the payload and encrypt it, because a mail may contain a token. Returns it as bytea text in
 * @arena; NULL when out of memory. */
static char *
seal_mail(cc_arena *arena,
          const ccd_keys *keys,
          const char *to,
          const char *subject,
          const char *text)
{
  cc_str json = CC_STR_INIT(8 * TEXT_MAX);
  const mail_payload payload = {
    .to = cc_arena_strdup(arena, to),
    .subject = cc_arena_strdup(arena, subject),
    .text = cc_arena_strdup(arena, text),
  };

  if (payload.to == NULL || payload.subject == NULL || payload.text == NULL)
    return NULL;
  cc_encode(&mail_payload_type, &payload, CC_VIEW_PUBLIC, &json);
  char *sealed = json.failed ? NULL : ccd_seal(arena, keys, PLACE, json.text, json.length);
  if (json.text != NULL)
    explicit_bzero(json.text, json.length);
  cc_str_done(&json);
  return sealed;
}

cc_status
ccd_mail_enqueue(ccd_call *call,
                 const char *to,
                 const char *subject,
                 const char *text,
                 cc_error *reterr)
{
  char *payload = seal_mail(call->arena, ccd_call_keys(call), to, subject, text);
  if (payload == NULL)
    return cc_fail_memory(reterr);
  const ccd_arg args[] = {{"kind", CCD_JOB_MAIL}, {"payload", payload}, {0}};
  cc_status status = ccd_call_query(call, &ccd_q_job_enqueue, args, NULL, reterr);
  if (status == CC_OK)
    ccd_call_wake_jobs(call);
  return status;
}

/* Send the mail. Its identity is the job's id and time, which are the same in every attempt. */
static cc_status
mail_run(ccd_job *job, cc_error *reterr)
{
  const ccd_server *server = job->server;
  cc_arena *arena = job->arena;
  char *json = NULL;
  size_t length = 0;
  void *decoded = NULL;
  cc_error_list errors = {.arena = arena};

  if (!ccd_unseal(arena, &server->keys, PLACE, job->sealed, &json, &length))
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "unseal",
                   "The payload of the mail cannot be decrypted with this SECRET_KEY");
  cc_status status =
    cc_decode(&mail_payload_type, json, length, CC_MODE_REPLY, arena, &decoded, NULL, &errors);
  if (status != CC_OK)
    return cc_fail(reterr,
                   status,
                   "payload",
                   "The payload of the mail is not valid JSON of its type");
  const mail_payload *mail = decoded;
  if (mail->to == NULL || mail->subject == NULL || mail->text == NULL)
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "payload",
                   "The payload of the mail has no to, subject or text");
  if (mail->to[0] == '\0')
    return CC_OK;
  return sender->send(&server->config,
                      &(ccd_mail){.from = server->config.mail_from,
                                  .to = mail->to,
                                  .subject = mail->subject,
                                  .text = mail->text,
                                  .made = job->made,
                                  .id = job->id},
                      reterr);
}

const ccd_job_kind ccd_mail_jobs[] = {
  {.name = CCD_JOB_MAIL, .lease_s = 60, .sealed = true, .ready = mail_ready, .run = mail_run},
  {0},
};
