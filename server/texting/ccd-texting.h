/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job.h"

/* Text campaigns: routes, handlers, and the jobs that make an audience and send texts. See
 * docs/internals/texting.md. */
extern const ccd_route ccd_texting_routes[];
extern const ccd_job_kind ccd_texting_jobs[];

ccd_handler ccd_text_send_all; /* sendAllTexts */
ccd_handler ccd_text_receive;  /* receiveText */

ccd_handler ccd_text_check_campaign; /* .prepare of createTextCampaign, updateTextCampaign */
ccd_handler ccd_text_preview;        /* previewText */
ccd_handler ccd_text_result;         /* recordText */
