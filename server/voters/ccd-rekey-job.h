/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/jobs/ccd-job.h"

/* The keys of segments, buildings, doors and voters of an organization, made again from what they
 * were made of. A migration that changes the rules of keys enqueues it. */
cc_status ccd_rekey_run(ccd_job *job, cc_error *reterr);
