/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job.h"

/* The job "mail". */

#define CCD_JOB_MAIL "mail"

/* Its table, for ccd_jobs_start; ccd_mail_enqueue makes the jobs. */
extern const ccd_job_kind ccd_mail_jobs[];
