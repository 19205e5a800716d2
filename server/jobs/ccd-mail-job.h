/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-server.h"

/* The job "mail": what stands in its payload and what running it does. */

#define CCD_JOB_MAIL "mail"

/* The payload, sealed, as bytea text in @arena. NULL: no memory. */
char *ccd_mail_job_seal(cc_arena *arena,
                        const ccd_keys *keys,
                        const char *to,
                        const char *subject,
                        const char *text);

/* There is somebody to send mails. When not, they wait in the queue. */
bool ccd_mail_job_ready(const ccd_server *server);

/* @id and @made of the job make the mail the same one when it is run again. */
cc_status ccd_mail_job_run(const ccd_server *server,
                           cc_arena *arena,
                           const char *payload,
                           int64_t id,
                           cc_time made,
                           cc_error *reterr) CC_MUSTCHECK;
