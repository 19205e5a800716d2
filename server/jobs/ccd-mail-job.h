/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-mail.h"

#include "server/jobs/ccd-job.h"

/* The job kind "mail": sends one e-mail through the configured provider. */

#define CCD_JOB_MAIL "mail"

/* Table of job kinds for ccd_jobs_start. */
extern const ccd_job_kind ccd_mail_jobs[];

/* Enqueue a mail in the transaction of @call. All texts are UTF-8; @text is the plain-text body.
 * With an empty @to the job sends nothing. Callers use this so that a request for an unknown
 * address takes as long as one for a known address. */
cc_status ccd_mail_enqueue(ccd_call *call,
                           const char *to,
                           const char *subject,
                           const char *text,
                           cc_error *reterr) CC_MUSTCHECK;

/* Set the provider that sends mails. Must be called before ccd_jobs_start. */
void ccd_mail_use(const ccd_mail_provider *provider);
