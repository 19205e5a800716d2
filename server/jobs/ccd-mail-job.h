/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-mail.h"

#include "server/jobs/ccd-job.h"

/* The job "mail". */

#define CCD_JOB_MAIL "mail"

/* Its table, for ccd_jobs_start; ccd_mail_enqueue makes the jobs. */
extern const ccd_job_kind ccd_mail_jobs[];

/* Enqueue a mail. All texts UTF-8; @text is the whole plain-text body. An empty @to makes a job
 * that does nothing: so an unknown address costs the same work as a known one. */
cc_status ccd_mail_enqueue(ccd_call *call,
                           const char *to,
                           const char *subject,
                           const char *text,
                           cc_error *reterr) CC_MUSTCHECK;

/* Before ccd_jobs_start. */
void ccd_mail_use(const ccd_mail_provider *provider);
